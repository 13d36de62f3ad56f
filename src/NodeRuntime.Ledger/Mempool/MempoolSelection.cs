using System;
using System.Collections.Immutable;
using NodeRuntime.Ledger.Transactions;
using NodeRuntime.Primitives;

namespace NodeRuntime.Ledger.Mempool;

/// <summary>A body for a block that applies, and what was found not to apply and dropped on the way.</summary>
public sealed record MempoolSelection(ImmutableArray<VerifiedTransaction> Transactions, ImmutableArray<DroppedTransaction> Dropped)
{
    /// <summary>As a block holds them.</summary>
    public ImmutableArray<ReadOnlyMemory<byte>> Body
    {
        get
        {
            ImmutableArray<ReadOnlyMemory<byte>>.Builder body = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>(Transactions.Length);
            foreach (VerifiedTransaction transaction in Transactions) body.Add(transaction.Bytes);
            return body.MoveToImmutable();
        }
    }
}

/// <summary>A transaction that left the pool without a block, and why: what its sender is told.</summary>
/// <param name="Reason">The ledger's own, where <paramref name="Why"/> is Refused.</param>
public readonly record struct DroppedTransaction(TransactionId Id, MempoolVerdict Why, TransactionOutcome Reason)
{
    public override string ToString() => Why == MempoolVerdict.Refused ? Reason.ToString() : Why.ToString();
}
