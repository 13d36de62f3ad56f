using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Records;

/// <summary>What the ledger keeps of a kind of capacity as a whole.</summary>
/// <param name="First">The first period that there was; halvings are counted from it.</param>
/// <param name="Seats">Providers of this kind: each verifies others, and is drawn by its seat.</param>
/// <param name="Units">Committed by all of them.</param>
/// <param name="Periods">The last few that began, oldest first.</param>
public sealed record CapacityKindRecord(uint First, uint Seats, ulong Units, ImmutableArray<CapacityPeriod> Periods)
{
    public CapacityPeriod? Latest => Periods.IsEmpty ? null : Periods[^1];

    /// <summary>Null for one that has not begun, that nobody waited for, or that is long over.</summary>
    public CapacityPeriod? Find(uint number)
    {
        foreach (CapacityPeriod period in Periods)
        {
            if (period.Number == number) return period;
        }

        return null;
    }

    /// <summary>The youngest period before this one that anybody proved anything in.</summary>
    public CapacityPeriod? ProvenBefore(uint number)
    {
        for (int i = Periods.Length - 1; i >= 0; i--)
        {
            if (Periods[i].Number < number && Periods[i].Proven > 0) return Periods[i];
        }

        return null;
    }

    public CapacityKindRecord With(CapacityPeriod period)
    {
        for (int i = 0; i < Periods.Length; i++)
        {
            if (Periods[i].Number == period.Number) return this with { Periods = Periods.SetItem(i, period) };
        }

        return Invariant.Unreachable<CapacityKindRecord>("a period that is long over");
    }

    public void Write(WireWriter writer)
    {
        writer.Record(WireType.CapacityKindRecord, 4).UInt64(First).UInt64(Seats).UInt64(Units).Array(Periods.Length);
        foreach (CapacityPeriod period in Periods) period.Write(writer);
        writer.End().End();
    }

    public static CapacityKindRecord Read(WireReader reader)
    {
        reader.Record(WireType.CapacityKindRecord, 4);
        CapacityKindRecord record = new(
            reader.UInt32(), reader.UInt32(), reader.UInt64(), reader.List(Limits.CapacityPeriodsKept, CapacityPeriod.Read));
        reader.End();
        for (int i = 1; i < record.Periods.Length; i++)
        {
            if (record.Periods[i - 1].Number >= record.Periods[i].Number) reader.Fail();
        }

        return record;
    }
}

/// <summary>
/// A slice or an epoch that has begun: with the first block at or after its start, whose beacon nobody chose. It closes with the first block after the
/// last moment of an answer, whose beacon draws what is opened and who looks.
/// </summary>
/// <param name="StartedAt">Time of the block that it began with; deadlines are counted from it.</param>
/// <param name="StartedIn">That block's height.</param>
/// <param name="DayBeacon">What the day's key is made of: the beacon of the last period of the day before, so that it is known a period ahead.</param>
/// <param name="Proven">Units that were proven, of all providers together: what the reward is divided by.</param>
/// <param name="Minted">Base units paid for it so far.</param>
public sealed record CapacityPeriod(
    uint Number, Instant StartedAt, Height StartedIn, Hash256 Beacon, Hash256 DayBeacon, CapacityClosing? Closing, ulong Proven, Amount Minted)
{
    public void Write(WireWriter writer)
    {
        writer.Array(8).UInt64(Number).Instant(StartedAt).UInt64(StartedIn.Number).Hash(Beacon).Hash(DayBeacon);
        if (Closing is { } closing) writer.Array(4).Instant(closing.At).UInt64(closing.In.Number).Hash(closing.Beacon).UInt64(closing.Seats).End();
        else writer.Null();
        writer.UInt64(Proven).Amount(Minted).End();
    }

    public static CapacityPeriod Read(WireReader reader)
    {
        if (reader.Array(8) != 8) reader.Fail();
        CapacityPeriod period = new(
            reader.UInt32(), reader.Instant(), new Height(reader.UInt64()), reader.Hash(), reader.Hash(), ReadClosing(reader), reader.UInt64(),
            reader.Amount());
        reader.End();
        return period;
    }

    private static CapacityClosing? ReadClosing(WireReader reader)
    {
        if (reader.TryNull()) return null;
        if (reader.Array(4) != 4) reader.Fail();
        CapacityClosing closing = new(reader.Instant(), new Height(reader.UInt64()), reader.Hash(), reader.UInt32());
        reader.End();
        return closing;
    }
}

/// <param name="At">Time of the block that it closed with.</param>
/// <param name="In">That block's height.</param>
/// <param name="Seats">Providers that there were: who came later is not drawn.</param>
public sealed record CapacityClosing(Instant At, Height In, Hash256 Beacon, uint Seats);
