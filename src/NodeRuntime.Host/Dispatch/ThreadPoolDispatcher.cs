using System;
using System.Threading;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Host.Dispatch;

/// <summary>
/// Runs actors on the process's thread pool. An actor with mail is one work item; it processes at most
/// <see cref="Throughput"/> messages and queues again behind the others. All timers share one queue and one system timer.
/// The clock starts at the wall clock and then only counts the monotonic one, so that no adjustment of the machine's time
/// moves timers or runs backwards; whoever needs the wall clock's opinion asks the operating system, not an actor.
/// </summary>
public sealed class ThreadPoolDispatcher : IDispatcher, IDisposable
{
    /// <summary>A few microseconds of small messages: long enough to pay for the hop, short enough for fairness.</summary>
    private const int ThroughputDefault = 128;

    private readonly TimeProvider _clock;
    private readonly Instant _origin;
    private readonly long _originTimestamp;
    private readonly Lock _delayedLock = new();
    private readonly DelayQueue _delayed = new();
    private readonly ITimer _timer;
    private Instant _alarm = new(long.MaxValue);
    private bool _disposed;

    public ThreadPoolDispatcher(TimeProvider? clock = null, int throughput = ThroughputDefault)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(throughput, 1);
        Throughput = throughput;
        _clock = clock ?? TimeProvider.System;
        _originTimestamp = _clock.GetTimestamp();
        _origin = new Instant((_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        _timer = _clock.CreateTimer(
            static state => ((ThreadPoolDispatcher)state!).FireDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public Instant Now =>
        _origin + new Duration(_clock.GetElapsedTime(_originTimestamp).Ticks / TimeSpan.TicksPerMicrosecond);

    public int Throughput { get; }

    public DeliveryAudit? Audit => null;

    public ISlot CreateSlot(IRunnable runnable) => new ThreadPoolSlot(runnable);

    public void ScheduleAt(Instant due, IDelayed delayed)
    {
        lock (_delayedLock)
        {
            if (_disposed) return;
            _delayed.Add(due, 0, delayed);
            if (due < _alarm) SetAlarm(due);
        }
    }

    /// <summary>Under the lock. A system timer counts whole milliseconds: rounded up, so that nothing fires early.</summary>
    private void SetAlarm(Instant due)
    {
        _alarm = due;
        long wait = Math.Clamp((due - Now).Microseconds, 0, Duration.FromMinutes(60).Microseconds);
        _timer.Change(TimeSpan.FromMilliseconds((wait + 999) / 1000), Timeout.InfiniteTimeSpan);
    }

    private void FireDue()
    {
        while (TryTakeDue(out IDelayed delayed))
        {
            if (!delayed.IsCancelled) delayed.Fire();
        }
    }

    private bool TryTakeDue(out IDelayed delayed)
    {
        lock (_delayedLock)
        {
            delayed = null!;
            if (_disposed || !_delayed.TryPeek(out Instant due))
            {
                _alarm = new Instant(long.MaxValue);
                return false;
            }

            if (due <= Now) return _delayed.TryTake(out delayed, out _);
            SetAlarm(due);
            return false;
        }
    }

    /// <summary>Stops the clock's alarms. Terminate the systems first: no timer fires any more.</summary>
    public void Dispose()
    {
        lock (_delayedLock)
        {
            _disposed = true;
        }

        _timer.Dispose();
    }
}
