using System;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors;

/// <summary>
/// What actors' lives are made of. Served before any other mail, never shed, never stashed, never counted.
/// <c>Life</c> numbers the instances of one actor, so that a word about an earlier one is recognised as late.
/// </summary>
internal abstract record SystemMessage
{
    private SystemMessage()
    {
    }

    internal sealed record Start : SystemMessage
    {
        public static Start Only { get; } = new();
    }

    internal sealed record Stop : SystemMessage
    {
        public static Stop Only { get; } = new();
    }

    internal sealed record Resume(long Life) : SystemMessage;

    /// <summary>Life is null where a sibling failed: whichever instance is there is replaced.</summary>
    internal sealed record Restart(Exception Cause, long? Life, Duration Delay) : SystemMessage;

    internal sealed record BackoffOver(long Life) : SystemMessage;

    internal sealed record Overflowed : SystemMessage;

    internal sealed record ChildFailed(ActorCell Child, long Life, Exception Cause, bool WasBuilt) : SystemMessage;

    internal sealed record ChildStopped(ActorCell Child) : SystemMessage;

    internal sealed record Watch(IWatch Entry) : SystemMessage;

    internal sealed record Unwatch(IWatch Entry) : SystemMessage;
}

/// <summary>The end of a restart's back-off.</summary>
internal sealed class BackoffTimer(ActorCell cell, long life) : IDelayed
{
    public bool IsCancelled => cell.State != ActorState.Restarting;

    public void Fire() => cell.PostSystem(new SystemMessage.BackoffOver(life));
}
