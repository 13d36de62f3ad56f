using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Chain;

/// <summary>A header, its justification and its body: the encoded transactions, which only the ledger reads.</summary>
public sealed record Block(BlockHeader Header, Justification Justification, ImmutableArray<ReadOnlyMemory<byte>> Transactions)
{
    public byte[] Encode()
    {
        WireWriter writer = new();
        Write(writer);
        return writer.ToArray();
    }

    public void Write(WireWriter writer)
    {
        writer.Record(WireType.Block, 3);
        Header.Write(writer);
        Justification.Write(writer);
        writer.Array(Transactions.Length);
        foreach (ReadOnlyMemory<byte> transaction in Transactions) writer.Bytes(transaction.Span);
        writer.End().End();
    }

    public static Block Read(WireReader reader)
    {
        reader.Record(WireType.Block, 3);
        Block block = new(
            BlockHeader.Read(reader),
            Justification.Read(reader),
            reader.List(Limits.BlockTransactionsMax, static r => (ReadOnlyMemory<byte>)r.Bytes(Limits.TransactionBytesMax)));
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
