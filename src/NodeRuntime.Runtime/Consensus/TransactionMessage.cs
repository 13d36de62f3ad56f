using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Consensus;

/// <summary>How transactions travel: ids are announced, bodies are pulled by who lacks them.</summary>
internal abstract record TransactionMessage
{
    private TransactionMessage()
    {
    }

    public sealed record Announce(ImmutableArray<TransactionId> Ids) : TransactionMessage;

    public sealed record Want(ImmutableArray<TransactionId> Ids) : TransactionMessage;

    public sealed record Body(ReadOnlyMemory<byte> Bytes) : TransactionMessage;

    public const int IdsMax = 256;

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
            case Body m:
                writer.Record(WireType.TransactionBody, 1).Bytes(m.Bytes.Span);
                break;
            default:
                Invariant.Break("a transaction message without an encoding");
                break;
        }

        return writer.End().ToArray();
    }

    public static TransactionMessage? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        if (reader.Array(3) != 3) reader.Fail();
        if (reader.UInt64() != 1) reader.Fail();
        TransactionMessage? message = (WireType)reader.UInt32() switch
        {
            WireType.TransactionAnnounce => new Announce(ReadIds(reader)),
            WireType.TransactionWant => new Want(ReadIds(reader)),
            WireType.TransactionBody => new Body(reader.Bytes(Limits.TransactionBytesMax)),
            _ => null,
        };
        reader.End();
        return reader.Succeeded ? message : null;
    }

    private static void WriteIds(WireWriter writer, ImmutableArray<TransactionId> ids)
    {
        writer.Array(ids.Length);
        foreach (TransactionId id in ids) writer.Hash(id.Hash);
        writer.End();
    }

    private static ImmutableArray<TransactionId> ReadIds(WireReader reader) =>
        reader.List(IdsMax, static r => new TransactionId(r.Hash()));
}
