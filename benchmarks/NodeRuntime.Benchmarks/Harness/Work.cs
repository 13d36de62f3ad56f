using System;

namespace NodeRuntime.Benchmarks.Harness;

/// <summary>Something to be timed: <paramref name="Run"/> does it so many times in a row.</summary>
/// <param name="UnitsEach">How many of the row's units one time is: megabytes, hashes, transactions.</param>
/// <param name="Clean">Puts away what a run left; not timed.</param>
internal sealed record Work(Action<int> Run, double UnitsEach = 1, Action? Clean = null)
{
    /// <summary>Of something that cannot run here: a figure from its own measurement, units a second.</summary>
    public double? RecordedRate { get; init; }
}

/// <summary>What a subject is held against.</summary>
internal sealed record Limit(string Name, Work Work);
