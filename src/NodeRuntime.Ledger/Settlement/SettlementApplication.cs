using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Capacity;
using NodeRuntime.Ledger.Market;
using NodeRuntime.Ledger.Staking;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Settlement;

/// <summary>
/// A lease's way, and who pays for what:
///
///     Opened --Ready--> Ready --Result--> ResultReported --acknowledged, or the window passes--> Settled: paid, rest back
///        |                |  \
///        |                |   `--the owner closes--> Closed: accrued seconds paid, rest back
///        |                `--no result in time--> ResultMissed: nothing paid, the bond pays a penalty, new auction
///        |--not ready in time--> NotReady: nothing paid, nobody at proven fault, new auction
///        `--the owner closes--> Closed: nothing paid, all back
///
/// Charging is arithmetic over two ledger times, not a transaction per second.
/// </summary>
internal static class SettlementApplication
{
    public static void Apply(LedgerDraft draft, Message.ReportReady report)
    {
        LeaseRecord lease = Get(draft, report.Lease);
        OrderRecord order = OrderBook.Get(draft, lease.Order);
        draft.Unschedule(lease.ReadyBy, DeadlineKind.Ready, report.Lease.Hash);
        LeaseRecord ready = lease with
        {
            State = LeaseState.Ready,
            ReadyAt = draft.Time,
            ResultBy = draft.Time + Duration.FromSeconds(order.Terms.SecondsMax) + SettlementRules.ResultGrace,
            HandOver = report.HandOver,
        };
        draft.Put(report.Lease, ready);
        draft.Schedule(ready.ResultBy, DeadlineKind.Result, report.Lease.Hash);
        CapacityApplication.LeaseBegan(draft, lease.Provider);
        draft.Tell(new LedgerEvent.LeaseReady(report.Lease, lease.Order, lease.Owner, lease.Provider, ready.ResultBy));
    }

    public static void Apply(LedgerDraft draft, Message.ReportResult report)
    {
        LeaseRecord lease = Get(draft, report.Lease);
        draft.Unschedule(lease.ResultBy, DeadlineKind.Result, report.Lease.Hash);
        LeaseRecord reported = lease with
        {
            State = LeaseState.ResultReported,
            ResultAt = draft.Time,
            ResultCommitment = report.ResultCommitment,
            ChargedSeconds = SecondsFromReady(draft, lease),
        };
        draft.Put(report.Lease, reported);
        CapacityApplication.LeaseEnded(draft, lease.Provider);
        draft.Schedule(AcknowledgeBy(draft, reported), DeadlineKind.Acknowledge, report.Lease.Hash);
        draft.Tell(new LedgerEvent.ResultReported(
            report.Lease, lease.Order, lease.Owner, lease.Provider, report.ResultCommitment, reported.ChargedSeconds));
    }

    public static void Apply(LedgerDraft draft, Message.AcknowledgeResult acknowledge)
    {
        LeaseRecord lease = Get(draft, acknowledge.Lease);
        draft.Unschedule(AcknowledgeBy(draft, lease), DeadlineKind.Acknowledge, acknowledge.Lease.Hash);
        Settle(draft, acknowledge.Lease, lease);
    }

    public static void Apply(LedgerDraft draft, Message.CloseLease close)
    {
        LeaseRecord lease = Get(draft, close.Lease);
        bool wasReady = lease.State == LeaseState.Ready;
        if (wasReady) draft.Unschedule(lease.ResultBy, DeadlineKind.Result, close.Lease.Hash);
        else draft.Unschedule(lease.ReadyBy, DeadlineKind.Ready, close.Lease.Hash);
        if (wasReady) CapacityApplication.LeaseEnded(draft, lease.Provider);
        uint seconds = wasReady ? SecondsFromReady(draft, lease) : 0;
        OrderState orderState = wasReady ? OrderState.Completed : OrderState.Cancelled;
        LeaseRecord closed = Pay(draft, close.Lease, lease with { State = LeaseState.Closed, ChargedSeconds = seconds });
        draft.Tell(new LedgerEvent.LeaseClosed(
            close.Lease, lease.Order, lease.Owner, lease.Provider, closed.Paid, closed.Refunded));
        End(draft, lease, orderState);
    }

    /// <summary>The owner's silence is consent: a provider that did its work is not kept waiting for a client that left.</summary>
    public static void AcknowledgeWindowPassed(LedgerDraft draft, LeaseId id)
    {
        LeaseRecord lease = Get(draft, id);
        Invariant.Holds(lease.State == LeaseState.ResultReported);
        Settle(draft, id, lease);
    }

    /// <summary>
    /// Ready needs both sides, so nobody can show whose fault its absence is: nothing is charged, nothing is punished, and
    /// the two are not brought together again for this order.
    /// </summary>
    public static void ReadyDeadlinePassed(LedgerDraft draft, LeaseId id)
    {
        LeaseRecord lease = Get(draft, id);
        Invariant.Holds(lease.State == LeaseState.Opened);
        draft.Put(id, lease with { State = LeaseState.NotReady });
        draft.Tell(new LedgerEvent.NotReady(id, lease.Order, lease.Owner, lease.Provider));
        StakingApplication.LeaseEnded(draft, lease.Provider);
        OrderBook.Reopen(draft, lease.Order, lease.Provider);
    }

    /// <summary>
    /// After Ready the provider has all it needs, by its own word and the owner's: no result is its fault alone. The
    /// penalty goes to the owner, who lost time.
    /// </summary>
    public static void ResultDeadlinePassed(LedgerDraft draft, LeaseId id)
    {
        LeaseRecord lease = Get(draft, id);
        Invariant.Holds(lease.State == LeaseState.Ready);
        Instant deadline = SettlementRules.ResultDeadline(draft.Clock, lease);
        if (draft.Time < deadline)
        {
            draft.Put(id, lease with { ResultBy = deadline });
            draft.Schedule(deadline, DeadlineKind.Result, id.Hash);
            draft.Tell(new LedgerEvent.ResultDelayed(id, lease.Order, lease.Owner, lease.Provider, deadline));
            return;
        }

        OrderRecord order = OrderBook.Get(draft, lease.Order);
        Amount penalty = new Purse(draft).Penalise(lease.Provider, lease.Owner, PenaltyOf(draft, order.Escrow));
        draft.Put(id, lease with { State = LeaseState.ResultMissed, Penalty = penalty });
        CapacityApplication.LeaseEnded(draft, lease.Provider);
        draft.Tell(new LedgerEvent.ResultMissed(id, lease.Order, lease.Owner, lease.Provider, penalty));
        StakingApplication.LeaseEnded(draft, lease.Provider);
        OrderBook.Reopen(draft, lease.Order, lease.Provider);
    }

    private static void Settle(LedgerDraft draft, LeaseId id, LeaseRecord lease)
    {
        LeaseRecord settled = Pay(draft, id, lease with { State = LeaseState.Settled });
        draft.Tell(new LedgerEvent.LeaseSettled(id, lease.Order, lease.Owner, lease.Provider, settled.Paid, settled.Refunded));
        End(draft, lease, OrderState.Completed);
    }

    /// <summary>Price times charged seconds to the provider, the rest of the escrow to the owner, to the last unit.</summary>
    private static LeaseRecord Pay(LedgerDraft draft, LeaseId id, LeaseRecord lease)
    {
        Amount escrow = OrderBook.Get(draft, lease.Order).Escrow;
        Amount paid = lease.PricePerSecond * lease.ChargedSeconds;
        Amount refunded = new Purse(draft).Settle(lease.Order, lease.Provider, paid);
        Invariant.Holds(paid + refunded == escrow);
        LeaseRecord over = lease with { Paid = paid, Refunded = refunded };
        draft.Put(id, over);
        return over;
    }

    private static void End(LedgerDraft draft, LeaseRecord lease, OrderState orderState)
    {
        StakingApplication.LeaseEnded(draft, lease.Provider);
        OrderBook.End(draft, lease.Order, orderState);
    }

    /// <summary>Begun seconds from Ready until now: at least one, at most what the order allows.</summary>
    private static uint SecondsFromReady(LedgerDraft draft, LeaseRecord lease)
    {
        const long MicrosecondsPerSecond = 1_000_000;
        long microseconds = (draft.Time - lease.ReadyAt).Microseconds;
        Invariant.Holds(microseconds >= 0);
        long begun = (microseconds + MicrosecondsPerSecond - 1) / MicrosecondsPerSecond;
        return (uint)System.Math.Clamp(begun, 1, OrderBook.Get(draft, lease.Order).Terms.SecondsMax);
    }

    private static Instant AcknowledgeBy(LedgerDraft draft, LeaseRecord lease) => lease.ResultAt + draft.Parameters.AcknowledgeWindow;

    private static Amount PenaltyOf(LedgerDraft draft, Amount deposit) =>
        new(deposit.Units * draft.Parameters.MissedResultPenaltyBasisPoints / 10_000);

    private static LeaseRecord Get(LedgerDraft draft, LeaseId id)
    {
        LeaseRecord? lease = draft.Records.Lease(id);
        Invariant.Holds(lease is not null);
        return lease;
    }
}
