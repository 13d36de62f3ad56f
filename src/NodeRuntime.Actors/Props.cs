using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors;

public static class Props
{
    public static Props<TMessage> Create<TMessage>(Func<Actor<TMessage>> factory) => new(_ => factory());

    /// <summary>For an actor that wants its context in its constructor.</summary>
    public static Props<TMessage> Create<TMessage>(Func<ActorContext<TMessage>, Actor<TMessage>> factory) => new(factory);
}

/// <summary>
/// How to make an actor, again and again: its factory builds a fresh instance at every restart. A value; vary it with
/// <c>with</c>.
/// </summary>
public sealed record Props<TMessage>
{
    internal Props(Func<ActorContext<TMessage>, Actor<TMessage>> factory) => Factory = factory;

    public Func<ActorContext<TMessage>, Actor<TMessage>> Factory { get; }

    /// <summary>Messages that may wait in each lane, not counting those already in the actor's hands.</summary>
    public int MailboxLengthMax { get; init; } = Limits.MailboxLengthMax;

    public OverflowPolicy Overflow { get; init; } = OverflowPolicy.DropNewest;

    /// <summary>
    /// A message's lane, 0 to 3: the lower is served first, within a lane the first come. Runs at the teller, so it looks at
    /// the message alone. Null: one lane for all.
    /// </summary>
    public Func<TMessage, int>? LaneOf { get; init; }

    public int StashLengthMax { get; init; } = Limits.MailboxLengthMax;

    /// <summary>How this actor supervises the children it spawns.</summary>
    public SupervisorStrategy Supervision { get; init; } = SupervisorStrategy.Default;
}
