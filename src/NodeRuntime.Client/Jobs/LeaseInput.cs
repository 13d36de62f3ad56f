using NodeRuntime.Client.Providers;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Client.Jobs;

/// <summary>Everything that happens to a lease's run, in the order in which its one loop hears it.</summary>
internal abstract record LeaseInput
{
    private LeaseInput()
    {
    }

    public sealed record Connected(ProviderLine Line, ProviderAddress Provider) : LeaseInput;

    public sealed record Said(ProviderLine Line, JobMessage Message) : LeaseInput;

    public sealed record Lost(ProviderLine Line) : LeaseInput;

    public sealed record NotReached(string Reason) : LeaseInput;

    /// <summary>The lease as the ledger has it now, proven.</summary>
    public sealed record Ledger(LeaseRecord Lease) : LeaseInput;

    /// <summary>What was refused for now is to be asked again.</summary>
    public sealed record Again(bool IsReceipt) : LeaseInput;
}
