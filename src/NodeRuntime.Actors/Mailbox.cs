using System;
using System.Collections.Generic;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors;

internal enum PostVerdict
{
    Accepted,
    AcceptedDroppingOldest,
    Full,
    Closed,
}

/// <summary>
/// Up to four lanes of waiting messages, each with the same bound, so that a flood in one lane never takes another's
/// place. A plain data structure: the actor's slot guards every call.
/// </summary>
internal sealed class Mailbox<TMessage>(int lengthMax, OverflowPolicy overflow)
{
    private const int ReservedPassedOverMax = 64;

    private MessageQueue<Envelope<TMessage>>? _first;
    private MessageQueue<Envelope<TMessage>>?[]? _others;

    public bool IsClosed { get; private set; }

    public int Count
    {
        get
        {
            int count = _first?.Count ?? 0;
            if (_others is null) return count;
            foreach (MessageQueue<Envelope<TMessage>>? queue in _others) count += queue?.Count ?? 0;
            return count;
        }
    }

    public bool HasLanes => _others is not null;

    public PostVerdict Post(in Envelope<TMessage> envelope, int lane)
    {
        if (IsClosed) return PostVerdict.Closed;
        MessageQueue<Envelope<TMessage>> queue = Lane(lane);
        if (queue.Count < lengthMax)
        {
            queue.Enqueue(envelope);
            return PostVerdict.Accepted;
        }

        if (overflow != OverflowPolicy.DropOldest || !TryDropOldest(queue)) return PostVerdict.Full;
        queue.Enqueue(envelope);
        return PostVerdict.AcceptedDroppingOldest;
    }

    /// <summary>
    /// The oldest that may be dropped: reserved mail before it goes back to its place. Only so much of it is passed over, so
    /// that a flood costs each teller a bounded look.
    /// </summary>
    private static bool TryDropOldest(MessageQueue<Envelope<TMessage>> queue)
    {
        Stack<Envelope<TMessage>>? reserved = null;
        bool dropped = false;
        while (!dropped && (reserved?.Count ?? 0) < ReservedPassedOverMax && queue.TryDequeue(out Envelope<TMessage> oldest))
        {
            if (oldest.IsReserved) (reserved ??= new Stack<Envelope<TMessage>>()).Push(oldest);
            else dropped = true;
        }

        while (reserved is not null && reserved.TryPop(out Envelope<TMessage> kept)) queue.EnqueueFirst(kept);
        return dropped;
    }

    /// <summary>For mail whose number is bounded elsewhere: timers, watches, reserved replies.</summary>
    public bool PostUnbounded(in Envelope<TMessage> envelope, int lane)
    {
        if (IsClosed) return false;
        Lane(lane).Enqueue(envelope);
        return true;
    }

    private MessageQueue<Envelope<TMessage>> Lane(int lane)
    {
        if (lane == 0) return _first ??= new MessageQueue<Envelope<TMessage>>();
        _others ??= new MessageQueue<Envelope<TMessage>>?[Limits.MailboxLanesMax - 1];
        return _others[lane - 1] ??= new MessageQueue<Envelope<TMessage>>();
    }

    /// <summary>Moves what is next, lower lanes first, into the span and returns how many.</summary>
    public int TakeInto(Span<Envelope<TMessage>> target)
    {
        int taken = _first?.DequeueInto(target) ?? 0;
        if (_others is not null)
        {
            foreach (MessageQueue<Envelope<TMessage>>? queue in _others)
            {
                if (queue is not null) taken += queue.DequeueInto(target[taken..]);
            }
        }

        return taken;
    }

    public void Close() => IsClosed = true;
}
