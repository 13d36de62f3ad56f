using NodeRuntime.Capacity;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Capacity;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Provenance.Fraud;

namespace NodeRuntime.Ledger.Blocks;

/// <summary>
/// Everything that a block may make happen, a closed family, in the order in which it happened. Supervisors react to
/// these; one that was away reads the records instead, which hold the same.
/// </summary>
public abstract record LedgerEvent
{
    private LedgerEvent()
    {
    }

    public sealed record Transferred(AccountId From, AccountId To, Amount Amount) : LedgerEvent;

    /// <summary>The faucet's gift; development chains only.</summary>
    public sealed record Minted(AccountId To, Amount Amount) : LedgerEvent;

    public sealed record Bonded(AccountId Provider, Amount Amount) : LedgerEvent;

    public sealed record UnbondingStarted(AccountId Provider, Amount Amount, Instant FreeAt) : LedgerEvent;

    public sealed record Unbonded(AccountId Provider, Amount Amount) : LedgerEvent;

    /// <summary>The account wants to be a validator with this key: news to an operator, in force from a seal on.</summary>
    public sealed record ValidatorDeclared(AccountId Account, PublicKey Key, PeerId Peer) : LedgerEvent;

    public sealed record ValidatorLeft(AccountId Account) : LedgerEvent;

    /// <summary>The epoch is over; this set votes from the next block on.</summary>
    public sealed record EpochSealed(ValidatorSet Next) : LedgerEvent;

    /// <summary>Views that a validator led passed without a block, while the chain went on; so much of its bond was burned.</summary>
    public sealed record TurnsMissed(AccountId Validator, PublicKey Key, ulong Views, Amount Burned) : LedgerEvent;

    public sealed record OrderAccepted(OrderId Order, AccountId Owner, OrderTerms Terms, Instant AuctionEndsAt) : LedgerEvent;

    public sealed record BidPlaced(OrderId Order, AccountId Provider, Amount PricePerSecond, Instant AuctionEndsAt) : LedgerEvent;

    /// <summary>A lease failed and the order takes bids again, new ones from everybody but those that were tried.</summary>
    public sealed record OrderReopened(OrderId Order, AccountId Owner, AccountId Excluded, Instant AuctionEndsAt) : LedgerEvent;

    public sealed record OrderCancelled(OrderId Order, AccountId Owner, Amount Refunded) : LedgerEvent;

    public sealed record OrderExpired(OrderId Order, AccountId Owner, Amount Refunded) : LedgerEvent;

    /// <summary>The order has been over for so long that it left the state, with its leases.</summary>
    public sealed record OrderForgotten(OrderId Order) : LedgerEvent;

    public sealed record LeaseOpened(
        LeaseId Lease, OrderId Order, AccountId Owner, AccountId Provider, Amount PricePerSecond, Instant ReadyBy) : LedgerEvent;

    public sealed record LeaseReady(LeaseId Lease, OrderId Order, AccountId Owner, AccountId Provider, Instant ResultBy) : LedgerEvent;

    /// <summary>The chain stood still when the result was due: the provider has a grace to report it now.</summary>
    public sealed record ResultDelayed(LeaseId Lease, OrderId Order, AccountId Owner, AccountId Provider, Instant ResultBy) : LedgerEvent;

    public sealed record ResultReported(
        LeaseId Lease, OrderId Order, AccountId Owner, AccountId Provider, Hash256 ResultCommitment, uint ChargedSeconds) : LedgerEvent;

    public sealed record LeaseSettled(
        LeaseId Lease, OrderId Order, AccountId Owner, AccountId Provider, Amount Paid, Amount Refunded) : LedgerEvent;

    public sealed record LeaseClosed(
        LeaseId Lease, OrderId Order, AccountId Owner, AccountId Provider, Amount Paid, Amount Refunded) : LedgerEvent;

    public sealed record NotReady(LeaseId Lease, OrderId Order, AccountId Owner, AccountId Provider) : LedgerEvent;

    public sealed record ResultMissed(
        LeaseId Lease, OrderId Order, AccountId Owner, AccountId Provider, Amount Penalty) : LedgerEvent;

    /// <summary>The bond behind a lease was slashed, and this much of it went to the tenant.</summary>
    public sealed record TenantCompensated(LeaseId Lease, AccountId Owner, AccountId Provider, Amount Amount) : LedgerEvent;

    /// <summary>So many units count from a period on; none is the end of a kind, once that period is judged.</summary>
    public sealed record CapacityCommitted(AccountId Provider, CapacityKind Kind, uint Units, uint From) : LedgerEvent;

    public sealed record CapacityEnded(AccountId Provider, CapacityKind Kind) : LedgerEvent;

    public sealed record CapacityAnswered(AccountId Provider, CapacityKind Kind, uint Period, bool IsOpening) : LedgerEvent;

    /// <summary>A majority of the drawn verifiers passed an answer.</summary>
    public sealed record CapacityProven(AccountId Provider, CapacityKind Kind, uint Period, uint Units) : LedgerEvent;

    public sealed record CapacityRewarded(AccountId Provider, CapacityKind Kind, uint Period, Amount Amount) : LedgerEvent;

    /// <summary>A provider was drawn to look so many times and said nothing: it is not paid for the period.</summary>
    public sealed record CapacityUnpaid(AccountId Provider, CapacityKind Kind, uint Period, uint Silences) : LedgerEvent;

    public sealed record CapacityFaulted(AccountId Provider, CapacityKind Kind, uint Period, CapacityFault Fault, Amount Burned) : LedgerEvent;

    /// <summary>An answer was shown to be false: taken = compensated + rewarded + burned, all from the provider's bond.</summary>
    public sealed record CapacityConvicted(
        AccountId Provider, CapacityKind Kind, uint Period, AccountId Accuser, Amount Taken, Amount Compensated, Amount Rewarded, Amount Burned)
        : LedgerEvent;

    /// <summary>Somebody was faster, or the block had decided as many as it may: nothing was looked at.</summary>
    public sealed record AccusationPassedOver(AccountId Accuser, AccountId Provider, CapacityKind Kind, uint Period) : LedgerEvent;

    public sealed record AccusationUnfounded(AccountId Accuser, AccountId Provider, CapacityKind Kind, uint Period, Amount Burned) : LedgerEvent;

    public sealed record MaintenanceDeclared(AccountId Provider, Instant From, Instant Until) : LedgerEvent;

    /// <summary>A peer was shown to have lied about the calendar of events: taken = compensated + rewarded + burned, all from the account's bond.</summary>
    public sealed record FraudConvicted(
        PublicKey Culprit, AccountId Account, FraudKind Kind, AccountId Reporter, Amount Taken, Amount Compensated, Amount Rewarded, Amount Burned)
        : LedgerEvent;

    /// <summary>The calendar of events has its root of a day on the ledger.</summary>
    public sealed record CalendarPublished(PublicationRecord Record) : LedgerEvent;

    /// <summary>A validator contradicted itself: taken = compensated + rewarded + burned, all from the bond behind its key.</summary>
    public sealed record Slashed(
        AccountId Validator, PublicKey Key, EvidenceFault Fault, View View, AccountId Reporter, Amount Taken, Amount Compensated, Amount Rewarded, Amount Burned)
        : LedgerEvent;
}
