using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Workload;

/// <summary>Whether to bid for an order, and if not, why: the first rule that says no names the decline.</summary>
public static class BidRules
{
    public static BidVerdict Check(OrderRecord order, ProviderConfig config, ProviderStanding standing)
    {
        OrderTerms terms = order.Terms;
        if (!standing.SandboxIsReady) return BidVerdict.SandboxUnavailable;
        if (!standing.BondSuffices) return BidVerdict.BondTooLow;
        if (!standing.CapacityIsProven) return BidVerdict.CapacityUnproven;
        if (terms.Region.Length != 0 && terms.Region != config.Region) return BidVerdict.RegionDiffers;
        if (terms.PricePerSecondMax < config.PricePerSecond) return BidVerdict.PriceTooLow;
        if (terms.MemoryPagesMax > config.MemoryPagesMax) return BidVerdict.MemoryTooLarge;
        if (terms.FuelMax > config.FuelMax) return BidVerdict.FuelTooLarge;
        if (terms.InputBytes > config.InputBytesMax) return BidVerdict.InputTooLarge;
        if (terms.OutputBytesMax > config.OutputBytesMax) return BidVerdict.OutputTooLarge;
        if (standing.LeasesHeld >= config.LeasesMax) return BidVerdict.Full;
        return BidVerdict.Accepted;
    }
}

/// <summary>What a provider says to an order: a bid, or a decline with its reason, which owners can ask for.</summary>
public enum BidVerdict : byte
{
    Accepted,
    SandboxUnavailable,
    BondTooLow,
    RegionDiffers,
    PriceTooLow,
    MemoryTooLarge,
    FuelTooLarge,
    InputTooLarge,
    OutputTooLarge,
    Full,

    /// <summary>The chain takes bids of proven providers alone, and this one is not, or not now.</summary>
    CapacityUnproven,
}

/// <summary>What of the provider itself decides about a bid.</summary>
public readonly record struct ProviderStanding(bool SandboxIsReady, bool BondSuffices, bool CapacityIsProven, int LeasesHeld);
