using System.Collections.Immutable;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Market;

internal static class MarketApplication
{
    /// <summary>The escrow locks as the order is accepted: a provider that bids knows the money is there.</summary>
    public static void Apply(LedgerDraft draft, AccountId sender, OrderId id, Message.PlaceOrder place)
    {
        bool bounded = MarketRules.TryDeposit(place.Terms, out Amount deposit);
        Invariant.Holds(bounded);
        OrderRecord order = new()
        {
            Owner = sender,
            Terms = place.Terms,
            State = OrderState.Open,
            Escrow = deposit,
            AcceptedAt = draft.Time,
            AuctionEndsAt = OrderBook.AuctionEnd(draft, draft.Time + place.Terms.ExpiresAfter),
            Attempts = 0,
        };
        new Purse(draft).Lock(id, order);
        AccountRecord owner = draft.Records.Account(sender);
        draft.Put(sender, owner with { OpenOrders = owner.OpenOrders + 1 });
        OrderBook.List(draft, id, order);
        draft.Tell(new LedgerEvent.OrderAccepted(id, sender, place.Terms, order.AuctionEndsAt));
    }

    public static void Apply(LedgerDraft draft, Message.CancelOrder cancel)
    {
        OrderRecord order = OrderBook.Get(draft, cancel.Order);
        OrderBook.Unlist(draft, cancel.Order, order);
        Amount refunded = OrderBook.EndWithoutPay(draft, cancel.Order, OrderState.Cancelled);
        draft.Tell(new LedgerEvent.OrderCancelled(cancel.Order, order.Owner, refunded));
    }

    public static void Apply(LedgerDraft draft, AccountId sender, Message.PlaceBid place)
    {
        OrderRecord order = OrderBook.Get(draft, place.Order);
        BidRecord record = draft.Records.Bids(place.Order);
        ImmutableArray<Bid> bids = WithoutProvider(record.Bids, sender);
        if (bids.Length == Limits.BidsPerOrderMax) bids = bids.Remove(Auction.WorstOf(place.Order, bids));
        draft.Put(place.Order, record with { Bids = bids.Add(new Bid(sender, place.PricePerSecond)) });

        // The first bid after an auction that nobody came to starts a window in which others may answer it.
        Instant windowEnd = OrderBook.AuctionEnd(draft, OrderBook.ExpiresAt(order));
        if (record.Bids.IsEmpty && windowEnd < order.AuctionEndsAt)
        {
            OrderBook.Unlist(draft, place.Order, order);
            order = order with { AuctionEndsAt = windowEnd };
            draft.Put(place.Order, order);
            OrderBook.List(draft, place.Order, order);
        }

        draft.Tell(new LedgerEvent.BidPlaced(place.Order, sender, place.PricePerSecond, order.AuctionEndsAt));
    }

    private static ImmutableArray<Bid> WithoutProvider(ImmutableArray<Bid> bids, AccountId provider)
    {
        for (int i = 0; i < bids.Length; i++)
        {
            if (bids[i].Provider == provider) return bids.RemoveAt(i);
        }

        return bids;
    }
}
