using NodeRuntime.Primitives;

namespace NodeRuntime.Provenance.Uses;

/// <summary>How a class of data stands, and each interval of it.</summary>
public enum UseState
{
    Expected,

    /// <summary>It was permitted, and is on no list.</summary>
    Unexpected,

    /// <summary>Nobody can say. Never a pass.</summary>
    Unknown,
}

/// <summary>Which rule an event missed, in the order in which they are looked at, or why nobody can say; and what ends an interval.</summary>
public enum UseCause
{
    Kind,
    Actor,
    Module,
    Zone,
    Hours,

    /// <summary>Nobody said to which class the data belong, or one that nobody has declared.</summary>
    ClassUnknown,

    /// <summary>The class is declared and has no list.</summary>
    ListMissing,

    /// <summary>Events were pruned before they were judged.</summary>
    EventsMissed,

    /// <summary>More intervals at once than are kept apart.</summary>
    Crowded,

    /// <summary>Nothing of the kind has happened for as long as the class says.</summary>
    Quiet,
}

/// <summary>
/// One step of an automaton: the uses of a class by one actor that miss one rule, or without an actor what is judged of the class at all. An interval is two
/// edges with the same number: that of the event that opened it.
/// </summary>
/// <param name="Actor">Null, and <paramref name="Number"/> 0, of the class as a whole.</param>
/// <param name="Rule">Which was missed: of the edge back as of the one that it ends.</param>
/// <param name="By">The rule, or what ended it.</param>
/// <param name="Began">Of an edge back: when the interval began.</param>
/// <param name="Since">When it happened; <paramref name="At"/> is when it was judged.</param>
public sealed record UseEdge(string Class, Hash256? Actor, ulong Number, UseCause Rule, UseState From, UseState To, UseCause By, Instant? Began, Instant Since, Instant At);

/// <summary>How a class stands now.</summary>
/// <param name="Unexpected">Intervals that are open; likewise <paramref name="Unknown"/>.</param>
/// <param name="Uses">Events of the class since the watch began.</param>
public sealed record UseStanding(string Id, string Title, UseState State, Instant Since, int Unexpected, int Unknown, ulong Uses);
