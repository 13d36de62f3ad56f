using System;

namespace NodeRuntime.Persistence.Plots;

/// <summary>How far plotting has come.</summary>
/// <param name="RowsMade">By this run; rows that were there are in <paramref name="RowsDone"/> alone.</param>
/// <param name="Elapsed">Of this run, rests included.</param>
public readonly record struct PlotProgress(ulong RowsDone, ulong RowsTotal, ulong RowsMade, TimeSpan Elapsed)
{
    public double RowsPerSecond => Elapsed > TimeSpan.Zero ? RowsMade / Elapsed.TotalSeconds : 0;

    /// <summary>At the rate so far; null before there is one.</summary>
    public TimeSpan? Remaining => RowsPerSecond > 0 ? TimeSpan.FromSeconds((RowsTotal - RowsDone) / RowsPerSecond) : null;
}
