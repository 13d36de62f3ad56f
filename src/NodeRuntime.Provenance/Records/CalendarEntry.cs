using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Provenance.Records;

/// <summary>A second that a proposer has a topmost tree of.</summary>
/// <param name="CoreRoot">Of that tree.</param>
/// <param name="Events">Below it.</param>
public readonly record struct EnteredSecond(Round Round, Hash256 CoreRoot, ulong Events);

/// <summary>
/// What a block enters into the calendar: the first part of its body, before its transactions. All else that a <see cref="RoundLeaf"/> says follows from the
/// ledger; seconds between these are entered as backfilled.
/// <code>
/// [1, 373, [+ [round, core root, events]]]
/// </code>
/// </summary>
/// <param name="Seconds">In strictly increasing order.</param>
public sealed record CalendarEntry(ImmutableArray<EnteredSecond> Seconds)
{
    private const int Fields = 1;

    /// <summary>Whether bytes claim to be one, and so no transaction.</summary>
    public static bool IsOne(ReadOnlyMemory<byte> bytes) => WireReader.TypeOf(bytes, Fields + 2) == WireType.CalendarEntry;

    public byte[] Encode()
    {
        Invariant.Holds(!Seconds.IsEmpty);
        WireWriter writer = new();
        writer.Record(WireType.CalendarEntry, Fields).Array(Seconds.Length);
        foreach (EnteredSecond second in Seconds) writer.Array(3).UInt64(second.Round.Second).Hash(second.CoreRoot).UInt64(second.Events).End();
        return writer.End().End().ToArray();
    }

    /// <summary>Null for bytes that are none. Never throws.</summary>
    public static CalendarEntry? TryDecode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        reader.Record(WireType.CalendarEntry, Fields);
        CalendarEntry entry = new(reader.List(Limits.CalendarSecondsPerBlockMax, ReadSecond));
        reader.End();
        return reader.Succeeded && entry.IsInOrder() ? entry : null;
    }

    private bool IsInOrder()
    {
        if (Seconds.IsEmpty || Seconds[^1].Round.Second > Round.SecondMax) return false;
        for (int i = 1; i < Seconds.Length; i++)
        {
            if (Seconds[i - 1].Round >= Seconds[i].Round) return false;
        }

        return true;
    }

    private static EnteredSecond ReadSecond(WireReader reader)
    {
        reader.Array(3);
        EnteredSecond second = new(new Round(reader.UInt64()), reader.Hash(), reader.UInt64());
        if (second.Events > Limits.RoundEventsMax) reader.Fail();
        reader.End();
        return second;
    }
}
