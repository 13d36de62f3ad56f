using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

/// <summary>Where the machine stands, for a status page.</summary>
/// <param name="SyncTarget">The height that we are catching up to; none while we are in step.</param>
public sealed record ConsensusSnapshot(
    View View, Height Finalized, Hash256 FinalizedDigest, ValidatorIndex? Self, bool IsFenced, bool IsHalted, Height? SyncTarget)
{
    /// <summary>Ledger time of the youngest finalized block.</summary>
    public required Instant FinalizedTime { get; init; }

    public required View FinalizedView { get; init; }

    /// <summary>The highest view with a notarization above the floor; none where nothing waits to be finalized.</summary>
    public required View? NotarizedView { get; init; }

    public required ValidatorIndex Leader { get; init; }

    /// <summary>The last rotation's headers do not name the leader: nobody waits for it.</summary>
    public required bool IsLeaderSkipped { get; init; }

    /// <summary>D of the view: grows while nothing becomes final.</summary>
    public required Duration Delay { get; init; }

    /// <summary>Waits for a snapshot, and asks for no blocks meanwhile.</summary>
    public required bool IsRestoring { get; init; }

    /// <summary>The block that we need and that every peer which has answered has pruned; none where somebody may have it.</summary>
    public required Height? Stranded { get; init; }

    /// <summary>Blocks above the floor in memory.</summary>
    public required int BlocksHeld { get; init; }

    /// <summary>Certificates above the floor in memory.</summary>
    public required int CertificatesHeld { get; init; }

    /// <summary>Who votes in this epoch.</summary>
    public required ValidatorSet Validators { get; init; }

    /// <summary>The set that is due, if one is, and the weight of its members that said that they are ready.</summary>
    public required (ValidatorSet Set, ulong ReadyWeight)? Due { get; init; }

    /// <summary>Slots whose votes are in memory.</summary>
    public required int VoteSlotsHeld { get; init; }

    /// <summary>Evidence that no finalized block has taken up yet.</summary>
    public required int EvidenceHeld { get; init; }
}
