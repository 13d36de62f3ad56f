using System.Runtime.CompilerServices;
using System.Threading;
using NodeRuntime.Actors.Ports;

namespace NodeRuntime.Host.Dispatch;

/// <summary>
/// One actor on the thread pool. The guard is one word, taken by an exchange and given back by a write: what it guards takes
/// nanoseconds, and a monitor's second exchange would be a third of a tell. Turns are asked for at the worker's own end of the pool, where an answer
/// is still in the cache (several times the round trips a second); but that end is last in, first out, and behind actors
/// that answer each other for ever all others would wait until the pool comes to their rescue (about 100 ms a turn on two
/// cores). So every sixteenth turn queues at the shared end, behind everybody (about 5 ms).
/// </summary>
internal sealed class ThreadPoolSlot(IRunnable runnable) : ISlot, IThreadPoolWorkItem
{
    private const uint SharedTurnEvery = 16;

    private int _held;
    private uint _turns;

    public void Enter()
    {
        if (Interlocked.CompareExchange(ref _held, 1, 0) != 0) Wait();
    }

    public void Exit() => Volatile.Write(ref _held, 0);

    // Rare: two tellers, or a teller and the end of a turn, within the same nanoseconds; or the holder lost its core and is let run.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Wait()
    {
        SpinWait spin = default;
        do spin.SpinOnce();
        while (Volatile.Read(ref _held) != 0 || Interlocked.CompareExchange(ref _held, 1, 0) != 0);
    }

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
