using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Chain;

/// <summary>A header, its justification and its body: the encoded transactions, which only the ledger reads, and evidence.</summary>
public sealed record Block(BlockHeader Header, Justification Justification, ImmutableArray<ReadOnlyMemory<byte>> Transactions)
{
    // 2: with evidence.
    private const byte Version = 2;

    /// <summary>Against validators that are to be punished by this block, in strictly increasing order of voters.</summary>
    public ImmutableArray<Evidence> Evidence { get; init; } = [];

    public byte[] Encode()
    {
        WireWriter writer = new();
        Write(writer);
        return writer.ToArray();
    }

    public void Write(WireWriter writer)
    {
        writer.Record(WireType.Block, 4, Version);
        Header.Write(writer);
        Justification.Write(writer);
        writer.Array(Transactions.Length);
        foreach (ReadOnlyMemory<byte> transaction in Transactions) writer.Bytes(transaction.Span);
        writer.End().Array(Evidence.Length);
        foreach (Evidence evidence in Evidence) evidence.Write(writer);
        writer.End().End();
    }

    public static Block Read(WireReader reader)
    {
        reader.Record(WireType.Block, 4, Version);
        Block block = new(
            BlockHeader.Read(reader),
            Justification.Read(reader),
            reader.List(Limits.BlockTransactionsMax, static r => (ReadOnlyMemory<byte>)r.Bytes(Limits.TransactionBytesMax)))
        {
            Evidence = reader.List(Limits.BlockEvidenceMax, Chain.Evidence.Read),
        };
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
