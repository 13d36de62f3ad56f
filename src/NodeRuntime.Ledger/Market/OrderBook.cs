using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Ledger.Market;

/// <summary>
/// An order's way: listed (takes bids, has a line in the calendar) -> leased -> listed again after a failure -> over.
/// Each step keeps record, list, calendar and the owner's count together.
/// </summary>
internal static class OrderBook
{
    /// <summary>An order that is over stays to be looked up, and proved to anybody, for 30 days; then it leaves the state.</summary>
    private static readonly Duration Retention = Duration.FromMinutes(30 * 24 * 60);

    public static OrderRecord Get(LedgerDraft draft, OrderId id)
    {
        OrderRecord? order = draft.Records.Order(id);
        Invariant.Holds(order is not null);
        return order;
    }

    public static Instant ExpiresAt(OrderRecord order) => order.AcceptedAt + order.Terms.ExpiresAfter;

    /// <summary>When an auction that starts now ends: after the window, or when the order expires.</summary>
    public static Instant AuctionEnd(LedgerDraft draft, Instant expiresAt)
    {
        Instant end = draft.Time + draft.Parameters.AuctionWindow;
        return end < expiresAt ? end : expiresAt;
    }

    public static void List(LedgerDraft draft, OrderId id, OrderRecord order)
    {
        Invariant.Holds(order.State == OrderState.Open);
        draft.Put(StateKeys.OpenOrder(order.AcceptedAt, id), new OpenOrderRecord(id).Write);
        draft.Schedule(order.AuctionEndsAt, DeadlineKind.Auction, id.Hash);
    }

    public static void Unlist(LedgerDraft draft, OrderId id, OrderRecord order)
    {
        draft.Remove(StateKeys.OpenOrder(order.AcceptedAt, id));
        draft.Unschedule(order.AuctionEndsAt, DeadlineKind.Auction, id.Hash);
    }

    /// <summary>
    /// A lease failed: the provider is out, old bids with it (who still wants the job bids again, which shows that it is
    /// alive), and the auction starts anew, unless attempts or time are used up.
    /// </summary>
    public static void Reopen(LedgerDraft draft, OrderId id, AccountId failed)
    {
        OrderRecord order = Get(draft, id);
        Invariant.Holds(order.State == OrderState.Leased);
        if (order.Attempts >= draft.Parameters.AttemptsMax || draft.Time >= ExpiresAt(order))
        {
            Expire(draft, id, order);
            return;
        }

        BidRecord bids = draft.Records.Bids(id);
        draft.Put(id, new BidRecord([], bids.Excluded.Add(failed)));
        OrderRecord reopened = order with { State = OrderState.Open, AuctionEndsAt = AuctionEnd(draft, ExpiresAt(order)) };
        draft.Put(id, reopened);
        List(draft, id, reopened);
        draft.Tell(new LedgerEvent.OrderReopened(id, order.Owner, failed, reopened.AuctionEndsAt));
    }

    public static void Expire(LedgerDraft draft, OrderId id, OrderRecord order)
    {
        Amount refunded = EndWithoutPay(draft, id, OrderState.Expired);
        draft.Tell(new LedgerEvent.OrderExpired(id, order.Owner, refunded));
    }

    /// <summary>The deposit goes back whole.</summary>
    public static Amount EndWithoutPay(LedgerDraft draft, OrderId id, OrderState state)
    {
        OrderRecord order = Get(draft, id);
        Amount refunded = new Purse(draft).Settle(id, order.Owner, Amount.Zero);
        End(draft, id, state);
        return refunded;
    }

    public static void End(LedgerDraft draft, OrderId id, OrderState state)
    {
        OrderRecord order = Get(draft, id);
        Invariant.Holds(order.Escrow == Amount.Zero);
        Invariant.Holds(order.State is OrderState.Open or OrderState.Leased);
        draft.Put(id, order with { State = state });
        draft.Put(id, BidRecord.Empty);
        AccountRecord owner = draft.Records.Account(order.Owner);
        draft.Put(order.Owner, owner with { OpenOrders = owner.OpenOrders - 1 });
        draft.Schedule(draft.Time + Retention, DeadlineKind.Forget, id.Hash);
    }

    public static void Forget(LedgerDraft draft, OrderId id)
    {
        OrderRecord order = Get(draft, id);
        Invariant.Holds(order.State is not (OrderState.Open or OrderState.Leased));
        for (int attempt = 0; attempt < order.Attempts; attempt++) draft.Remove(StateKeys.Lease(StateKeys.LeaseOf(id, (byte)attempt)));
        draft.Remove(StateKeys.Order(id));
        draft.Tell(new LedgerEvent.OrderForgotten(id));
    }
}
