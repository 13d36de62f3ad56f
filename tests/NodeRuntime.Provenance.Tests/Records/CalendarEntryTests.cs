using System;
using System.Collections.Generic;
using System.Linq;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Provenance.Tests.Records;

/// <summary>Truncations, flipped bits and trailing bytes of the sample are the matter of <see cref="RecordTests"/>.</summary>
public sealed class CalendarEntryTests
{
    [Fact]
    public void An_entry_comes_back_and_claims_to_be_one()
    {
        CalendarEntry read = CalendarEntry.TryDecode(Samples.Entry.Encode())!;
        Assert.Equal(Samples.Entry.Seconds.ToArray(), read.Seconds.ToArray());
        Assert.True(CalendarEntry.IsOne(Samples.Entry.Encode()));
        Assert.All(Samples.All.Where(static it => it.Name != "CalendarEntry"), static it => Assert.False(CalendarEntry.IsOne(it.Bytes)));
    }

    [Fact]
    public void The_largest_entry_fits_where_a_transaction_does()
    {
        byte[] largest = new CalendarEntry(
            [.. Enumerable.Range(0, Limits.CalendarSecondsPerBlockMax).Select(static i => Of(Round.SecondMax - Limits.CalendarSecondsPerBlockMax + 1 + (ulong)i, Limits.RoundEventsMax))])
            .Encode();
        Assert.Equal(Limits.CalendarSecondsPerBlockMax, CalendarEntry.TryDecode(largest)!.Seconds.Length);
        Assert.InRange(largest.Length, 6_000, Limits.TransactionBytesMax / 2);
    }

    public static TheoryData<string> Defects => [.. Bad.Keys];

    private static readonly SortedDictionary<string, Func<byte[]>> Bad = new(StringComparer.Ordinal)
    {
        ["nothing at all"] = static () => [],
        ["no seconds"] = static () => Write([]),
        ["seconds in the wrong order"] = static () => Write([Of(6), Of(5)]),
        ["a second twice"] = static () => Write([Of(5), Of(5)]),
        ["a second twice, not side by side"] = static () => Write([Of(5), Of(6), Of(5)]),
        ["more seconds than a block enters"] = static () => Write([.. Enumerable.Range(0, Limits.CalendarSecondsPerBlockMax + 1).Select(static i => Of((ulong)i))]),
        ["more events than a second has"] = static () => Write([Of(5, Limits.RoundEventsMax + 1)]),
        ["as many events as there are numbers"] = static () => Write([Of(5, ulong.MaxValue)]),
        ["a second after the year 9999"] = static () => Write([Of(Round.SecondMax + 1)]),
        ["the last of all seconds"] = static () => Write([Of(5), Of(ulong.MaxValue)]),
        ["a trailing byte"] = static () => [.. Samples.Entry.Encode(), 0],
        ["another type"] = static () => Write([Of(5)], WireType.EventCalendarRecord),
        ["another version"] = static () => Write([Of(5)], version: 2),
        ["a field more"] = static () => new WireWriter().Record(WireType.CalendarEntry, 2).Array(0).End().UInt64(0).End().ToArray(),
        ["a second without events"] = static () =>
            new WireWriter().Record(WireType.CalendarEntry, 1).Array(1).Array(2).UInt64(5).Hash(Samples.Hash("core")).End().End().End().ToArray(),
        ["a second without a tree"] = static () =>
            new WireWriter().Record(WireType.CalendarEntry, 1).Array(1).Array(3).UInt64(5).OptionalHash(null).UInt64(0).End().End().End().ToArray(),
    };

    [Theory]
    [MemberData(nameof(Defects))]
    public void What_is_no_entry_is_refused(string defect) => Assert.Null(CalendarEntry.TryDecode(Bad[defect]()));

    [Fact]
    public void Whatever_bytes_come_they_are_an_entry_with_that_encoding_or_none()
    {
        Prng prng = new(9);
        byte[] good = Samples.Entry.Encode();
        int taken = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = [.. good.AsSpan(0, 1 + prng.NextBelow(good.Length))];
            for (int change = prng.NextBelow(4); change > 0; change--) bytes[prng.NextBelow(bytes.Length)] = (byte)prng.NextBelow(256);
            _ = CalendarEntry.IsOne(bytes);
            if (CalendarEntry.TryDecode(bytes) is not { } entry) continue;
            Assert.Equal(bytes, entry.Encode());
            taken++;
        }

        Assert.True(taken > 0);
    }

    private static EnteredSecond Of(ulong second, ulong events = 1) => new(new Round(second), Samples.Hash("core"), events);

    // What Encode would not: an entry as somebody else might write it.
    private static byte[] Write(EnteredSecond[] seconds, WireType type = WireType.CalendarEntry, byte version = 1)
    {
        WireWriter writer = new();
        writer.Record(type, 1, version).Array(seconds.Length);
        foreach (EnteredSecond it in seconds) writer.Array(3).UInt64(it.Round.Second).Hash(it.CoreRoot).UInt64(it.Events).End();
        return writer.End().End().ToArray();
    }
}
