using System.Collections.Immutable;

namespace NodeRuntime.Cli.Results;

internal sealed record ReceiptGetResult(string Id, string File, int Bytes);

/// <param name="Verdict">OK, INCONCLUSIVE or REFUSED.</param>
/// <param name="Reason">The rule that decided.</param>
/// <param name="Receipt">What the receipt says; null where its bytes are no receipt.</param>
/// <param name="Rerun">Null where no re-execution was asked for.</param>
internal sealed record ReceiptVerifyResult(string Verdict, string Reason, string? TrustedGenesis, ReceiptFacts? Receipt, RerunResult? Rerun);

internal sealed record ReceiptFacts(
    string Chain,
    string Order,
    string Lease,
    string Owner,
    string Provider,
    string Module,
    ImmutableArray<string> Inputs,
    string Outcome,
    int ExitCode,
    ulong FuelUsed,
    string ResultHash,
    string ReadyAt,
    string ResultAt,
    uint ChargedSeconds,
    string Paid,
    string Refunded,
    ulong BlockHeight);

/// <param name="Differences">Empty where the run here gave the same result.</param>
internal sealed record RerunResult(bool Matches, string ResultHash, ImmutableArray<string> Differences, long Milliseconds);
