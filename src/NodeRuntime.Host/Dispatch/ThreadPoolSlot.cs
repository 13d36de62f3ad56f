using System.Threading;
using NodeRuntime.Actors.Ports;

namespace NodeRuntime.Host.Dispatch;

/// <summary>
/// One actor on the thread pool. The guard is the monitor of this object: uncontended it is one exchange on the object's
/// header, and what it guards takes nanoseconds.
/// </summary>
internal sealed class ThreadPoolSlot(IRunnable runnable) : ISlot, IThreadPoolWorkItem
{
    public void Enter() => Monitor.Enter(this);

    public void Exit() => Monitor.Exit(this);

    public void Schedule() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);

    void IThreadPoolWorkItem.Execute() => runnable.Run();
}
