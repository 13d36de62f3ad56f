using NodeRuntime.Primitives;

namespace NodeRuntime.Consensus;

/// <summary>Where the machine stands, for a status page.</summary>
public sealed record ConsensusSnapshot(
    View View, Height Finalized, Hash256 FinalizedDigest, ValidatorIndex? Self, bool IsFenced, bool IsHalted, Height? SyncTarget);
