using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Ledger.Seconds;

/// <summary>
/// Which seconds a block may enter into the calendar of events. A second is entered once and in order; one that nobody entered within
/// <see cref="LagSecondsMax"/> the next block enters itself, as backfilled: a chain that stood still makes up for it by itself.
/// </summary>
public static class EventCalendarRules
{
    /// <summary>
    /// Within so many a second's tree reaches whoever proposes, or is given up: its events come with a later one. As many as a seal is ahead of its plan.
    /// </summary>
    public const ulong LagSecondsMax = EpochPlans.LeadSeconds;

    /// <summary>For so long whoever lacks a second leaves it to another that may have it: no later one is entered before it.</summary>
    public const ulong PatienceSeconds = 3;

    /// <summary>The next second of a block with this time, behind those that it enters by itself.</summary>
    public static ulong NextAt(EventCalendarRecord record, Instant time)
    {
        ulong now = EpochPlans.RoundOf(time).Second, next = record.NextSecond;
        ulong due = now - Math.Min(now, LagSecondsMax);
        return due <= next ? next : Math.Min(due, next + Limits.CalendarSecondsPerBlockMax);
    }

    /// <param name="time">Of the block.</param>
    public static EventCalendarVerdict Check(EventCalendarRecord record, Instant time, CalendarEntry entry)
    {
        ulong next = NextAt(record, time);
        if (entry.Seconds[0].Round.Second < next) return EventCalendarVerdict.SecondPast;
        ulong last = entry.Seconds[^1].Round.Second;
        if (last >= EpochPlans.RoundOf(time).Second) return EventCalendarVerdict.SecondNotOver;
        if (last - next >= Limits.CalendarSecondsPerBlockMax) return EventCalendarVerdict.TooMany;
        ulong expected = next;
        foreach (EnteredSecond second in entry.Seconds)
        {
            if (second.Round.Second != expected && IsAwaited(second.Round.Second - 1, time)) return EventCalendarVerdict.SecondSkipped;
            expected = second.Round.Second + 1;
        }

        return EventCalendarVerdict.Accepted;
    }

    /// <summary>For a proposer: what a block at this time, on this calendar, enters of what it has; null for nothing.</summary>
    /// <param name="offered">In the order of seconds; what is out of order is passed over.</param>
    public static CalendarEntry? Select(EventCalendarRecord parent, Instant time, IEnumerable<EnteredSecond> offered)
    {
        ulong now = EpochPlans.RoundOf(time).Second, next = NextAt(parent, time), end = next + Limits.CalendarSecondsPerBlockMax;
        ImmutableArray<EnteredSecond>.Builder seconds = ImmutableArray.CreateBuilder<EnteredSecond>();
        ulong expected = next;
        foreach (EnteredSecond second in offered)
        {
            if (second.Round.Second < expected) continue;
            if (second.Round.Second >= Math.Min(now, end)) break;
            if (second.Round.Second != expected && IsAwaited(second.Round.Second - 1, time)) break;
            seconds.Add(second);
            expected = second.Round.Second + 1;
        }

        return seconds.Count == 0 ? null : new CalendarEntry(seconds.ToImmutable());
    }

    // Somebody else may have it.
    private static bool IsAwaited(ulong second, Instant time) => second + PatienceSeconds > EpochPlans.RoundOf(time).Second;
}
