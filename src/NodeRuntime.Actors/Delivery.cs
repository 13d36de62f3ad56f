using System;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors;

/// <summary>
/// Mail that is resolved in the recipient's own turn, so that maps and cancellation touch its state from no other thread:
/// a timer may have been cancelled while it waited here, a watch may have been taken back.
/// </summary>
internal abstract class Delivery<TMessage>
{
    /// <summary>What the tracer followed where this was told; null where nothing.</summary>
    public object? Origin { get; set; }

    /// <summary>False when it is stale. What a map throws is the recipient's failure.</summary>
    public abstract bool TryTake(out TMessage message);

    /// <summary>What is lost if it is never taken; null where that is nothing.</summary>
    public virtual object? Content => null;

    /// <summary>Its place was reserved, so no overflow policy drops it.</summary>
    public virtual bool IsReserved => true;
}

/// <summary>A plain message that is being followed.</summary>
internal sealed class FollowedDelivery<TMessage>(TMessage content) : Delivery<TMessage>
{
    public override object? Content => content;

    public override bool IsReserved => false;

    public override bool TryTake(out TMessage message)
    {
        message = content;
        return true;
    }
}

/// <summary>A message told through an adapter or a reserved reply.</summary>
internal sealed class MappedDelivery<TMessage, TOther>(Func<TOther, TMessage> map, TOther content, bool isReserved)
    : Delivery<TMessage>
{
    public override object? Content => content;

    public override bool IsReserved => isReserved;

    public override bool TryTake(out TMessage message)
    {
        message = map(content);
        return true;
    }
}

/// <summary>One key of an actor's timers, from its start until it is cancelled or, unless periodic, taken.</summary>
internal sealed class TimerDelivery<TMessage>(ActorCell<TMessage> cell, string key, TMessage content, int lane, Duration? period)
    : Delivery<TMessage>, IDelayed
{
    public bool IsCancelled { get; private set; }

    public string Key { get; } = key;

    public Duration? Period { get; } = period;

    public required Instant Due { get; set; }

    public void Cancel() => IsCancelled = true;

    public void Fire() => cell.PostUnbounded(this, lane);

    public override bool TryTake(out TMessage message)
    {
        message = content;
        if (IsCancelled) return false;
        cell.OnTimerTaken(this);
        return true;
    }
}

/// <summary>A watch, held by the watched actor until it dies or the watcher takes it back.</summary>
internal sealed class WatchDelivery<TMessage>(ActorCell<TMessage> watcher, ActorCell subject, Func<Terminated, TMessage> map)
    : Delivery<TMessage>, IWatch
{
    private bool _cancelled;

    public void Cancel() => _cancelled = true;

    public void Notify() => watcher.PostUnbounded(this, lane: 0);

    public override bool TryTake(out TMessage message)
    {
        message = default!;
        if (_cancelled) return false;
        watcher.OnWatchTaken(subject);
        message = map(new Terminated(subject.Path));
        return true;
    }
}

/// <summary>A watch as the watched actor holds it, whatever its watcher's language.</summary>
internal interface IWatch
{
    void Notify();
}
