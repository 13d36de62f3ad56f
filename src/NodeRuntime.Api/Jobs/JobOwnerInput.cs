using NodeRuntime.Proofs.Jobs;

namespace NodeRuntime.Api.Jobs;

/// <summary>Everything that happens to an owner's side of a lease.</summary>
public abstract record JobOwnerInput
{
    private JobOwnerInput()
    {
    }

    /// <summary>A connection to the provider stands; also after one was lost.</summary>
    public sealed record Connected : JobOwnerInput;

    public sealed record ProviderSaid(JobMessage Message) : JobOwnerInput;

    /// <summary>The ledger has settled the lease.</summary>
    public sealed record Settled : JobOwnerInput;
}
