namespace NodeRuntime.Actors;

/// <summary>How a question ended.</summary>
public enum AskVerdict
{
    Replied,

    /// <summary>The mailbox of the one asked was full, or the asker has too many questions open.</summary>
    Shed,

    /// <summary>The one asked has stopped.</summary>
    Closed,

    /// <summary>No reply came within the deadline; one that comes later is refused.</summary>
    TimedOut,
}

/// <summary>Exactly one of these follows each question. <see cref="Reply"/> is there when the verdict says so.</summary>
public readonly record struct AskOutcome<TReply>(AskVerdict Verdict, TReply? Reply);

public static class AskOutcome
{
    public static AskOutcome<TReply> Replied<TReply>(TReply reply) => new(AskVerdict.Replied, reply);

    public static AskOutcome<TReply> Without<TReply>(AskVerdict verdict) => new(verdict, default);

    /// <summary>A refused question, seen from the asker.</summary>
    public static AskOutcome<TReply> Refused<TReply>(TellVerdict verdict) =>
        Without<TReply>(verdict == TellVerdict.Closed ? AskVerdict.Closed : AskVerdict.Shed);
}
