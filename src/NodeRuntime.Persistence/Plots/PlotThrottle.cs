using System;
using System.Threading;

namespace NodeRuntime.Persistence.Plots;

/// <summary>Keeps long work to a share of the time of one thread: behind each piece it rests in proportion.</summary>
/// <param name="dutyPerMille">1 to 1,000 of a thousand.</param>
public sealed class PlotThrottle(int dutyPerMille, TimeProvider time)
{
    private readonly int _dutyPerMille = dutyPerMille is >= 1 and <= 1000
        ? dutyPerMille
        : throw new ArgumentOutOfRangeException(nameof(dutyPerMille), dutyPerMille, "a share of a thousand");

    private long _since = time.GetTimestamp();

    /// <summary>How long to rest behind so much work.</summary>
    public TimeSpan RestAfter(TimeSpan worked) => worked * (1000 - _dutyPerMille) / _dutyPerMille;

    /// <summary>Rests for what was worked since the last rest.</summary>
    public void Rest(CancellationToken cancel)
    {
        TimeSpan rest = RestAfter(time.GetElapsedTime(_since));
        if (rest > TimeSpan.Zero) cancel.WaitHandle.WaitOne(rest);
        _since = time.GetTimestamp();
    }
}
