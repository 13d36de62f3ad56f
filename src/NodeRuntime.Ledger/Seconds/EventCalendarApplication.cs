using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Ledger.Seconds;

/// <summary>Enters seconds into the calendar of events, and the plans that they follow.</summary>
internal static class EventCalendarApplication
{
    public static void Begin(LedgerDraft draft, Genesis genesis)
    {
        EpochPlan plan = EpochPlans.OfGenesis(genesis);
        draft.Put(new EventCalendarRecord(plan.GenesisRound.Second, 0, [], [Short(plan)]));
    }

    /// <summary>What time brings, and then what the block names. Its entry was checked.</summary>
    public static void Advance(LedgerDraft draft, CalendarEntry? entry)
    {
        EventCalendarRecord record = draft.Records.EventCalendar;
        SecondsUnderWay seconds = new(record);
        seconds.BackfillTo(EventCalendarRules.NextAt(record, draft.Time));
        if (entry is not null)
        {
            foreach (EnteredSecond second in entry.Seconds) seconds.Enter(second);
        }

        if (seconds.Entered.Count == 0) return;
        draft.Put(seconds.ToRecord());
        draft.Entered(seconds.Entered);
    }

    /// <summary>The set that a block seals for signs the calendar from some seconds later on.</summary>
    public static void Seal(LedgerDraft draft, ValidatorSet next)
    {
        EventCalendarRecord record = draft.Records.EventCalendar;
        Invariant.Holds(record.Plans.Length < Limits.CalendarPlansMax);
        EpochPlan plan = EpochPlans.After(draft.Chain, new Round(record.FirstSecond), new Round(record.Plans[^1].FirstSecond), draft.Time, next);
        draft.Put(record with { Plans = record.Plans.Add(Short(plan)) });
    }

    private static EventCalendarPlan Short(EpochPlan plan) => new(plan.Epoch, plan.FirstRound.Second, plan.Root, plan.Slots[^1]);

    private sealed class SecondsUnderWay(EventCalendarRecord record)
    {
        private readonly MerkleTreeBuilder _tree = MerkleTreeBuilder.Resume(record.Size, record.Peaks);
        private readonly List<RoundLeaf> _entered = [];
        private int _plan;

        public List<RoundLeaf> Entered => _entered;

        private ulong Next => record.FirstSecond + _tree.Count;

        public void BackfillTo(ulong second)
        {
            while (Next < second) Append(null, 0, RoundMark.Backfilled);
        }

        public void Enter(EnteredSecond second)
        {
            BackfillTo(second.Round.Second);
            Append(second.CoreRoot, second.Events, RoundMark.Live);
        }

        public EventCalendarRecord ToRecord()
        {
            TurnPlan();
            return new EventCalendarRecord(record.FirstSecond, _tree.Count, _tree.Peaks(), record.Plans[_plan..]);
        }

        private void Append(Hash256? coreRoot, ulong events, RoundMark mark)
        {
            TurnPlan();
            EventCalendarPlan plan = record.Plans[_plan];
            RoundLeaf leaf = new(new Round(Next), coreRoot, plan.Slots, events, plan.Root, _tree.Root(), mark);
            _tree.Append(leaf.Hash);
            _entered.Add(leaf);
        }

        private void TurnPlan()
        {
            while (_plan + 1 < record.Plans.Length && record.Plans[_plan + 1].FirstSecond <= Next) _plan++;
        }
    }
}
