using System.Collections.Generic;
using NodeRuntime.Ledger.Capacity;
using NodeRuntime.Ledger.Market;
using NodeRuntime.Ledger.Settlement;
using NodeRuntime.Ledger.Staking;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Ledger.Blocks;

/// <summary>
/// What time brings. Everything that must happen without anybody asking has a line in the state, keyed by when it is
/// due; a block handles the lines due at its time, earliest first, a bounded number of them. What is left waits for
/// the next block: so every rule about a deadline asks the clock and never whether the calendar came that far.
/// </summary>
internal static class Calendar
{
    public static void Run(LedgerDraft draft)
    {
        foreach (KeyValuePair<StateKey, DeadlineRecord> due in DueIn(draft))
        {
            // An earlier line may have settled a later one.
            if (!draft.Tree.Contains(due.Key)) continue;
            draft.Remove(due.Key);
            Handle(draft, due.Value);
        }
    }

    private static List<KeyValuePair<StateKey, DeadlineRecord>> DueIn(LedgerDraft draft)
    {
        List<KeyValuePair<StateKey, DeadlineRecord>> lines = [];
        foreach (StateEntry entry in draft.Tree.Of(StateFamily.Deadline))
        {
            if (lines.Count == Limits.DeadlinesPerBlockMax) break;
            if (StateKeys.TimeOfDeadline(entry.Key) > draft.Time) break;
            lines.Add(KeyValuePair.Create(entry.Key, LedgerRecords.Decode(entry.Value, DeadlineRecord.Read)));
        }

        return lines;
    }

    private static void Handle(LedgerDraft draft, DeadlineRecord line)
    {
        switch (line.Kind)
        {
            case DeadlineKind.Acknowledge:
                SettlementApplication.AcknowledgeWindowPassed(draft, new LeaseId(line.Subject));
                break;
            case DeadlineKind.Result:
                SettlementApplication.ResultDeadlinePassed(draft, new LeaseId(line.Subject));
                break;
            case DeadlineKind.Ready:
                SettlementApplication.ReadyDeadlinePassed(draft, new LeaseId(line.Subject));
                break;
            case DeadlineKind.Auction:
                Auction.End(draft, new OrderId(line.Subject));
                break;
            case DeadlineKind.Unbonding:
                StakingApplication.ReleaseIfFree(draft, new AccountId(line.Subject));
                break;
            case DeadlineKind.Forget:
                OrderBook.Forget(draft, new OrderId(line.Subject));
                break;
            case DeadlineKind.ValidatorKey:
                EpochApplication.ReleaseKey(draft, line.Subject);
                break;
            case DeadlineKind.Capacity:
                CapacityJudgement.Due(draft, line.Subject);
                break;
            default:
                Invariant.Break("a deadline of no kind");
                break;
        }
    }
}
