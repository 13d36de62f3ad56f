using System;

namespace NodeRuntime.Cli.Capacity;

/// <summary>The processor time of this process beside the wall's: work of low priority on a busy machine is measured by what it got.</summary>
internal sealed class CoreClock(TimeProvider time)
{
    private readonly long _startedAt = time.GetTimestamp();
    private readonly TimeSpan _startedWith = Environment.CpuUsage.TotalTime;

    /// <summary>Never nothing: whoever divides by it has worked.</summary>
    public double CoreSeconds => Math.Max((Environment.CpuUsage.TotalTime - _startedWith).TotalSeconds, 1e-3);

    public double Seconds => Math.Max(time.GetElapsedTime(_startedAt).TotalSeconds, 1e-3);
}
