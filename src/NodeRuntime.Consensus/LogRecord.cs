using System;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

/// <summary>What the machine must find again after a crash: its votes, the certificates and the blocks above the floor.</summary>
public abstract record LogRecord
{
    private LogRecord()
    {
    }

    /// <summary>The view that it belongs to: below the floor it is forgotten.</summary>
    public abstract EpochView At { get; }

    public sealed record OwnVote(Vote Vote) : LogRecord
    {
        public override EpochView At => new(Vote.Slot.Epoch, Vote.Slot.View);
    }

    public sealed record Held(Certificate Certificate) : LogRecord
    {
        public override EpochView At => new(Certificate.Slot.Epoch, Certificate.Slot.View);
    }

    public sealed record Body(Block Block) : LogRecord
    {
        public override EpochView At => new(Block.Header.Epoch, Block.Header.View);
    }

    /// <summary>
    /// The fence was raised in a view, or was crossed: no vote in a view below <see cref="VotesFrom"/>. The last one holds.
    /// </summary>
    public sealed record Fence(Epoch Epoch, View Raised, View? VotesFrom) : LogRecord
    {
        public override EpochView At => new(Epoch, VotesFrom ?? Raised);
    }

    /// <summary>We said that we are ready for the set that follows this epoch. Said again above each floor until the seal.</summary>
    public sealed record SaidReady(Epoch Epoch, View Said, Hash256 Set) : LogRecord
    {
        public override EpochView At => new(Epoch, Said);
    }

    /// <summary>
    /// We vote in an epoch from its first view on, having signed nothing in it: moves the watermark to the epoch's beginning. Durable before
    /// the seal is recorded as final, so that a validator that dies between the two knows what it did not sign.
    /// </summary>
    public sealed record Entered(Epoch Epoch) : LogRecord
    {
        public override EpochView At => new(Epoch, View.Genesis);

        public Watermark Watermark => new(new VoteSlot(Epoch, View.Genesis, VoteKind.Notarize), null);
    }

    /// <summary>Kept until it is punished, whatever becomes final meanwhile: a floor does not pass it.</summary>
    public sealed record Accused(Evidence Evidence) : LogRecord
    {
        public override EpochView At => new(new Epoch(uint.MaxValue), new View(ulong.MaxValue));
    }

    /// <summary>When the disk was first used, by our clock: what it does not remember of later it did not sign. Written once, and kept.</summary>
    public sealed record Born(Instant Time) : LogRecord
    {
        public override EpochView At => new(new Epoch(uint.MaxValue), new View(ulong.MaxValue));
    }

    public byte[] Encode()
    {
        WireWriter writer = new();
        writer.Record(WireType.ConsensusLogRecord, 2);
        switch (this)
        {
            case OwnVote m:
                writer.UInt64(1);
                m.Vote.Write(writer);
                break;
            case Held m:
                writer.UInt64(2);
                m.Certificate.Write(writer);
                break;
            case Body m:
                writer.UInt64(3);
                m.Block.Write(writer);
                break;
            case Fence m:
                writer.UInt64(4).Array(3).UInt64(m.Epoch.Number).UInt64(m.Raised.Number);
                if (m.VotesFrom is { } from) writer.UInt64(from.Number);
                else writer.Null();
                writer.End();
                break;
            case SaidReady m:
                writer.UInt64(5).Array(3).UInt64(m.Epoch.Number).UInt64(m.Said.Number).Hash(m.Set).End();
                break;
            case Entered m:
                writer.UInt64(7).UInt64(m.Epoch.Number);
                break;
            case Accused m:
                writer.UInt64(6);
                m.Evidence.Write(writer);
                break;
            case Born m:
                writer.UInt64(8).Instant(m.Time);
                break;
            default:
                Invariant.Break("a log record without an encoding");
                break;
        }

        return writer.End().ToArray();
    }

    public static LogRecord? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        reader.Record(WireType.ConsensusLogRecord, 2);
        LogRecord? record = reader.UInt64() switch
        {
            1 => new OwnVote(Vote.Read(reader)),
            2 => new Held(Certificate.Read(reader)),
            3 => new Body(Block.Read(reader)),
            4 => ReadFence(reader),
            5 => ReadSaidReady(reader),
            6 => new Accused(Evidence.Read(reader)),
            7 => new Entered(new Epoch(reader.UInt32())),
            8 => new Born(reader.Instant()),
            _ => null,
        };
        reader.End();
        return reader.Succeeded ? record : null;
    }

    private static Fence ReadFence(WireReader reader)
    {
        if (reader.Array(3) != 3) reader.Fail();
        Fence fence = new(new Epoch(reader.UInt32()), new View(reader.UInt64()), reader.TryNull() ? null : new View(reader.UInt64()));
        reader.End();
        return fence;
    }

    private static SaidReady ReadSaidReady(WireReader reader)
    {
        if (reader.Array(3) != 3) reader.Fail();
        SaidReady said = new(new Epoch(reader.UInt32()), new View(reader.UInt64()), reader.Hash());
        reader.End();
        return said;
    }
}
