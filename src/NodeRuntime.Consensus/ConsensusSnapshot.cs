using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

/// <summary>Where a machine stands, for status pages.</summary>
public sealed record ConsensusSnapshot
{
    public required View View { get; init; }

    /// <summary>The validator that may propose in the view.</summary>
    public required ValidatorIndex Leader { get; init; }

    public required Height FinalizedHeight { get; init; }

    public required View FinalizedView { get; init; }

    /// <summary>The chain id while nothing but genesis is final.</summary>
    public required Hash256 FinalizedDigest { get; init; }

    public required Instant FinalizedTime { get; init; }

    /// <summary>The highest view with a notarization; view 0 where none is held.</summary>
    public required View NotarizedView { get; init; }

    public required FenceStatus Fence { get; init; }

    public required bool IsHalted { get; init; }

    /// <summary>D of the view: grows while nothing is finalized.</summary>
    public required Duration Delay { get; init; }

    public required bool IsLeaderLate { get; init; }

    public required bool IsViewLate { get; init; }

    /// <summary>The highest finalized height that a peer claims; where it is far above ours we are syncing.</summary>
    public required Height ClaimedHeight { get; init; }

    public required int BlocksHeld { get; init; }

    public required int FetchesOpen { get; init; }

    public required int PeersConnected { get; init; }
}

/// <summary>Whether this key may vote.</summary>
public enum FenceStatus
{
    /// <summary>A voter whose past is known, or a past that the fence has stepped over.</summary>
    Open,

    /// <summary>An observer: there is no key.</summary>
    NotAVoter,

    /// <summary>What this key has signed is unknown: it stays silent and asks.</summary>
    Fenced,
}
