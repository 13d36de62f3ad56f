using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation;

/// <summary>One world's time as a peer with a wrong clock sees it.</summary>
public sealed class SkewedDispatcher(IDispatcher inner, Duration offset) : IDispatcher
{
    public Instant Now => inner.Now + offset;

    public int Throughput => inner.Throughput;

    public DeliveryAudit? Audit => inner.Audit;

    public ISlot CreateSlot(IRunnable runnable) => inner.CreateSlot(runnable);

    public void ScheduleAt(Instant due, IDelayed delayed) => inner.ScheduleAt(due - offset, delayed);
}
