using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Chain;

/// <summary>A header, its justification and its body: what only the ledger reads (at most one entry of the calendar of events, then encoded transactions), and evidence.</summary>
public sealed record Block(BlockHeader Header, Justification Justification, ImmutableArray<ReadOnlyMemory<byte>> Transactions)
{
    /// <summary>Against validators that are to be punished by this block, in strictly increasing order of voters.</summary>
    public ImmutableArray<Evidence> Evidence { get; init; } = [];

    /// <summary>Of all transactions together, without what frames them.</summary>
    public long MeasureBody()
    {
        long bytes = 0;
        foreach (ReadOnlyMemory<byte> transaction in Transactions) bytes += transaction.Length;
        return bytes;
    }

    public byte[] Encode()
    {
        WireWriter writer = new();
        Write(writer);
        return writer.ToArray();
    }

    public void Write(WireWriter writer)
    {
        // One that punishes nobody has the form that blocks had before they could.
        bool punishes = !Evidence.IsEmpty;
        writer.Record(WireType.Block, punishes ? 4 : 3, version: (byte)(punishes ? 2 : 1));
        Header.Write(writer);
        Justification.Write(writer);
        writer.Array(Transactions.Length);
        foreach (ReadOnlyMemory<byte> transaction in Transactions) writer.Bytes(transaction.Span);
        writer.End();
        if (punishes)
        {
            writer.Array(Evidence.Length);
            foreach (Evidence evidence in Evidence) evidence.Write(writer);
            writer.End();
        }

        writer.End();
    }

    public static Block Read(WireReader reader)
    {
        bool punishes = reader.Record(WireType.Block, [3, 4]) == 2;
        Block block = new(
            BlockHeader.Read(reader),
            Justification.Read(reader),
            reader.List(Limits.BlockPartsMax, static r => (ReadOnlyMemory<byte>)r.Bytes(Limits.TransactionBytesMax)))
        {
            Evidence = punishes ? reader.List(Limits.BlockEvidenceMax, Chain.Evidence.Read) : [],
        };
        if (punishes && block.Evidence.IsEmpty) reader.Fail();
        reader.End();
        return block;
    }

    public static bool TryDecode(ReadOnlyMemory<byte> bytes, out Block? block)
    {
        WireReader reader = new(bytes);
        block = Read(reader);
        if (!reader.Succeeded) block = null;
        return block is not null;
    }
}
