using System.Threading;
using NodeRuntime.Actors.Ports;

namespace NodeRuntime.Host.Dispatch;

/// <summary>
/// One actor on the thread pool. The guard is the monitor of this object: uncontended it is one exchange on the object's
/// header, and what it guards takes nanoseconds. Turns are asked for at the worker's own end of the pool, where an answer
/// is still in the cache (several times the round trips a second); but that end is last in, first out, and behind actors
/// that answer each other for ever all others would wait until the pool comes to their rescue (about 100 ms a turn on two
/// cores). So every sixteenth turn queues at the shared end, behind everybody (about 5 ms).
/// </summary>
internal sealed class ThreadPoolSlot(IRunnable runnable) : ISlot, IThreadPoolWorkItem
{
    private const uint SharedTurnEvery = 16;

    private uint _turns;

    public void Enter() => Monitor.Enter(this);

    public void Exit() => Monitor.Exit(this);

    public void Schedule()
    {
        // No two turns of one actor are asked for at once, so the count needs no guard.
        unchecked
        {
            _turns++;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: _turns % SharedTurnEvery != 0);
    }

    void IThreadPoolWorkItem.Execute() => runnable.Run();
}
