using NodeRuntime.Ledger.Capacity;
using NodeRuntime.Ledger.Staking;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Market;

internal static class MarketRules
{
    /// <summary>The program and every input file at its largest.</summary>
    private const ulong InputBytesMax = Limits.ModuleBytesMax + ((ulong)Limits.JobInputsMax * Limits.InputBytesMax);

    public static MarketVerdict Check(in LedgerView ledger, AccountId sender, Message.PlaceOrder order)
    {
        OrderTerms terms = order.Terms;
        MarketVerdict verdict = CheckTerms(terms);
        if (verdict != MarketVerdict.Accepted) return verdict;
        if (!TryDeposit(terms, out Amount deposit)) return MarketVerdict.DepositTooLarge;
        AccountRecord owner = ledger.Records.Account(sender);
        if (owner.OpenOrders >= Limits.OpenOrdersPerAccountMax) return MarketVerdict.TooManyOpenOrders;
        if (owner.Balance < deposit) return MarketVerdict.BalanceTooLow;
        return MarketVerdict.Accepted;
    }

    /// <summary>An owner takes back what is not leased; a lease is ended by closing it.</summary>
    public static MarketVerdict Check(in LedgerView ledger, AccountId sender, Message.CancelOrder cancel)
    {
        if (ledger.Records.Order(cancel.Order) is not { } order) return MarketVerdict.OrderUnknown;
        if (order.Owner != sender) return MarketVerdict.NotOwner;
        if (order.State != OrderState.Open) return MarketVerdict.OrderNotOpen;
        return MarketVerdict.Accepted;
    }

    public static MarketVerdict Check(in LedgerView ledger, AccountId sender, Message.PlaceBid bid)
    {
        if (ledger.Records.Order(bid.Order) is not { } order) return MarketVerdict.OrderUnknown;
        if (order.State != OrderState.Open) return MarketVerdict.OrderNotOpen;
        if (ledger.Now >= order.AuctionEndsAt) return MarketVerdict.AuctionEnded;
        if (!StakingRules.MayServe(ledger.Records, ledger.Parameters.BondMin, sender)) return MarketVerdict.BondTooLow;
        if (ledger.Parameters.Capacity is { BidsNeedProof: true } && !CapacityRules.IsProven(ledger.Records, sender)) return MarketVerdict.CapacityUnproven;
        BidRecord bids = ledger.Records.Bids(bid.Order);
        if (bids.Excluded.Contains(sender)) return MarketVerdict.ProviderExcluded;
        if (bid.PricePerSecond > order.Terms.PricePerSecondMax) return MarketVerdict.PriceAboveCap;
        foreach (Bid other in bids.Bids)
        {
            if (other.Provider != sender) continue;
            return bid.PricePerSecond < other.PricePerSecond ? MarketVerdict.Accepted : MarketVerdict.BidNotLower;
        }

        if (bids.Bids.Length < Limits.BidsPerOrderMax) return MarketVerdict.Accepted;
        Bid worst = Auction.WorstOf(bid.Order, bids.Bids);
        Bid offered = new(sender, bid.PricePerSecond);
        return Auction.IsBetter(bid.Order, offered, worst) ? MarketVerdict.Accepted : MarketVerdict.BidsFull;
    }

    public static bool TryDeposit(OrderTerms terms, out Amount deposit) =>
        Amount.TryMultiply(terms.PricePerSecondMax, terms.SecondsMax, out deposit) && deposit <= Purse.SupplyMax;

    private static MarketVerdict CheckTerms(OrderTerms terms)
    {
        if (terms.SpecCommitment.IsZero) return MarketVerdict.SpecCommitmentMissing;
        if (terms.PricePerSecondMax == Amount.Zero) return MarketVerdict.PriceZero;
        if (terms.SecondsMax is 0 or > Limits.LeaseSecondsMax) return MarketVerdict.SecondsOutOfRange;
        if (!IsWithin(terms.ReadyWithin, Limits.OrderReadySecondsMax)) return MarketVerdict.ReadyWithinOutOfRange;
        if (!IsWithin(terms.ExpiresAfter, Limits.OrderExpirySecondsMax)) return MarketVerdict.ExpiresAfterOutOfRange;
        if (terms.FuelMax == 0) return MarketVerdict.FuelZero;
        if (terms.MemoryPagesMax is 0 or > Limits.GuestMemoryPagesMax) return MarketVerdict.MemoryOutOfRange;
        if (terms.InputBytes > InputBytesMax) return MarketVerdict.InputTooLarge;
        if (terms.OutputBytesMax > Limits.OutputBytesMax) return MarketVerdict.OutputTooLarge;
        if (!IsRegion(terms.Region)) return MarketVerdict.RegionMalformed;
        return MarketVerdict.Accepted;
    }

    private static bool IsWithin(Duration duration, uint secondsMax) =>
        duration > Duration.Zero && duration <= Duration.FromSeconds(secondsMax);

    /// <summary>Small letters, digits and hyphens; empty for anywhere.</summary>
    internal static bool IsRegion(string region)
    {
        if (region.Length > Limits.RegionCharactersMax) return false;
        foreach (char c in region)
        {
            if (c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')) return false;
        }

        return true;
    }
}
