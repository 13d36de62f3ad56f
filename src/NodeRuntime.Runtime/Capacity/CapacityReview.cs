using System.Collections.Immutable;
using NodeRuntime.Capacity;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Capacity.Duties;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Ledger.Capacity;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Capacity;

/// <summary>What a drawn verifier looks at: another's answer in one period.</summary>
internal sealed class CapacityReview(CapacityDuty duty, Hash256 subject)
{
    public CapacityDuty Duty { get; } = duty;

    /// <summary>Digest of the claim.</summary>
    public Hash256 Subject { get; } = subject;

    /// <summary>When the engine is asked; null while it is, or was and answered.</summary>
    public Instant? AskAgainAt { get; set; } = Instant.Epoch;

    /// <summary>Null while it is looked at.</summary>
    public DutyFinding? Finding { get; set; }

    /// <summary>What convicts, where something does.</summary>
    public ImmutableArray<byte> Fault { get; set; } = [];

    /// <summary>What the accusation stakes: twice as much each time that others crowded it out.</summary>
    public Amount Stake { get; set; } = duty.Terms.AccusationDeposit;

    public ShareCommitment? Commitment { get; init; }

    public ShareOpening? Opening { get; init; }

    public SpaceProof? Proof { get; init; }

    /// <summary>Of the proof of space: the positions that are looked at.</summary>
    public ImmutableArray<int> Positions { get; init; } = [];
}
