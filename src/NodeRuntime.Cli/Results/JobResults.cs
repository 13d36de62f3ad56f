using System.Collections.Immutable;
using NodeRuntime.Client.Jobs;

namespace NodeRuntime.Cli.Results;

/// <summary>A job that is over and paid.</summary>
internal sealed record JobDoneResult(
    string Id,
    string Name,
    string Lease,
    string Provider,
    string Outcome,
    int ExitCode,
    ulong FuelUsed,
    string Detail,
    string ResultHash,
    int Attempts,
    uint ChargedSeconds,
    string Paid,
    string Refunded,
    string Folder,
    ImmutableArray<string> Outputs,
    string Receipt,
    string Custody,
    JobTimings Timings);

internal sealed record JobStatusResult(
    string Id,
    string Name,
    string OrderState,
    int Attempts,
    string Lease,
    string LeaseState,
    string Provider,
    string PricePerSecond,
    uint ChargedSeconds,
    string Paid,
    string Refunded,
    string Escrow,
    ulong ProvenHeight);

internal sealed record JobListResult(ImmutableArray<JobListItem> Jobs);

/// <param name="IsHere">Its files and specification are on this machine.</param>
internal sealed record JobListItem(string Id, string Name, string State, string LeaseState, string Paid, bool IsHere);

internal sealed record JobLogsResult(string Id, string Output, string Error);

internal sealed record JobWhyResult(string Id, ImmutableArray<JobDecline> Declines);

/// <param name="IsSigned">The decline bears the provider's own signature for this order.</param>
internal sealed record JobDecline(string Provider, string Reason, bool IsSigned);
