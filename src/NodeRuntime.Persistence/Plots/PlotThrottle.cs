using System;
using System.Threading;

namespace NodeRuntime.Persistence.Plots;

/// <summary>Keeps long work to a share of the time of one thread: behind each piece it rests in proportion.</summary>
/// <param name="dutyPerMille">1 to 1,000 of a thousand.</param>
/// <param name="cores">Whose place the work holds: it is given back behind each piece, and to whoever is in more haste.</param>
public sealed class PlotThrottle(int dutyPerMille, TimeProvider time, CoreBudget? cores = null)
{
    private readonly int _dutyPerMille = dutyPerMille is >= 1 and <= 1000
        ? dutyPerMille
        : throw new ArgumentOutOfRangeException(nameof(dutyPerMille), dutyPerMille, "a share of a thousand");

    private long _since = time.GetTimestamp();

    /// <summary>How long to rest behind so much work.</summary>
    public TimeSpan RestAfter(TimeSpan worked) => worked * (1000 - _dutyPerMille) / _dutyPerMille;

    /// <summary>Takes the place that the work holds until <see cref="End"/>.</summary>
    public void Begin()
    {
        cores?.Enter(1, isUrgent: false);
        _since = time.GetTimestamp();
    }

    /// <summary>Rests for what was worked since the last rest.</summary>
    public void Rest(CancellationToken cancel)
    {
        TimeSpan rest = RestAfter(time.GetElapsedTime(_since));
        cores?.Leave(1);
        if (rest > TimeSpan.Zero) cancel.WaitHandle.WaitOne(rest);
        Begin();
    }

    public void End() => cores?.Leave(1);
}
