using System;
using System.Collections.Generic;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;
using NodeRuntime.Simulation.Agreement;

namespace NodeRuntime.Simulation;

/// <summary>One world's time as a peer with a wrong clock sees it, and a peer that can be stopped and continued.</summary>
internal sealed class SkewedDispatcher(IDispatcher inner, NodeClock clock) : IDispatcher
{
    private const int HeldMax = 100_000;

    private readonly List<Action> _held = [];

    public Instant Now => clock.Read(inner.Now);

    public int Throughput => inner.Throughput;

    public DeliveryAudit? Audit => inner.Audit;

    public bool IsPaused { get; private set; }

    /// <summary>Stopped, nothing runs; continued, all that was due does.</summary>
    public void Pause(bool isPaused)
    {
        IsPaused = isPaused;
        if (isPaused) return;
        Action[] held = [.. _held];
        _held.Clear();
        foreach (Action action in held) action();
    }

    public ISlot CreateSlot(IRunnable runnable) => inner.CreateSlot(new Stoppable(this, runnable));

    public void ScheduleAt(Instant due, IDelayed delayed)
    {
        Duration wait = due - Now;
        inner.ScheduleAt(inner.Now + clock.Stretch(wait > Duration.Zero ? wait : Duration.Zero), delayed);
    }

    private sealed class Stoppable(SkewedDispatcher dispatcher, IRunnable runnable) : IRunnable
    {
        public void Run()
        {
            if (dispatcher.IsPaused && dispatcher._held.Count < HeldMax) dispatcher._held.Add(Run);
            else runnable.Run();
        }
    }
}
