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

    /// <summary>The oldest block on this peer's disk: what lies below was pruned, or skipped by a snapshot.</summary>
    public Height FirstBlock { get; init; }

    /// <summary>The block that we need and that every peer in sight has pruned.</summary>
    public Height? Stranded { get; init; }

    /// <summary>Faults of validators that this peer learned of since it started.</summary>
    public long EvidenceSeen { get; init; }

    /// <summary>Evidence that waits for a block.</summary>
    public int EvidenceHeld { get; init; }

    /// <summary>Validators that finalized blocks punished since this peer started.</summary>
    public long EvidenceIncluded { get; init; }

    /// <summary>Taken from their bonds, in base units.</summary>
    public Amount Slashed { get; init; }
}

/// <summary>How the snapshot supervisor does.</summary>
/// <param name="Newest">The youngest snapshot on disk; genesis for none.</param>
/// <param name="Count">Snapshots on disk.</param>
/// <param name="Restoring">The snapshot that is being fetched; null where none is.</param>
public sealed record SnapshotStatus(Height Newest, int Count, SnapshotProgress? Restoring);

/// <param name="ChunksTotal">0 while a snapshot is still looked for.</param>
public sealed record SnapshotProgress(Height Height, int ChunksKept, int ChunksTotal);

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
