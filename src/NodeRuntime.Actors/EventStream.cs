using System;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors;

/// <summary>
/// Publish and subscribe within one system. The channel is the type argument, as written, not the type of the object: a
/// family is published as its base. Subscribers are told in the order they came. Lists are replaced whole, so publishing
/// needs no guard. A subscriber that is closed is dropped; one that sheds misses the event, as its mailbox's policy says.
/// </summary>
public sealed class EventStream
{
    private readonly ISlot _gate;
    private EventChannel[] _channels = [];
    private int _subscriptions;

    internal EventStream(ISlot gate) => _gate = gate;

    public Subscription Subscribe<TEvent>(ActorRef<TEvent> subscriber)
    {
        Invariant.Holds(_subscriptions < Limits.EventSubscriptionsMax);
        _gate.Enter();
        EventChannel<TEvent>? channel = Find<TEvent>();
        if (channel is null)
        {
            channel = new EventChannel<TEvent>();
            _channels = [.. _channels, channel];
        }

        channel.Subscribers = [.. channel.Subscribers, subscriber];
        _subscriptions++;
        _gate.Exit();
        return new Subscription(() => Unsubscribe(channel, subscriber));
    }

    public void Publish<TEvent>(TEvent published)
    {
        EventChannel<TEvent>? channel = Find<TEvent>();
        if (channel is null) return;
        foreach (ActorRef<TEvent> subscriber in channel.Subscribers)
        {
            if (subscriber.Cell is { State: ActorState.Stopping or ActorState.Stopped }) Unsubscribe(channel, subscriber);
            else if (subscriber.Tell(published) == TellVerdict.Closed) Unsubscribe(channel, subscriber);
        }
    }

    private EventChannel<TEvent>? Find<TEvent>()
    {
        foreach (EventChannel channel in _channels)
        {
            if (channel is EventChannel<TEvent> found) return found;
        }

        return null;
    }

    private void Unsubscribe<TEvent>(EventChannel<TEvent> channel, ActorRef<TEvent> subscriber)
    {
        _gate.Enter();
        int at = Array.IndexOf(channel.Subscribers, subscriber);
        if (at >= 0)
        {
            channel.Subscribers = [.. channel.Subscribers[..at], .. channel.Subscribers[(at + 1)..]];
            _subscriptions--;
        }

        _gate.Exit();
    }

    private abstract class EventChannel;

    private sealed class EventChannel<TEvent> : EventChannel
    {
        public ActorRef<TEvent>[] Subscribers { get; set; } = [];
    }
}

/// <summary>The way out of the event stream.</summary>
public sealed class Subscription
{
    private readonly Action _cancel;

    internal Subscription(Action cancel) => _cancel = cancel;

    public void Cancel() => _cancel();
}
