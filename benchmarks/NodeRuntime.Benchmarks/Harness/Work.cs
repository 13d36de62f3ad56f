using System;

namespace NodeRuntime.Benchmarks.Harness;

/// <summary>Something to be timed: <paramref name="Run"/> does it so many times in a row.</summary>
/// <param name="UnitsEach">How many of the row's units one time is: megabytes, hashes, transactions.</param>
internal sealed record Work(Action<int> Run, double UnitsEach = 1);

/// <summary>What a subject is held against.</summary>
internal sealed record Limit(string Name, Work Work);
