using System;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Staking;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Ledger.Market;

/// <summary>
/// An open reverse auction, first price: at its end the lowest bid of a provider that still has its bond gets the lease.
/// Equal prices are ordered by the hash of order and provider, which favours nobody from one order to the next.
/// Where nobody bid, the order waits, and its first bid starts a new window; it costs no block anything meanwhile.
/// </summary>
internal static class Auction
{
    public static void End(LedgerDraft draft, OrderId id)
    {
        OrderRecord order = OrderBook.Get(draft, id);
        Invariant.Holds(order.State == OrderState.Open);
        OrderBook.Unlist(draft, id, order);
        BidRecord bids = draft.Records.Bids(id);
        if (BestOf(draft, id, bids.Bids) is { } winner)
        {
            OpenLease(draft, id, order, winner);
            return;
        }

        if (draft.Time >= OrderBook.ExpiresAt(order))
        {
            OrderBook.Expire(draft, id, order);
            return;
        }

        // Bids whose bond is gone are gone too, so that the next bid is a first one.
        draft.Put(id, bids with { Bids = [] });
        OrderRecord waiting = order with { AuctionEndsAt = OrderBook.ExpiresAt(order) };
        draft.Put(id, waiting);
        OrderBook.List(draft, id, waiting);
    }

    public static bool IsBetter(OrderId order, Bid left, Bid right)
    {
        int byPrice = left.PricePerSecond.CompareTo(right.PricePerSecond);
        return byPrice != 0 ? byPrice < 0 : TieBreak(order, left.Provider) < TieBreak(order, right.Provider);
    }

    public static Bid WorstOf(OrderId order, ImmutableArray<Bid> bids)
    {
        Bid worst = bids[0];
        foreach (Bid bid in bids)
        {
            if (IsBetter(order, worst, bid)) worst = bid;
        }

        return worst;
    }

    private static Bid? BestOf(LedgerDraft draft, OrderId order, ImmutableArray<Bid> bids)
    {
        Bid? best = null;
        foreach (Bid bid in bids)
        {
            if (!StakingRules.MayServe(draft.Records, draft.Parameters.BondMin, bid.Provider)) continue;
            if (best is not { } sofar || IsBetter(order, bid, sofar)) best = bid;
        }

        return best;
    }

    private static void OpenLease(LedgerDraft draft, OrderId orderId, OrderRecord order, Bid winner)
    {
        LeaseId id = StateKeys.LeaseOf(orderId, order.Attempts);
        LeaseRecord lease = new()
        {
            Order = orderId,
            Owner = order.Owner,
            Provider = winner.Provider,
            PricePerSecond = winner.PricePerSecond,
            State = LeaseState.Opened,
            OpenedAt = draft.Time,
            ReadyBy = draft.Time + order.Terms.ReadyWithin,
            ReadyAt = Instant.Epoch,
            ResultBy = Instant.Epoch,
            ResultAt = Instant.Epoch,
            HandOver = Hash256.Zero,
            ResultCommitment = Hash256.Zero,
            ChargedSeconds = 0,
            Paid = Amount.Zero,
            Refunded = Amount.Zero,
            Penalty = Amount.Zero,
        };
        draft.Put(id, lease);
        draft.Put(orderId, order with { State = OrderState.Leased, Attempts = (byte)(order.Attempts + 1) });
        StakingApplication.LeaseOpened(draft, winner.Provider);
        draft.Schedule(lease.ReadyBy, DeadlineKind.Ready, id.Hash);
        draft.Tell(new LedgerEvent.LeaseOpened(id, orderId, order.Owner, winner.Provider, winner.PricePerSecond, lease.ReadyBy));
    }

    // Two hashes in a row: 64 bytes, which no lease's id (33 bytes in the same domain) can equal.
    private static Hash256 TieBreak(OrderId order, AccountId provider)
    {
        Span<byte> bytes = stackalloc byte[2 * Hash256.ByteCount];
        order.Hash.AsSpan().CopyTo(bytes);
        provider.Hash.AsSpan().CopyTo(bytes[Hash256.ByteCount..]);
        return Hasher.Tagged(HashDomain.Lease, bytes);
    }
}
