using System;
using System.Diagnostics;

namespace NodeRuntime.Benchmarks.Harness;

/// <summary>What a second is.</summary>
internal enum Clock
{
    /// <summary>
    /// Of this process's processor time, collections and compilation included: for work on one thread, so that whoever
    /// else uses the machine does not count.
    /// </summary>
    Processor,

    /// <summary>Of the wall's: for work that several threads do at once or wait for each other in.</summary>
    Wall,
}

internal static class ClockReading
{
    public static double Seconds(this Clock clock) => clock switch
    {
        Clock.Processor => Environment.CpuUsage.TotalTime.TotalSeconds,
        Clock.Wall => Stopwatch.GetElapsedTime(0).TotalSeconds,
    };
}
