using System;
using System.Threading;

namespace NodeRuntime.Persistence.Plots;

/// <summary>
/// So many processors and no more for all that a peer does for its proofs. Who has a deadline (a slice's search, a verifier's word) comes first: long work
/// gives its place back behind every piece and gets it again when nobody in haste waits.
/// </summary>
/// <param name="cores">1 to <see cref="PlotCrew.ThreadsMax"/>.</param>
public sealed class CoreBudget(int cores)
{
    private readonly object _gate = new();
    private int _free = cores is >= 1 and <= PlotCrew.ThreadsMax ? cores : throw new ArgumentOutOfRangeException(nameof(cores), cores, "1 to 256");
    private int _urgentWaiting;

    public int Cores => cores;

    /// <summary>The most places that were ever taken at once.</summary>
    public int PeakTaken { get; private set; }

    /// <summary>Waits until so many places are free, and takes them.</summary>
    /// <param name="count">1 to <see cref="Cores"/>.</param>
    public void Enter(int count, bool isUrgent)
    {
        if (count < 1 || count > cores) throw new ArgumentOutOfRangeException(nameof(count), count, "1 to the number of cores");
        lock (_gate)
        {
            if (isUrgent) _urgentWaiting++;
            while (_free < count || (!isUrgent && _urgentWaiting > 0)) Monitor.Wait(_gate);
            if (isUrgent) _urgentWaiting--;
            _free -= count;
            PeakTaken = Math.Max(PeakTaken, cores - _free);
            Monitor.PulseAll(_gate);
        }
    }

    public void Leave(int count)
    {
        lock (_gate)
        {
            _free += count;
            Monitor.PulseAll(_gate);
        }
    }
}
