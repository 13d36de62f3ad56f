using NodeRuntime.Actors.Ports;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Runtime.Capacity;

/// <summary>Everything that the machine of a peer's capacity may ask for.</summary>
public abstract record CapacityEffect
{
    private CapacityEffect()
    {
    }

    public sealed record Start(CapacityTask Task) : CapacityEffect;

    public sealed record Cancel(ulong Number) : CapacityEffect;

    /// <summary>Make it durable and say so: what is committed must be opened, whatever happens to this process.</summary>
    public sealed record Store(CapacityWork Work) : CapacityEffect;

    public sealed record Submit(Message Message) : CapacityEffect;

    /// <summary>Something that the operator should know.</summary>
    public sealed record Warn(string Text) : CapacityEffect;
}
