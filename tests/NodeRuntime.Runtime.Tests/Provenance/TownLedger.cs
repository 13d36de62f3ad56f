using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Ledger.Seconds;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Trees;
using NodeRuntime.Runtime.Provenance;

namespace NodeRuntime.Runtime.Tests.Provenance;

/// <summary>A ledger that knows nothing but the calendar, and takes what it is offered at once.</summary>
internal sealed class TownLedger(EpochPlan plan)
{
    private readonly CalendarLog _log = new(plan);

    public List<RoundLeaf> Seconds { get; } = [];

    public ProvenanceInput.Advanced Tip(CalendarEpochs epochs, params ImmutableArray<RoundLeaf> news) => new(epochs, _log.Size, _log.Root, news);

    /// <summary>What a block at this time enters, by itself and of what is offered.</summary>
    public ImmutableArray<RoundLeaf> Enter(ImmutableArray<EnteredSecond> offered, Instant time)
    {
        int before = Seconds.Count;
        ulong now = EpochPlans.RoundOf(time).Second;
        BackfillTo(now - EventCalendarRules.LagSecondsMax);
        foreach (EnteredSecond second in offered)
        {
            if (second.Round < _log.NextRound || second.Round.Second >= now) continue;
            BackfillTo(second.Round.Second);
            Append(_log.Backfill() with { CoreRoot = second.CoreRoot, Events = second.Events, Mark = RoundMark.Live });
        }

        return [.. Seconds.Skip(before)];
    }

    private void BackfillTo(ulong second)
    {
        while (_log.NextRound.Second < second) Append(_log.Backfill());
    }

    private void Append(RoundLeaf leaf)
    {
        Invariant.Holds(_log.Append(leaf, out _) == CalendarVerdict.Accepted);
        Seconds.Add(leaf);
    }
}
