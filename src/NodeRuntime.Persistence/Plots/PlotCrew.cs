using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Threading;
using NodeRuntime.Crypto.MemoryHard;
using NodeRuntime.Primitives;

namespace NodeRuntime.Persistence.Plots;

/// <summary>What was wrong with a unit.</summary>
/// <param name="ChunksWrong">Of its chunks, as many as are not what was written; zero where the whole unit is wrong.</param>
/// <param name="IsMended">It is now as it must be.</param>
public sealed record PlotFinding(uint Unit, PlotVerdict Verdict, int ChunksWrong, bool IsMended);

/// <summary>
/// Makes and mends a plot's units on as many threads as it is allowed, each of low priority and each throttled; a thread takes one unit at a time. The first
/// failure stops all of them, and the work goes on from there another time.
/// </summary>
/// <param name="threads">1 to <see cref="ThreadsMax"/>.</param>
/// <param name="dutyPerMille">Of each thread's time, 1 to 1,000.</param>
/// <param name="seed">Chooses the rows that are computed again.</param>
/// <param name="cores">Where others share them.</param>
public sealed class PlotCrew(
    PlotFolder folder, SystemArgon2 argon2, int threads, int dutyPerMille, ulong seed, TimeProvider time, CoreBudget? cores = null)
{
    /// <summary>Each fills memory of its own, and none gains by more than a machine has processors.</summary>
    public const int ThreadsMax = 256;

    private readonly int _threads = threads is >= 1 and <= ThreadsMax
        ? threads
        : throw new ArgumentOutOfRangeException(nameof(threads), threads, "1 to 256");

    private ulong RowsTotal => (ulong)folder.Manifest.Units * folder.Parameters.UnitRows;

    /// <summary>Makes what is missing, and returns when all threads have ended.</summary>
    /// <param name="report">Told behind every chunk, by one thread at a time.</param>
    public PlotOutcome MakeAll(Action<PlotProgress>? report, CancellationToken cancel, out PlotProgress progress)
    {
        PlotMeter meter = new(RowsTotal, time, report);
        PlotOutcome outcome = folder.FindMissing(out ImmutableArray<uint> missing);
        if (outcome.IsAccepted)
        {
            meter.Find((ulong)(folder.Manifest.Units - missing.Length) * folder.Parameters.UnitRows);
            outcome = Make(missing, meter, cancel);
        }

        progress = meter.Progress;
        return outcome;
    }

    /// <summary>Reads all units against their checksums, on one thread of low priority.</summary>
    /// <param name="mends">Makes again what is wrong, and nothing else.</param>
    /// <param name="report">Told behind every unit: how many have been read.</param>
    public PlotOutcome CheckAll(bool mends, Action<uint>? report, CancellationToken cancel, out ImmutableArray<PlotFinding> findings)
    {
        List<PlotFinding> found = [];
        PlotOutcome outcome = PlotOutcome.Accepted;
        Thread thread = LowPriority.Start("plot-check", () =>
        {
            PlotThrottle throttle = new(dutyPerMille, time, cores);
            PlotMaker maker = MakerOf(0, throttle, new PlotMeter(RowsTotal, time));
            throttle.Begin();
            for (uint unit = 0; unit < folder.Manifest.Units && outcome.IsAccepted; unit++)
            {
                outcome = CheckUnit(unit, mends ? maker : null, found, cancel);
                if (outcome.IsAccepted) report?.Invoke(unit + 1);
                throttle.Rest(cancel);
            }

            throttle.End();
        });
        thread.Join();
        findings = [.. found];
        return outcome;
    }

    // What the disk or a cancellation says ends the reading; what is wrong with one unit is written down.
    private PlotOutcome CheckUnit(uint unit, PlotMaker? maker, List<PlotFinding> findings, CancellationToken cancel)
    {
        PlotOutcome found = folder.CheckUnit(unit, cancel, out ImmutableArray<int> rotten);
        if (found.IsAccepted) return found;
        if (!found.IsMadeAgain) return found;
        PlotOutcome mended = maker?.Mend(found, unit, rotten, cancel) ?? found;
        findings.Add(new PlotFinding(unit, found.Verdict, rotten.Length, mended.IsAccepted));
        return maker is null ? PlotOutcome.Accepted : mended;
    }

    private PlotOutcome Make(ImmutableArray<uint> missing, PlotMeter meter, CancellationToken cancel)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        CancellationToken token = stop.Token;
        Lock gate = new();
        PlotOutcome first = PlotOutcome.Accepted;
        int next = -1;
        Thread[] crew = new Thread[Math.Min(_threads, missing.Length)];
        for (int i = 0; i < crew.Length; i++)
        {
            PlotThrottle throttle = new(dutyPerMille, time, cores);
            PlotMaker maker = MakerOf(i, throttle, meter);
            crew[i] = LowPriority.Start("plot-" + i, () =>
            {
                throttle.Begin();
                PlotOutcome outcome = PlotOutcome.Accepted;
                for (int at = Interlocked.Increment(ref next); at < missing.Length && outcome.IsAccepted; at = Interlocked.Increment(ref next))
                {
                    outcome = maker.MakeUnit(missing[at], token);
                }

                throttle.End();
                if (outcome.IsAccepted) return;
                // Whoever stops because another failed has nothing to say.
                lock (gate) first = first.IsAccepted ? outcome : first;
                stop.Cancel();
            });
        }

        foreach (Thread thread in crew) thread.Join();
        return first;
    }

    private PlotMaker MakerOf(int thread, PlotThrottle throttle, PlotMeter meter) =>
        new(folder, argon2.Create(), new Prng(seed + (ulong)thread), throttle, meter);
}
