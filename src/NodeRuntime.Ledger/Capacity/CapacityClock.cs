using System.Collections.Immutable;
using NodeRuntime.Capacity;
using NodeRuntime.Ledger.Capacity.Kinds;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Ledger.Capacity;

/// <summary>
/// Periods begin and close by themselves: with the first block at or after their time, and that block's beacon. Nobody writes a challenge, everybody
/// derives it. A look ahead at a block that has no beacon yet begins them with its parent's, and nothing that depends on it counts in that block.
/// </summary>
internal static class CapacityClock
{
    public static void Begin(LedgerDraft draft)
    {
        if (draft.Parameters.Capacity is not { } terms) return;
        foreach (CapacityKind kind in CapacityKinds.All)
        {
            uint first = CapacitySchedule.Of(terms, kind).NumberAt(draft.Time);
            draft.Put(kind, new CapacityKindRecord(first, 0, 0, []));
        }
    }

    public static void Advance(LedgerDraft draft)
    {
        if (draft.Parameters.Capacity is not { } terms) return;
        foreach (CapacityKind kind in CapacityKinds.All)
        {
            CapacitySchedule schedule = CapacitySchedule.Of(terms, kind);
            CapacityKindRecord before = draft.Records.CapacityKind(kind);
            CapacityKindRecord after = Start(draft, schedule, Close(draft, schedule, before));
            if (!ReferenceEquals(before, after)) draft.Put(kind, after);
        }
    }

    private static CapacityKindRecord Close(LedgerDraft draft, CapacitySchedule schedule, CapacityKindRecord record)
    {
        foreach (CapacityPeriod period in record.Periods)
        {
            // Strictly behind the last moment of an answer, which may still come in a block of just that time.
            if (period.Closing is not null || draft.Time <= period.StartedAt + schedule.ClosingAfter) continue;
            CapacityClosing closing = new(draft.Time, draft.Height, draft.Records.Beacon.Value, record.Seats);
            record = record.With(period with { Closing = closing });
        }

        return record;
    }

    private static CapacityKindRecord Start(LedgerDraft draft, CapacitySchedule schedule, CapacityKindRecord record)
    {
        uint number = schedule.NumberAt(draft.Time);
        CapacityPeriod? latest = record.Latest;
        if (latest is not null && number <= latest.Number) return record;
        Hash256 beacon = draft.Records.Beacon.Value;
        bool isSameDay = latest is not null && latest.Number / schedule.PeriodsPerDay == number / schedule.PeriodsPerDay;
        Hash256 dayBeacon = isSameDay ? latest!.DayBeacon : latest?.Beacon ?? beacon;
        CapacityPeriod period = new(number, draft.Time, draft.Height, beacon, dayBeacon, null, 0, Amount.Zero);
        ImmutableArray<CapacityPeriod> kept = record.Periods.Length < Limits.CapacityPeriodsKept ? record.Periods : record.Periods.RemoveAt(0);
        return record with { Periods = kept.Add(period) };
    }
}
