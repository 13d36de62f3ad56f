using System;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

/// <summary>
/// What the log keeps. A checkpoint writes the living ones anew, so that everything before it may be forgotten.
/// </summary>
public abstract record ConsensusRecord
{
    private ConsensusRecord()
    {
    }

    /// <summary>This key is bound to this value in this slot: written before the signature exists.</summary>
    public sealed record Watermark(VoteSlot Slot, Hash256? Value) : ConsensusRecord;

    /// <summary>The signature over a watermark's value, so that the vote can be said again after a restart.</summary>
    public sealed record OwnVote(Vote Vote) : ConsensusRecord;

    public sealed record Certified(Certificate Certificate) : ConsensusRecord;

    /// <summary>A body that we voted for: whoever makes a block notarized can serve it after any crash.</summary>
    public sealed record Body(Block Block) : ConsensusRecord;

    /// <summary>The fence was crossed: this key votes in no view below.</summary>
    public sealed record VotesFrom(View View) : ConsensusRecord;

    public byte[] Encode()
    {
        WireWriter writer = new();
        switch (this)
        {
            case Watermark mark:
                writer.Record(WireType.ConsensusWatermark, 4);
                mark.Slot.Write(writer);
                writer.OptionalHash(mark.Value);
                break;
            case OwnVote own:
                writer.Record(WireType.ConsensusLogRecord, 2).UInt64(1);
                own.Vote.Write(writer);
                break;
            case Certified certified:
                writer.Record(WireType.ConsensusLogRecord, 2).UInt64(2);
                certified.Certificate.Write(writer);
                break;
            case Body body:
                writer.Record(WireType.ConsensusLogRecord, 2).UInt64(3);
                body.Block.Write(writer);
                break;
            case VotesFrom from:
                writer.Record(WireType.ConsensusLogRecord, 2).UInt64(4).UInt64(from.View.Number);
                break;
            default:
                Invariant.Break("a record outside its closed family");
                break;
        }

        return writer.End().ToArray();
    }

    /// <summary>Total: bytes that are no record are damage, for the log's reader to report.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, out ConsensusRecord? record)
    {
        WireReader mark = new(bytes);
        mark.Record(WireType.ConsensusWatermark, 4);
        record = new Watermark(VoteSlot.Read(mark), mark.OptionalHash());
        mark.End();
        if (mark.Succeeded) return true;

        WireReader reader = new(bytes);
        reader.Record(WireType.ConsensusLogRecord, 2);
        record = reader.Byte() switch
        {
            1 => new OwnVote(Vote.Read(reader)),
            2 => new Certified(Certificate.Read(reader)),
            3 => new Body(Block.Read(reader)),
            4 => new VotesFrom(new View(reader.UInt64())),
            _ => null,
        };
        if (record is null) reader.Fail();
        reader.End();
        if (!reader.Succeeded) record = null;
        return record is not null;
    }
}
