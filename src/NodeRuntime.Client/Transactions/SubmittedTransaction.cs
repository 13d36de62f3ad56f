using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Client.Transactions;

/// <summary>A transaction that was signed once; its bytes may be handed in any number of times.</summary>
public sealed record SubmittedTransaction(Transaction Transaction, byte[] Bytes)
{
    public TransactionId Id => Transaction.Id;

    public ulong Sequence => Transaction.Sequence;
}
