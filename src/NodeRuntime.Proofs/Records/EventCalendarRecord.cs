using System;
using System.Collections.Immutable;
using System.Numerics;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Proofs.Records;

/// <summary>What the ledger must know of a plan of the calendar, to enter seconds under it.</summary>
/// <param name="FirstSecond">The first that follows it, in seconds since 1970.</param>
/// <param name="Root">The plan's leaf hash.</param>
/// <param name="Slots">Leaves of its topmost tree.</param>
public readonly record struct EventCalendarPlan(Epoch Epoch, ulong FirstSecond, Hash256 Root, int Slots);

/// <summary>
/// The calendar of events as the ledger keeps it: one leaf for each second since genesis, of which the hashes are here that are needed to enter the next.
/// </summary>
/// <param name="FirstSecond">That of leaf 0, in seconds since 1970.</param>
/// <param name="Size">Seconds entered.</param>
/// <param name="Peaks">Roots of the complete trees that it consists of, the largest first.</param>
/// <param name="Plans">The one in force for the next second, and those that follow, oldest first.</param>
public sealed record EventCalendarRecord(
    ulong FirstSecond, ulong Size, ImmutableArray<Hash256> Peaks, ImmutableArray<EventCalendarPlan> Plans)
{
    public ulong NextSecond => FirstSecond + Size;

    public Hash256 Root => MerkleTreeBuilder.Resume(Size, Peaks).Root();

    public void Write(WireWriter writer)
    {
        writer.Record(WireType.EventCalendarRecord, 4).UInt64(FirstSecond).UInt64(Size).Array(Peaks.Length);
        foreach (Hash256 peak in Peaks) writer.Hash(peak);
        writer.End().Array(Plans.Length);
        foreach (EventCalendarPlan plan in Plans) writer.Array(4).UInt64(plan.Epoch.Number).UInt64(plan.FirstSecond).Hash(plan.Root).UInt64((ulong)plan.Slots).End();
        writer.End().End();
    }

    public static EventCalendarRecord Read(WireReader reader)
    {
        reader.Record(WireType.EventCalendarRecord, 4);
        EventCalendarRecord record = new(
            reader.UInt64(), reader.UInt64(), reader.List(Limits.MerklePathHashesMax, static r => r.Hash()), reader.List(Limits.CalendarPlansMax, ReadPlan));
        reader.End();
        if (!record.IsWhole()) reader.Fail();
        return record;
    }

    private bool IsWhole()
    {
        if (Size > ulong.MaxValue - FirstSecond || Peaks.Length != BitOperations.PopCount(Size)) return false;
        if (Plans.IsEmpty || Plans[0].FirstSecond < FirstSecond || Plans[0].FirstSecond > NextSecond) return false;
        for (int i = 1; i < Plans.Length; i++)
        {
            if (Plans[i].FirstSecond <= Math.Max(Plans[i - 1].FirstSecond, NextSecond) || Plans[i].Epoch.CompareTo(Plans[i - 1].Epoch) <= 0) return false;
        }

        return true;
    }

    private static EventCalendarPlan ReadPlan(WireReader reader)
    {
        reader.Array(4);
        EventCalendarPlan plan = new(new Epoch(reader.UInt32()), reader.UInt64(), reader.Hash(), reader.Int32(1, Limits.ProvenanceSlotsMax));
        reader.End();
        return plan;
    }
}
