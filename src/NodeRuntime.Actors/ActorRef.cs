using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors;

/// <summary>
/// The only way to reach an actor: a typed address that outlives restarts and may be held and told to from anywhere. The
/// family is closed: an actor's own reference, adapters and reserved replies (made by its context), and delegates.
/// </summary>
public abstract class ActorRef<TMessage>
{
    private protected ActorRef()
    {
    }

    public abstract ActorPath Path { get; }

    /// <summary>The actor behind this reference; null where there is none that could stop or be watched.</summary>
    internal abstract ActorCell? Cell { get; }

    public abstract TellVerdict Tell(TMessage message);

    /// <summary>The same recipient, for a teller that knows one member of the family only.</summary>
    public ActorRef<TMember> Narrow<TMember>()
        where TMember : TMessage => new NarrowRef<TMessage, TMember>(this);

    public override string ToString() => Path.ToString();
}

/// <summary>References that are no actors: for ports, tests and hosts.</summary>
public static class ActorRef
{
    /// <summary>The delegate runs on the teller's thread: it must not throw, and must be safe on every thread that tells.</summary>
    public static ActorRef<TMessage> FromDelegate<TMessage>(string name, Func<TMessage, TellVerdict> tell) =>
        new DelegateRef<TMessage>(ActorPath.Root.Child(name), tell);

    /// <summary>As above, for a receiver that accepts everything.</summary>
    public static ActorRef<TMessage> FromDelegate<TMessage>(string name, Action<TMessage> receive) =>
        new DelegateRef<TMessage>(
            ActorPath.Root.Child(name),
            message =>
            {
                receive(message);
                return TellVerdict.Accepted;
            });
}

internal sealed class DelegateRef<TMessage>(ActorPath path, Func<TMessage, TellVerdict> tell) : ActorRef<TMessage>
{
    public override ActorPath Path { get; } = path;

    internal override ActorCell? Cell => null;

    public override TellVerdict Tell(TMessage message)
    {
        Invariant.Holds(message is not null);
        return tell(message);
    }
}

internal sealed class NarrowRef<TMessage, TMember>(ActorRef<TMessage> target) : ActorRef<TMember>
    where TMember : TMessage
{
    public override ActorPath Path => target.Path;

    internal override ActorCell? Cell => target.Cell;

    public override TellVerdict Tell(TMember message) => target.Tell(message);
}

/// <summary>An actor's own reference.</summary>
internal sealed class LocalRef<TMessage>(ActorCell<TMessage> cell) : ActorRef<TMessage>
{
    public override ActorPath Path => cell.Path;

    internal override ActorCell Cell => cell;

    public override TellVerdict Tell(TMessage message) => cell.Tell(message);
}

/// <summary>Speaks another actor's language: the map runs in the owner's own turn, not at the teller.</summary>
internal sealed class AdapterRef<TMessage, TOther>(ActorCell<TMessage> cell, Func<TOther, TMessage> map, int lane) : ActorRef<TOther>
{
    public override ActorPath Path => cell.Path;

    internal override ActorCell Cell => cell;

    public override TellVerdict Tell(TOther message)
    {
        Invariant.Holds(message is not null);
        return cell.Tell(new MappedDelivery<TMessage, TOther>(map, message, isReserved: false), lane);
    }
}
