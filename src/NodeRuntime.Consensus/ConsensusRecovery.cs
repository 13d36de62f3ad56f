using System.Collections.Immutable;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

/// <summary>
/// What a machine begins with: the ledger's durable tip and the log's records in the order in which they were
/// persisted. The two need not agree: blocks above the tip are in the log or come from peers, and are delivered again.
/// </summary>
/// <param name="Tip">The ledger's last durable block; none at genesis.</param>
/// <param name="TipFinalization">
/// The certificate of the highest durable block that has its own; none at genesis. It need not be the tip's.
/// </param>
public sealed record ConsensusRecovery(
    LogCondition Condition, BlockHeader? Tip, Certificate? TipFinalization, ImmutableArray<ConsensusRecord> Records)
{
    /// <summary>A node that has never run.</summary>
    public static ConsensusRecovery Fresh { get; } = new(LogCondition.New, null, null, []);
}

/// <summary>What the log's reader found.</summary>
public enum LogCondition
{
    /// <summary>This key has never voted: the data folder was made just now.</summary>
    New,

    /// <summary>Every record is whole; a torn tail was cut off, which loses nothing that was durable.</summary>
    Whole,

    /// <summary>The data folder is there and the log is not, is damaged before its tail, or came from a backup.</summary>
    Damaged,
}
