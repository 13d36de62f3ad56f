using System;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors;

/// <summary>
/// A world on one thread: many systems, one clock that jumps from event to event, and an order that a seed decides. Actors
/// that are ready at the same moment, and timers due at the same moment, go in an order drawn from the seed, one message a
/// turn: each seed is another interleaving, and the same seed is the same one again. Work takes no virtual time.
/// </summary>
public sealed class VirtualTimeDispatcher : IDispatcher
{
    /// <summary>More events than this at one moment are two actors that answer each other for ever.</summary>
    private const long StepsPerMomentMax = 50_000_000;

    private readonly DelayQueue _events = new();
    private readonly Prng _prng;
    private long _stepsAtThisMoment;

    public VirtualTimeDispatcher(ulong seed, Instant start, DeliveryAudit? audit = null)
    {
        _prng = new Prng(seed);
        Now = start;
        Audit = audit;
    }

    public Instant Now { get; private set; }

    public int Throughput => 1;

    public DeliveryAudit? Audit { get; }

    /// <summary>Events so far.</summary>
    public long Steps { get; private set; }

    public ISlot CreateSlot(IRunnable runnable) => new VirtualSlot(this, runnable);

    public void ScheduleAt(Instant due, IDelayed delayed) => ScheduleAt(due, DrawTieBreak(), delayed);

    /// <summary>
    /// For whoever keeps many events in a row of its own and schedules the first of them alone: the tie-break that one of them would get if it
    /// were scheduled now.
    /// </summary>
    public ulong DrawTieBreak() => _prng.NextUInt64();

    /// <summary>The event that the tie-break was drawn for.</summary>
    public void ScheduleAt(Instant due, ulong tieBreak, IDelayed delayed) => _events.Add(due < Now ? Now : due, tieBreak, delayed);

    /// <summary>For what is not an actor: a simulated wire, a fault, a script.</summary>
    public void ScheduleAt(Instant due, Action action) => ScheduleAt(due, new DelayedAction(action));

    /// <summary>The next event, time jumping to it; false when there is none.</summary>
    public bool Step() => StepUntil(new Instant(long.MaxValue));

    /// <summary>All events up to and including the moment, which is then now.</summary>
    public void RunUntil(Instant moment)
    {
        Invariant.Holds(moment >= Now);
        while (StepUntil(moment))
        {
        }

        Advance(moment);
    }

    public void RunFor(Duration length) => RunUntil(Now + length);

    /// <summary>Until the condition holds or the limit has passed; says whether it holds.</summary>
    public bool RunUntil(Func<bool> condition, Instant limit)
    {
        while (!condition())
        {
            if (StepUntil(limit)) continue;
            Advance(limit);
            return condition();
        }

        return true;
    }

    /// <summary>All that can happen without time passing.</summary>
    public void Settle() => RunUntil(Now);

    private bool StepUntil(Instant limit)
    {
        while (_events.TryPeek(out Instant due) && due <= limit)
        {
            _events.TryTake(out IDelayed next, out _);
            if (next.IsCancelled) continue;
            Advance(due);
            Steps++;
            _stepsAtThisMoment++;
            Invariant.Holds(_stepsAtThisMoment <= StepsPerMomentMax);
            next.Fire();
            return true;
        }

        return false;
    }

    private void Advance(Instant moment)
    {
        if (moment <= Now) return;
        Now = moment;
        _stepsAtThisMoment = 0;
    }

    /// <summary>Alone on its thread, a slot guards by doing nothing.</summary>
    private sealed class VirtualSlot(VirtualTimeDispatcher dispatcher, IRunnable runnable) : ISlot, IDelayed
    {
        public bool IsCancelled => false;

        public void Enter()
        {
        }

        public void Exit()
        {
        }

        public void Schedule() => dispatcher.ScheduleAt(dispatcher.Now, this);

        public void Fire() => runnable.Run();
    }

    private sealed class DelayedAction(Action action) : IDelayed
    {
        public bool IsCancelled => false;

        public void Fire() => action();
    }
}
