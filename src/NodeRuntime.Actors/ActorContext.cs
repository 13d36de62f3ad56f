using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors;

/// <summary>
/// What an actor may do besides looking at its message. Every member is for the actor's own turn only, and says so by an
/// invariant; only references may be handed out. Maps given here run in the actor's own turn as well.
/// </summary>
public sealed class ActorContext<TMessage>
{
    private readonly ActorCell<TMessage> _cell;

    internal ActorContext(ActorCell<TMessage> cell) => _cell = cell;

    public ActorRef<TMessage> Self => _cell.Self;

    public ActorSystem System => _cell.System;

    /// <summary>The moment of the message in hand; it stands still while the message is processed.</summary>
    public Instant Now
    {
        get
        {
            _cell.AssertInRun();
            return _cell.Now;
        }
    }

    /// <summary>This actor's own stream, forked from its parent's when it was spawned; it goes on across restarts.</summary>
    public Prng Prng
    {
        get
        {
            _cell.AssertInRun();
            return _cell.Prng;
        }
    }

    /// <summary>Names are unique among the living children and do not begin with <c>$</c>. The child may be told to at once.</summary>
    public ActorRef<TChild> Spawn<TChild>(Props<TChild> props, string name)
    {
        _cell.AssertInRun();
        return _cell.Spawn(props, name).Self;
    }

    /// <summary>A child named by number: <c>$1</c>.</summary>
    public ActorRef<TChild> Spawn<TChild>(Props<TChild> props)
    {
        _cell.AssertInRun();
        return _cell.Spawn(props, null).Self;
    }

    public bool HasChild(string name) => _cell.HasChild(name);

    /// <summary>Stops this actor when the message in hand is done: first its children, then <c>PostStop</c>.</summary>
    public void Stop() => _cell.PostSystem(SystemMessage.Stop.Only);

    public void Stop<TOther>(ActorRef<TOther> other) => other.Cell?.PostSystem(SystemMessage.Stop.Only);

    /// <summary>
    /// One message when the subject stops for good; at once if it has. Watching again replaces the map. A reference without
    /// an actor behind it never dies.
    /// </summary>
    public void Watch<TOther>(ActorRef<TOther> subject, Func<Terminated, TMessage> map)
    {
        if (subject.Cell is not null) _cell.Watch(subject.Cell, map);
    }

    /// <summary>From now on no message about the subject's death, even if one waits already.</summary>
    public void Unwatch<TOther>(ActorRef<TOther> subject)
    {
        if (subject.Cell is not null) _cell.Unwatch(subject.Cell);
    }

    /// <summary>One message after the delay. Starting a key again cancels what it was. A restart cancels all.</summary>
    public void StartTimer(string key, TMessage message, Duration delay) => _cell.StartTimer(key, message, delay, null);

    /// <summary>A message each period, the first after one period, until cancelled; at most one waits unread.</summary>
    public void StartPeriodicTimer(string key, TMessage message, Duration period) =>
        _cell.StartTimer(key, message, period, period);

    /// <summary>From now on nothing of this key arrives, even if it waits in the mailbox already.</summary>
    public void CancelTimer(string key) => _cell.CancelTimer(key);

    public bool HasTimer(string key) => _cell.HasTimer(key);

    /// <summary>Puts the message in hand aside until <see cref="UnstashAll"/>, a restart included.</summary>
    public StashVerdict Stash() => _cell.Stash();

    public void UnstashAll()
    {
        _cell.AssertInRun();
        _cell.UnstashAll();
    }

    /// <summary>A reference to this actor in another language, for as long as it lives. Obeys the mailbox's bound.</summary>
    public ActorRef<TOther> Adapt<TOther>(Func<TOther, TMessage> map, int lane = 0)
    {
        Invariant.Holds(lane is >= 0 and < Limits.MailboxLanesMax);
        return new AdapterRef<TMessage, TOther>(_cell, map, lane);
    }

    /// <summary>
    /// A reference for exactly one reply. Its place in the mailbox is reserved: the first reply is never shed, later ones
    /// are refused.
    /// </summary>
    public ActorRef<TReply> ReplyTo<TReply>(Func<TReply, TMessage> map) => _cell.ReplyTo(map);

    /// <summary>
    /// Asks; exactly one outcome comes back as a message: the reply, the refusal, or the time-out. Open questions outlive a
    /// restart, as all mail does.
    /// </summary>
    public void Ask<TOther, TReply>(
        ActorRef<TOther> target,
        Func<ActorRef<TReply>, TOther> makeRequest,
        Func<AskOutcome<TReply>, TMessage> map,
        Duration timeout) => _cell.Ask(target, makeRequest, map, timeout);

    /// <summary>Events of one type as messages of this actor, until it restarts or stops.</summary>
    public void Subscribe<TEvent>(Func<TEvent, TMessage> map) => _cell.Subscribe(map);

    public void Publish<TEvent>(TEvent published) => _cell.System.EventStream.Publish(published);
}
