using System;
using System.Threading;

namespace NodeRuntime.Persistence.Plots;

/// <summary>Counts the rows of all who make one plot. Reports come one after the other, each further than the last.</summary>
/// <param name="rowsTotal">Of all units.</param>
public sealed class PlotMeter(ulong rowsTotal, TimeProvider time, Action<PlotProgress>? report = null)
{
    private readonly Lock _gate = new();
    private readonly long _startedAt = time.GetTimestamp();
    private ulong _found;
    private ulong _made;

    /// <summary>As far as it has come.</summary>
    public PlotProgress Progress
    {
        get
        {
            lock (_gate) return new PlotProgress(Math.Min(_found + _made, rowsTotal), rowsTotal, _made, time.GetElapsedTime(_startedAt));
        }
    }

    /// <summary>Rows that were there already.</summary>
    public void Find(ulong rows)
    {
        lock (_gate) _found += rows;
    }

    public void Make(ulong rows)
    {
        lock (_gate)
        {
            _made += rows;
            report?.Invoke(Progress);
        }
    }
}
