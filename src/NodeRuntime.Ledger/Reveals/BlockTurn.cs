using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Ledger.Reveals;

/// <summary>Whose turn a block was, what it adds to the beacon, and who let a turn pass before it.</summary>
/// <param name="Missed">
/// How often each of the set in force led a view between the parent's and the block's, by index; empty where the views follow each other.
/// </param>
public sealed record BlockTurn(ValidatorIndex Proposer, ImmutableArray<ulong> Missed)
{
    /// <summary>What the header shows of its proposer's chain.</summary>
    public Hash256? Reveal { get; init; }

    /// <summary>What the header says that the beacon is after the block.</summary>
    public Hash256 Beacon { get; init; }

    public ulong MissedBy(ValidatorIndex validator) => Missed.IsEmpty ? 0 : Missed[validator.Number];
}
