using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Runtime.Settlement;

/// <summary>Everything that the purse may ask for.</summary>
public abstract record PurseEffect
{
    private PurseEffect()
    {
    }

    /// <summary>To the pool; what it has already it does not take twice.</summary>
    public sealed record Offer(Transaction Transaction) : PurseEffect;

    public sealed record Say(LogLevel Level, string Text) : PurseEffect;
}
