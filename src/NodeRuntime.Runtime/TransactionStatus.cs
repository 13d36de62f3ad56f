namespace NodeRuntime.Runtime;

/// <summary>What transactions cost this peer and its network since it started: counters, but for the last two.</summary>
public sealed record TransactionStatus
{
    /// <summary>Bodies that came from others.</summary>
    public long BodiesReceived { get; init; }

    /// <summary>Of these, such as were here already: what the network carried in vain.</summary>
    public long BodiesDuplicate { get; init; }

    /// <summary>Bodies that were not looked at, because their sender had used up its budget.</summary>
    public long BodiesOverBudget { get; init; }

    /// <summary>Bodies sent to the next leaders unasked.</summary>
    public long BodiesPushed { get; init; }

    public long IdsAnnounced { get; init; }

    public long IdsHeard { get; init; }

    /// <summary>Bodies that were asked for and did not come in time, whoever's fault it was.</summary>
    public long WantsOverdue { get; init; }

    /// <summary>Announced ids that were passed over, because too many were being waited for.</summary>
    public long WantsRefused { get; init; }

    /// <summary>Proposals of our own that left in short form.</summary>
    public long ProposalsShortened { get; init; }

    /// <summary>What those would have been whole, for one receiver, in bytes.</summary>
    public long ProposalBytesWhole { get; init; }

    /// <summary>What they were, for one receiver, in bytes.</summary>
    public long ProposalBytesShort { get; init; }

    /// <summary>Bodies that others asked of us to complete a proposal, in bytes.</summary>
    public long ProposalBytesServed { get; init; }

    /// <summary>Proposals of others put together here.</summary>
    public long ProposalsRebuilt { get; init; }

    /// <summary>Transactions of proposals that were here before.</summary>
    public long ProposalTransactionsHeld { get; init; }

    /// <summary>Transactions of proposals that had to be fetched.</summary>
    public long ProposalTransactionsFetched { get; init; }

    /// <summary>Bodies that came for a proposal when it was whole already: what the network carried in vain.</summary>
    public long ProposalTransactionsLate { get; init; }

    /// <summary>Proposals that were fetched whole because what was put together was not what the leader signed.</summary>
    public long ProposalsRefetched { get; init; }

    public int WantsOpen { get; init; }

    public int ProposalsOpen { get; init; }
}
