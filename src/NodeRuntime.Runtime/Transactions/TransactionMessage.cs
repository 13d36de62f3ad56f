using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Transactions;

/// <summary>How transactions travel: ids are announced, bodies are pulled by who lacks them.</summary>
internal abstract record TransactionMessage
{
    private TransactionMessage()
    {
    }

    /// <summary>I hold these.</summary>
    public sealed record Announce(ImmutableArray<TransactionId> Ids) : TransactionMessage;

    /// <summary>These, please.</summary>
    public sealed record Want(ImmutableArray<TransactionId> Ids) : TransactionMessage;

    /// <summary>Some of what was asked for; or, to the next leaders, what was just submitted here.</summary>
    public sealed record Bodies(ImmutableArray<ReadOnlyMemory<byte>> Transactions) : TransactionMessage;

    /// <summary>These I do not hold any more: ask another.</summary>
    public sealed record Missing(ImmutableArray<TransactionId> Ids) : TransactionMessage;

    public byte[] Encode()
    {
        WireWriter writer = new();
        switch (this)
        {
            case Announce m:
                WriteIds(writer.Record(WireType.TransactionAnnounce, 1), m.Ids);
                break;
            case Want m:
                WriteIds(writer.Record(WireType.TransactionWant, 1), m.Ids);
                break;
            case Bodies m:
                writer.Record(WireType.TransactionBodies, 1).Array(m.Transactions.Length);
                foreach (ReadOnlyMemory<byte> transaction in m.Transactions) writer.Bytes(transaction.Span);
                writer.End();
                break;
            case Missing m:
                WriteIds(writer.Record(WireType.TransactionMissing, 1), m.Ids);
                break;
            default:
                Invariant.Break("a transaction message without an encoding");
                break;
        }

        return writer.End().ToArray();
    }

    /// <summary>Any bytes: a message, or null where they are none. Empty lists and batches beyond their bound are none.</summary>
    public static TransactionMessage? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        if (reader.Array(3) != 3) reader.Fail();
        if (reader.UInt64() != 1) reader.Fail();
        TransactionMessage? message = (WireType)reader.UInt32() switch
        {
            WireType.TransactionAnnounce => new Announce(ReadIds(reader)),
            WireType.TransactionWant => new Want(ReadIds(reader)),
            WireType.TransactionBodies => new Bodies(ReadBodies(reader)),
            WireType.TransactionMissing => new Missing(ReadIds(reader)),
            _ => null,
        };
        reader.End();
        return reader.Succeeded ? message : null;
    }

    /// <summary>Whether a frame begins as <see cref="Bodies"/> do: each body costs a verification, where ids cost next to nothing.</summary>
    public static bool IsBodies(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        return reader.Array(3) == 3 && reader.UInt64() == 1 && (WireType)reader.UInt32() == WireType.TransactionBodies;
    }

    private static void WriteIds(WireWriter writer, ImmutableArray<TransactionId> ids)
    {
        writer.Array(ids.Length);
        foreach (TransactionId id in ids) writer.Hash(id.Hash);
        writer.End();
    }

    private static ImmutableArray<TransactionId> ReadIds(WireReader reader)
    {
        ImmutableArray<TransactionId> ids = reader.List(Limits.TransactionIdsPerMessageMax, static r => new TransactionId(r.Hash()));
        if (ids.IsEmpty) reader.Fail();
        return ids;
    }

    private static ImmutableArray<ReadOnlyMemory<byte>> ReadBodies(WireReader reader)
    {
        ImmutableArray<ReadOnlyMemory<byte>> bodies = reader.List(
            Limits.TransactionIdsPerMessageMax, static r => (ReadOnlyMemory<byte>)r.Bytes(Limits.TransactionBytesMax));
        int sum = 0;
        foreach (ReadOnlyMemory<byte> body in bodies) sum += body.Length;
        if (bodies.IsEmpty || sum > Limits.TransactionBatchBytesMax) reader.Fail();
        return bodies;
    }
}
