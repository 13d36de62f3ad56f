using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;

namespace NodeRuntime.Posture.Observing;

/// <summary>By what a change was seen, or why nothing can be said. Numbers are on the wire.</summary>
public enum EdgeCause
{
    /// <summary>The watch has begun: what was before, it did not see.</summary>
    Started = 1,

    /// <summary>A full look at everything in the scope.</summary>
    Scanned = 2,

    /// <summary>One of the looks in regular intervals.</summary>
    Polled = 3,

    /// <summary>The kernel said so, of a file.</summary>
    FileEvent = 4,

    /// <summary>The kernel said so, of a process.</summary>
    ProcessEvent = 5,

    /// <summary>The kernel said so, of a socket that is gone.</summary>
    SocketEvent = 6,

    /// <summary>The first look at what had no baseline: this is it.</summary>
    BaselineTaken = 7,

    /// <summary>The kernel's queue ran over: events are lost.</summary>
    QueueOverflowed = 8,

    /// <summary>The watch itself stood still for longer than it may.</summary>
    Gap = 9,

    /// <summary>The clock was set: what lies in which order is not known.</summary>
    ClockStepped = 10,

    /// <summary>A source ended or refuses to answer.</summary>
    SourceFailed = 11,

    /// <summary>More than is watched, or violated, at once.</summary>
    Crowded = 12,

    /// <summary>A roll-out began or ended: the same value means something else.</summary>
    RolloutMoved = 13,

    // Of uses of data: which rule an event missed, or why nobody can say.

    UseOfKind = 14,
    UseByActor = 15,
    UseByModule = 16,
    UseInZone = 17,
    UseAtHour = 18,

    /// <summary>Nobody said to which class the data belong, or one that nobody has declared.</summary>
    UseOfUnknownClass = 19,

    /// <summary>The class has no list of expected uses.</summary>
    UseWithoutList = 20,

    /// <summary>Events were pruned before they were judged.</summary>
    EventsMissed = 21,

    /// <summary>Nothing of the kind has happened for as long as the class says.</summary>
    Quiet = 22,

    // Of other peers that are challenged to show their machine's state.

    /// <summary>It showed what it was asked for, under the root that its own second has.</summary>
    ChallengeProven = 23,

    /// <summary>Nothing came in time.</summary>
    ChallengeUnanswered = 24,

    /// <summary>It said why it does not answer.</summary>
    ChallengeDeclined = 25,

    /// <summary>What it signed does not prove what it says.</summary>
    ChallengeFailed = 26,

    /// <summary>It signed two things about one second that cannot both be true.</summary>
    Contradiction = 27,
}

/// <summary>Who did it, where that is known.</summary>
/// <param name="User">Null where the process had ended before it could be asked.</param>
/// <param name="Program">Its path; empty likewise.</param>
public sealed record Culprit(int Process, uint? User, string Program);

/// <summary>What a watch says about its machine. In the order in which it happened, as far as the watch knows it.</summary>
public abstract record Observation
{
    private Observation()
    {
    }

    /// <summary>At a moment a thing has this value, or is not there; it became so at some time since another moment.</summary>
    public sealed record Saw(Thing Thing, string? Value, Instant Since, Instant At, EdgeCause By, Culprit? Who = null) : Observation;

    /// <summary>In between it was something else, and now it is what it was: what was seen of that is all there is to see.</summary>
    /// <param name="Between">Null: it was not there.</param>
    public sealed record Flashed(Thing Thing, string? Between, Instant From, Instant Until, EdgeCause By, Culprit? Who = null) : Observation;

    /// <summary>What happened in the scope since a moment may not have been seen.</summary>
    public sealed record Lost(Scope Scope, EdgeCause Why, Instant Since, Instant At) : Observation;

    /// <summary>A full look begins: everything in its scope is said again, before it ends.</summary>
    public sealed record ScanBegan(ulong Number, Instant At) : Observation;

    /// <param name="IsWhole">False: something could not be looked at.</param>
    public sealed record ScanEnded(ulong Number, bool IsWhole, Instant At) : Observation;
}
