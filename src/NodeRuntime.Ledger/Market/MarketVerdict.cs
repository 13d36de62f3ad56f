namespace NodeRuntime.Ledger.Market;

/// <summary>What the rules say of an order, a cancellation or a bid, in the order of the checks of each.</summary>
public enum MarketVerdict : byte
{
    Accepted,

    // Placing an order
    SpecCommitmentMissing,
    PriceZero,
    SecondsOutOfRange,
    ReadyWithinOutOfRange,
    ExpiresAfterOutOfRange,
    FuelZero,
    MemoryOutOfRange,
    InputTooLarge,
    OutputTooLarge,

    /// <summary>Longer than a region's name or with other than small letters, digits and hyphens.</summary>
    RegionMalformed,

    /// <summary>Price cap times seconds is more than any supply.</summary>
    DepositTooLarge,
    TooManyOpenOrders,

    /// <summary>The owner cannot lock the deposit.</summary>
    BalanceTooLow,

    // Cancelling an order, and bidding for one
    OrderUnknown,
    NotOwner,

    /// <summary>Leased or over.</summary>
    OrderNotOpen,

    // Bidding
    AuctionEnded,

    /// <summary>Less is bonded than a provider needs.</summary>
    BondTooLow,

    /// <summary>This chain takes bids of proven capacity alone, and the provider's is not.</summary>
    CapacityUnproven,

    /// <summary>The provider had a lease for this order and failed.</summary>
    ProviderExcluded,
    PriceAboveCap,

    /// <summary>The provider has a bid at this price or below.</summary>
    BidNotLower,

    /// <summary>The auction has all the bids it can hold, and each is better.</summary>
    BidsFull,
}
