using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Client.Jobs;

/// <summary>How a lease ended for its owner.</summary>
internal abstract record LeaseOutcome
{
    private LeaseOutcome()
    {
    }

    /// <summary>Settled, with result, outputs and receipt here and checked.</summary>
    public sealed record Done(LeaseRecord Lease, JobResult Result, string Detail) : LeaseOutcome;

    /// <summary>The ledger gave it up: the order may find another provider.</summary>
    public sealed record Failed(LeaseState State, string Reason) : LeaseOutcome;
}
