using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors;

/// <summary>
/// One owner of some state, one message at a time. What an actor throws goes to its supervisor, never to the teller. The
/// one base class of this code base that is meant to be derived from.
/// </summary>
public abstract class Actor<TMessage>
{
    private ActorContext<TMessage>? _context;

    /// <summary>There from <see cref="PreStart"/> on; a constructor that needs it takes it from the factory.</summary>
    protected ActorContext<TMessage> Context
    {
        get
        {
            Invariant.Holds(_context is not null);
            return _context;
        }
    }

    protected abstract void Receive(TMessage message);

    /// <summary>Before the first message of each instance, the restarted ones included.</summary>
    protected virtual void PreStart()
    {
    }

    /// <summary>After the last message, when all children have stopped.</summary>
    protected virtual void PostStop()
    {
    }

    /// <summary>On the instance that failed (or whose sibling did), before it is replaced; its children are stopped next.</summary>
    protected virtual void PreRestart(Exception cause)
    {
    }

    internal void Attach(ActorContext<TMessage> context) => _context = context;

    internal void Deliver(TMessage message) => Receive(message);

    internal void RunPreStart() => PreStart();

    internal void RunPostStop() => PostStop();

    internal void RunPreRestart(Exception cause) => PreRestart(cause);
}
