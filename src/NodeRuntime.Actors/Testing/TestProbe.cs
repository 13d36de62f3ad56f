using System.Collections.Generic;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors.Testing;

/// <summary>
/// Stands where an actor would stand and keeps what it is told. Waiting is virtual: an expectation lets the world run until
/// the message is there or the patience, in virtual time, is over; it costs no real time.
/// </summary>
public sealed class TestProbe<TMessage>
{
    private readonly TestKit _kit;
    private readonly Queue<TMessage> _received = new();

    internal TestProbe(TestKit kit, string name)
    {
        _kit = kit;
        Ref = ActorRef.FromDelegate<TMessage>(name, _received.Enqueue);
    }

    public ActorRef<TMessage> Ref { get; }

    /// <summary>Messages received and not yet looked at.</summary>
    public int Waiting => _received.Count;

    /// <summary>The next message.</summary>
    public TMessage Receive()
    {
        if (!_kit.Dispatcher.RunUntil(() => _received.Count > 0, _kit.Now + _kit.Patience))
        {
            throw new ExpectationException(Ref.Path + " received nothing within " + _kit.Patience + ", until " + _kit.Now);
        }

        return _received.Dequeue();
    }

    /// <summary>The next message, which must be of this member of the family.</summary>
    public TMember Receive<TMember>()
        where TMember : TMessage
    {
        TMessage message = Receive();
        if (message is TMember member) return member;
        throw new ExpectationException(Ref.Path + " expected " + typeof(TMember).Name + " and received " + message);
    }

    /// <summary>The next message must equal this one.</summary>
    public void Expect(TMessage expected)
    {
        TMessage message = Receive();
        if (!EqualityComparer<TMessage>.Default.Equals(message, expected))
        {
            throw new ExpectationException(Ref.Path + " expected " + expected + " and received " + message);
        }
    }

    /// <summary>Lets the time pass; nothing may have been waiting and nothing may come.</summary>
    public void ExpectNothingFor(Duration length)
    {
        Instant end = _kit.Now + length;
        if (_kit.Dispatcher.RunUntil(() => _received.Count > 0, end))
        {
            throw new ExpectationException(Ref.Path + " expected nothing and received " + _received.Peek() + " at " + _kit.Now);
        }
    }
}
