using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime;

// What supervisors say of themselves on the event stream, whenever it changes: for status pages and metrics.

/// <summary>How the consensus supervisor does.</summary>
public sealed record ConsensusStatus(View View, ConsensusMode Mode, int TransactionsPending, ulong SyncTarget)
{
    public ChainOutlook Outlook { get; init; } = ChainOutlook.Fresh;

    public Epoch Epoch { get; init; }

    /// <summary>How many vote in the epoch.</summary>
    public int Validators { get; init; }
}

/// <summary>What a peer may think of the tip that it sees.</summary>
public enum ChainOutlook
{
    /// <summary>It is young, or comes nearer to now.</summary>
    Fresh,

    /// <summary>It is old, and no peer is heard.</summary>
    Alone,

    /// <summary>
    /// It is old, and the peers in sight are no quorum: the others are down, or somebody keeps them from us. Which, cannot be told from here.
    /// </summary>
    Eclipsed,

    /// <summary>It is old although a quorum is in sight: the chain itself stands still.</summary>
    Stalled,
}

public enum ConsensusMode
{
    /// <summary>Takes part in every vote.</summary>
    Voting,

    /// <summary>Is no validator and follows.</summary>
    Observing,

    /// <summary>Knows of a younger finalized block and fetches.</summary>
    Syncing,

    /// <summary>Would vote, but its watermark is missing or old: it does not, so as not to vote twice.</summary>
    Fenced,

    /// <summary>Two certificates contradict each other: somebody broke the trust model, nothing is finalized any more.</summary>
    Halted,
}

public sealed record MembershipStatus(int PeersConnected, ImmutableArray<MemberView> Members);

public sealed record MemberView
{
    public required PublicKey Key { get; init; }

    public required string Address { get; init; }

    public required string Api { get; init; }

    public required ImmutableArray<string> Roles { get; init; }

    public required string Region { get; init; }

    public required string State { get; init; }
}

public sealed record WorkloadStatus(int LeasesHeld, int LeasesRunning);
