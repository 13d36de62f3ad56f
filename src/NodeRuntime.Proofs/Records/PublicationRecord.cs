using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Records;

/// <summary>
/// A root of the calendar of events that stands on the ledger for ever: the first that a block of its day took. Whoever has this record out of a finalized
/// state needs no key of anybody to believe what is under the root.
/// </summary>
/// <param name="Day">Of the block that took it.</param>
/// <param name="Size">Seconds in the calendar; they grow with the days.</param>
/// <param name="Second">The last of them; where the calendar stood still it is of the day before.</param>
/// <param name="Epoch">Whose validators signed it.</param>
/// <param name="Height">Of the block that took it.</param>
/// <param name="Publisher">Whose transaction it was.</param>
public sealed record PublicationRecord(
    PublicationDay Day, ulong Size, Hash256 Root, Instant Second, Epoch Epoch, Height Height, AccountId Publisher)
{
    public void Write(WireWriter writer) => writer.Record(WireType.PublicationRecord, 7)
        .UInt64(Day.Number).UInt64(Size).Hash(Root).Instant(Second).UInt64(Epoch.Number).UInt64(Height.Number).Hash(Publisher.Hash).End();

    public static PublicationRecord Read(WireReader reader)
    {
        reader.Record(WireType.PublicationRecord, 7);
        PublicationRecord record = new(
            new PublicationDay(reader.UInt32()), reader.UInt64(), reader.Hash(), reader.Instant(), new Epoch(reader.UInt32()), new Height(reader.UInt64()),
            new AccountId(reader.Hash()));
        if (record.Day.CompareTo(PublicationDay.Last) > 0) reader.Fail();
        reader.End();
        return record;
    }
}

/// <summary>A UTC day: how many have passed since 1970-01-01.</summary>
public readonly record struct PublicationDay(uint Number) : IComparable<PublicationDay>
{
    private const long Milliseconds = 86_400_000;

    /// <summary>9999-12-31, that of the last second that a calendar can have.</summary>
    public static PublicationDay Last => new(2_932_896);

    public Instant Begin => Instant.FromMilliseconds(Number * Milliseconds);

    public PublicationDay Next => new(checked(Number + 1));

    /// <summary>The day that a moment lies in; of moments before 1970 the first, of those behind the last the last.</summary>
    public static PublicationDay Of(Instant moment) => new((uint)Math.Clamp(moment.Milliseconds / Milliseconds, 0, Last.Number));

    public int CompareTo(PublicationDay other) => Number.CompareTo(other.Number);

    public override string ToString() => DateOf(Number);

    // Gregorian, from days since 1970-01-01: the core asks no calendar of the machine. H. Hinnant, "chrono-compatible low-level date algorithms".
    private static string DateOf(uint number)
    {
        ulong days = number + 719_468UL, era = days / 146_097, inEra = days % 146_097;
        ulong year = (inEra - (inEra / 1_460) + (inEra / 36_524) - (inEra / 146_096)) / 365;
        ulong inYear = inEra - ((365 * year) + (year / 4) - (year / 100));
        ulong shifted = ((5 * inYear) + 2) / 153, month = shifted < 10 ? shifted + 3 : shifted - 9;
        ulong day = inYear - (((153 * shifted) + 2) / 5) + 1;
        return FormattableString.Invariant($"{(era * 400) + year + (month <= 2 ? 1UL : 0):D4}-{month:D2}-{day:D2}");
    }
}
