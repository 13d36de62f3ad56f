using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Simulation.Atlas;

namespace NodeRuntime.Cli.Simulate;

/// <summary>
/// Many seeds on several threads. Each seed is a world of its own on one thread; what comes out does not depend on how many threads
/// there are. Cancelled, it answers with what was done.
/// </summary>
internal sealed class SeedCampaign(SimulateOptions options)
{
    private const int FailuresMax = 100;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<ulong, SeedOutcome> _failures = [];
    private readonly SortedDictionary<ulong, Hash256> _digests = [];
    private readonly List<long> _recoveries = [];
    private readonly Marks _marks = new();
    private readonly Stopwatch _watch = new();
    private long _next;
    private long _simulated;
    private long _failed;

    public long Seeds { get; private set; }

    public long Failed => _failed;

    public TimeSpan Elapsed => _watch.Elapsed;

    public Marks Marks => _marks;

    public IReadOnlyCollection<SeedOutcome> Failures => _failures.Values;

    public long SimulatedSeconds => _simulated / 1_000_000;

    public async Task RunAsync(Action<SeedCampaign> progress, CancellationToken cancellation)
    {
        _watch.Start();
        _next = (long)options.FirstSeed;
        Task[] workers = new Task[options.Jobs];
        for (int i = 0; i < workers.Length; i++) workers[i] = Task.Factory.StartNew(() => Work(cancellation), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Task all = Task.WhenAll(workers);
        while (await Task.WhenAny(all, Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None)) != all) progress(this);
        await all;
        _watch.Stop();
    }

    /// <summary>One hash for all seeds, in their order.</summary>
    public Hash256 Digest()
    {
        Hash256 digest = Hash256.Zero;
        foreach (Hash256 one in _digests.Values) digest = Hasher.Sha256(digest.AsSpan(), one.AsSpan());
        return digest;
    }

    /// <summary>The recovery that so many of a hundred do not exceed; null where nothing recovered.</summary>
    public Duration? Percentile(int percent)
    {
        if (_recoveries.Count == 0) return null;
        List<long> sorted = [.. _recoveries];
        sorted.Sort();
        return new Duration(sorted[Math.Min(sorted.Count - 1, sorted.Count * percent / 100)]);
    }

    private void Work(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            ulong seed = (ulong)(Interlocked.Increment(ref _next) - 1);
            bool isOver = options.Campaign is { } time ? _watch.Elapsed >= time : seed > options.LastSeed;
            if (isOver) return;
            SeedOutcome outcome = SeedRun.Of(options, seed);
            lock (_lock) Note(outcome);
        }
    }

    private void Note(SeedOutcome outcome)
    {
        Seeds++;
        _simulated += outcome.Simulated.Microseconds;
        // A night has millions: what they hash to is asked of ranges that somebody named.
        if (options.Campaign is null) _digests[outcome.Seed] = outcome.Digest;
        if (outcome.Recovery is { } recovery) _recoveries.Add(recovery.Microseconds);
        if (outcome.Marks is { } marks) _marks.Add(marks);
        if (outcome.Violations.IsEmpty) return;
        _failed++;
        if (_failures.Count < FailuresMax) _failures[outcome.Seed] = outcome;
    }
}
