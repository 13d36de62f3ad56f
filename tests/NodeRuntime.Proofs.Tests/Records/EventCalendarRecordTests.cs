using System;
using System.Collections.Generic;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Proofs.Tests.Records;

public sealed class EventCalendarRecordTests
{
    private const ulong First = 1_767_225_600;

    private static readonly Hash256 Hash = Hasher.Sha256("hash"u8);

    // Five seconds are two complete trees; two more plans are known.
    private static readonly EventCalendarRecord Good = new(First, 5, [Hash, Hasher.Sha256("peak"u8)], [Plan(0, First), Plan(1, First + 6), Plan(2, First + 7)]);

    [Fact]
    public void A_record_comes_back_with_its_root()
    {
        EventCalendarRecord read = Read(Good)!;
        Assert.Equal((Good.FirstSecond, Good.Size, First + 5), (read.FirstSecond, read.Size, read.NextSecond));
        Assert.Equal(Good.Peaks.ToArray(), read.Peaks.ToArray());
        Assert.Equal(Good.Plans.ToArray(), read.Plans.ToArray());
        Assert.Equal(MerkleTree.HashNode(Hash, Hasher.Sha256("peak"u8)), read.Root);
        Assert.Equal(MerkleTree.EmptyRoot, Read(Good with { Size = 0, Peaks = [] })!.Root);
    }

    [Fact]
    public void The_largest_record_fits_into_a_value_of_the_state()
    {
        WireWriter writer = new();
        new EventCalendarRecord(
            ulong.MaxValue, ulong.MaxValue, [.. Enumerable.Repeat(Hash, 64)],
            [.. Enumerable.Repeat(new EventCalendarPlan(new Epoch(uint.MaxValue), ulong.MaxValue, Hash, Limits.ProvenanceSlotsMax), Limits.CalendarPlansMax)]).Write(writer);
        Assert.InRange(writer.ToArray().Length, Limits.CalendarPlansMax * 52, Limits.StateValueBytesMax);
    }

    public static TheoryData<string> Defects => [.. Bad.Keys];

    private static readonly SortedDictionary<string, EventCalendarRecord> Bad = new(StringComparer.Ordinal)
    {
        ["a peak too few"] = Good with { Peaks = [Hash] },
        ["a peak too many"] = Good with { Peaks = [Hash, Hash, Hash] },
        ["peaks of nothing"] = Good with { Size = 0 },
        ["more peaks than there are bits"] = Good with { Peaks = [.. Enumerable.Repeat(Hash, 65)] },
        ["no plan"] = Good with { Plans = [] },
        ["more plans than are kept"] = Good with { Plans = [.. Enumerable.Range(0, Limits.CalendarPlansMax + 1).Select(static i => Plan((uint)i, i == 0 ? First : First + 5 + (ulong)i))] },
        ["no plan in force yet"] = Good with { Plans = [Plan(0, First + 6)] },
        ["a plan from before the calendar"] = Good with { Plans = [Plan(0, First - 1)] },
        ["two plans in force"] = Good with { Plans = [Plan(0, First), Plan(1, First + 5)] },
        ["two plans from one second on"] = Good with { Plans = [Plan(0, First), Plan(1, First + 6), Plan(2, First + 6)] },
        ["plans in the wrong order"] = Good with { Plans = [Plan(0, First), Plan(1, First + 8), Plan(2, First + 7)] },
        ["epochs in the wrong order"] = Good with { Plans = [Plan(1, First), Plan(0, First + 6)] },
        ["an epoch twice"] = Good with { Plans = [Plan(1, First), Plan(1, First + 6)] },
        ["a plan without slots"] = Good with { Plans = [Plan(0, First) with { Slots = 0 }] },
        ["a plan with too many slots"] = Good with { Plans = [Plan(0, First) with { Slots = Limits.ProvenanceSlotsMax + 1 }] },
        ["seconds beyond all numbers"] = Good with { FirstSecond = ulong.MaxValue - 4, Plans = [Plan(0, ulong.MaxValue - 4)] },
    };

    [Theory]
    [MemberData(nameof(Defects))]
    public void What_is_no_calendar_is_refused(string defect) => Assert.Null(Read(Bad[defect]));

    private static EventCalendarPlan Plan(uint epoch, ulong first) => new(new Epoch(epoch), first, Hash, 4);

    private static EventCalendarRecord? Read(EventCalendarRecord record)
    {
        WireWriter writer = new();
        record.Write(writer);
        WireReader reader = new(writer.ToArray());
        EventCalendarRecord read = EventCalendarRecord.Read(reader);
        return reader.Succeeded ? read : null;
    }
}
