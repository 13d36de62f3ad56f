using System.Collections.Immutable;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Runtime.Settlement;

/// <summary>Everything that the purse may be told.</summary>
public abstract record PurseInput
{
    private PurseInput()
    {
    }

    /// <summary>Put this on the ledger.</summary>
    public sealed record Asked(Message Message, Instant Now) : PurseInput;

    /// <summary>The finalized ledger went on.</summary>
    /// <param name="Included">The transactions of its new blocks; none where it jumped.</param>
    public sealed record Advanced(LedgerState State, ImmutableArray<TransactionId> Included, Instant Now) : PurseInput;
}
