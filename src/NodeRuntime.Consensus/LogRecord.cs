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
    public abstract View View { get; }

    public sealed record OwnVote(Vote Vote) : LogRecord
    {
        public override View View => Vote.Slot.View;
    }

    public sealed record Held(Certificate Certificate) : LogRecord
    {
        public override View View => Certificate.Slot.View;
    }

    public sealed record Body(Block Block) : LogRecord
    {
        public override View View => Block.Header.View;
    }

    /// <summary>
    /// The fence was raised in a view, or was crossed: no vote in a view below <see cref="VotesFrom"/>. The last one holds.
    /// </summary>
    public sealed record Fence(View At, View? VotesFrom) : LogRecord
    {
        public override View View => VotesFrom ?? At;
    }

    /// <summary>Kept until it is punished, whatever becomes final meanwhile: a floor does not pass it.</summary>
    public sealed record Accused(Evidence Evidence) : LogRecord
    {
        public override View View => new(ulong.MaxValue);
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
            case Fence { VotesFrom: null } m:
                writer.UInt64(4).UInt64(m.At.Number);
                break;
            case Fence { VotesFrom: { } from } m:
                writer.UInt64(5).Array(2).UInt64(m.At.Number).UInt64(from.Number).End();
                break;
            case Accused m:
                writer.UInt64(6);
                m.Evidence.Write(writer);
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
            4 => new Fence(new View(reader.UInt64()), null),
            5 => ReadCrossed(reader),
            6 => new Accused(Evidence.Read(reader)),
            _ => null,
        };
        reader.End();
        return reader.Succeeded ? record : null;
    }

    private static Fence ReadCrossed(WireReader reader)
    {
        reader.Array(2);
        Fence fence = new(new View(reader.UInt64()), new View(reader.UInt64()));
        reader.End();
        return fence;
    }
}
