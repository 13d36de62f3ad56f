using NodeRuntime.Primitives;

namespace NodeRuntime.Actors.Ports;

/// <summary>
/// What gives actors time and a turn to run. The kernel keeps every rule about mailboxes and lifecycles to itself and
/// asks a dispatcher only for what differs between worlds: who runs next, what the time is, and how a mailbox is guarded
/// while several threads tell to it. In virtual time the guard is nothing and the order is drawn from a seed; on the
/// thread pool the guard is a lock and the order is the machine's.
/// </summary>
public interface IDispatcher
{
    /// <summary>Never runs backwards.</summary>
    Instant Now { get; }

    /// <summary>Messages one actor may process before it yields to the others; at least 1.</summary>
    int Throughput { get; }

    /// <summary>Called for each message an actor is about to receive; null where nobody listens.</summary>
    DeliveryAudit? Audit { get; }

    ISlot CreateSlot(IRunnable runnable);

    /// <summary>Fires once, not before <paramref name="due"/>; may forget what is cancelled by then.</summary>
    void ScheduleAt(Instant due, IDelayed delayed);
}
