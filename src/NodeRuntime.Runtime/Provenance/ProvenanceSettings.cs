using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>What a peer keeps of an event when its round is in the calendar.</summary>
public enum EventRetention
{
    /// <summary>The leaf: 32 bytes. Whoever kept the record can still have its receipt; this peer alone cannot make it.</summary>
    Commit,

    /// <summary>The record: a receipt can be made at any time.</summary>
    Record,

    /// <summary>The record and the digest of the content, so that the peer itself can open the subject.</summary>
    Full,
}

/// <summary>How a peer enters events, as its operator said.</summary>
public sealed record ProvenanceSettings
{
    public static ProvenanceSettings Default { get; } = new();

    public EventRetention Retention { get; init; } = EventRetention.Record;

    /// <summary>Seconds of its own that it keeps with their spines: a day.</summary>
    public int RoundsKept { get; init; } = 24 * 3600;

    /// <summary>Events that one account may enter in a second over the API; twice as many at once.</summary>
    public int EventsPerSecond { get; init; } = 8192;

    /// <summary>Where its events happen; "ZZ" is a code that no country has.</summary>
    public string Zone { get; init; } = "ZZ";

    /// <summary>
    /// From the end of a second until a parent closes it; it closes at once when all its children have spoken, so that the time is the busy machine's.
    /// </summary>
    public Duration ParentCloses { get; init; } = Duration.FromMilliseconds(300);

    /// <summary>The same of the topmost tree.</summary>
    public Duration TopCloses { get; init; } = Duration.FromMilliseconds(500);

    /// <summary>What a parent has not acknowledged by then is said again, once.</summary>
    public Duration SaysAgain { get; init; } = Duration.FromMilliseconds(80);
}
