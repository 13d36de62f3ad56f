using System.Collections.Immutable;
using NodeRuntime.Ledger.State;
using NodeRuntime.Ledger.Transactions;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Ledger.Blocks;

/// <summary>What became of a block: a new state with what happened on the way, or the reason for none.</summary>
public sealed record BlockOutcome
{
    public required BlockVerdict Verdict { get; init; }

    /// <summary>Null unless accepted.</summary>
    public LedgerState? State { get; init; }

    /// <summary>One for each transaction, in order.</summary>
    public ImmutableArray<TransactionReceipt> Receipts { get; init; } = [];

    /// <summary>What time brought first, then what transactions did.</summary>
    public ImmutableArray<LedgerEvent> Events { get; init; } = [];

    /// <summary>Seconds of the calendar of events that it entered, in order.</summary>
    public ImmutableArray<RoundLeaf> Seconds { get; init; } = [];

    /// <summary>Which transaction was refused and why; meaningful for <see cref="BlockVerdict.TransactionRefused"/> only.</summary>
    public int RefusedIndex { get; init; } = -1;

    public TransactionOutcome Refusal { get; init; }

    internal static BlockOutcome Refused(BlockVerdict verdict) => new() { Verdict = verdict };

    internal static BlockOutcome TransactionRefused(int index, TransactionOutcome refusal) =>
        new() { Verdict = BlockVerdict.TransactionRefused, RefusedIndex = index, Refusal = refusal };

    public override string ToString() =>
        Verdict == BlockVerdict.TransactionRefused ? $"{Verdict}[{RefusedIndex}]: {Refusal}" : Verdict.ToString();
}

/// <summary>A transaction that a block applied: whose, and what it did.</summary>
public sealed record TransactionReceipt(
    TransactionId Id, AccountId Sender, ulong Sequence, Amount Fee, ImmutableArray<LedgerEvent> Events);
