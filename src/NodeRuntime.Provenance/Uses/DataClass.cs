using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Provenance.Uses;

/// <summary>All that a peer expects of data.</summary>
/// <param name="Classes">At most <see cref="Limits.UseClassesMax"/>.</param>
/// <param name="IgnoresUnlabelled">Whether data whose class nobody knows are left alone; else their use is unknown.</param>
/// <param name="Quiet">How long nothing of the kind may happen until what was unknown of unlabelled data is over.</param>
public sealed record UsePlan(ImmutableArray<DataClass> Classes, bool IgnoresUnlabelled, Duration Quiet)
{
    /// <summary>What data are counted as whose class nobody knows, or has declared.</summary>
    public const string Unlabelled = "unlabelled";
}

/// <summary>A class of data, and by whom, with what, where, when and how it is expected to be used.</summary>
/// <param name="Id">A word, as <see cref="UseLabel.IsClass"/> says.</param>
/// <param name="Contents">SHA-256 of data that are of this class whatever anybody says of them.</param>
/// <param name="Expected">An event is expected where it satisfies one of these; null where nobody has written the list: then nobody knows.</param>
/// <param name="Quiet">An interval ends when nothing of its kind has happened for so long.</param>
public sealed record DataClass(string Id, string Title, ImmutableArray<Hash256> Contents, ImmutableArray<ExpectedUse>? Expected, Duration Quiet);

/// <summary>One expected use. What is empty is not asked.</summary>
/// <param name="Who">Accounts and peers: actors of events.</param>
/// <param name="Modules">Hashes of programs.</param>
/// <param name="Zones">A zone, or a country for all its sites.</param>
/// <param name="Hours">In UTC.</param>
public sealed record ExpectedUse(
    ImmutableArray<EventKind> Kinds, ImmutableArray<Hash256> Who, ImmutableArray<Hash256> Modules, ImmutableArray<string> Zones, ImmutableArray<HourWindow> Hours)
{
    /// <summary>What is not as expected, the first in the order of <see cref="UseCause"/>; null where all is.</summary>
    public UseCause? Missed(EventKind kind, Hash256 actor, Hash256? module, string zone, Instant time)
    {
        if (!Kinds.IsEmpty && !Kinds.Contains(kind)) return UseCause.Kind;
        if (!Who.IsEmpty && !Who.Contains(actor)) return UseCause.Actor;
        if (!Modules.IsEmpty && (module is not { } known || !Modules.Contains(known))) return UseCause.Module;
        if (!Zones.IsEmpty && !IsInZone(zone)) return UseCause.Zone;
        return Hours.IsEmpty || IsInHours(time) ? null : UseCause.Hours;
    }

    private bool IsInZone(string zone)
    {
        foreach (string expected in Zones)
        {
            if (zone == expected || (expected.Length == 2 && zone.StartsWith(expected, System.StringComparison.Ordinal))) return true;
        }

        return false;
    }

    private bool IsInHours(Instant time)
    {
        foreach (HourWindow window in Hours)
        {
            if (window.Holds(time)) return true;
        }

        return false;
    }
}

/// <summary>Hours of some days of the week, in UTC. One that ends before it begins ends on the day after.</summary>
/// <param name="Days">Bit 0 is Monday.</param>
/// <param name="From">Minutes since midnight; <paramref name="Until"/> is the first that is no more in it, at most 1440.</param>
public readonly record struct HourWindow(byte Days, int From, int Until)
{
    public const byte EveryDay = 0x7F;

    public const int MinutesPerDay = 1440;

    private const long MicrosecondsPerMinute = 60_000_000;

    // 1970-01-01 was a Thursday.
    private const long FirstWeekday = 3;

    public bool Holds(Instant time)
    {
        if (time.Microseconds < 0) return false;
        long minutes = time.Microseconds / MicrosecondsPerMinute;
        long day = minutes / MinutesPerDay;
        int minute = (int)(minutes % MinutesPerDay);
        if (From < Until) return IsOn(day) && minute >= From && minute < Until;
        return (IsOn(day) && minute >= From) || (IsOn(day + 6) && minute < Until);
    }

    // Six days on is the day before.
    private bool IsOn(long day) => (Days >> (int)((day + FirstWeekday) % 7) & 1) != 0;
}
