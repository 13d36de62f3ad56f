using System;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Persistence.Plots;
using NodeRuntime.Primitives;

namespace NodeRuntime.Host.Capacity;

/// <summary>What a search found.</summary>
/// <param name="Shares">In the order of their places.</param>
/// <param name="Hashes">Computed, with those that hit nothing.</param>
public sealed record SliceFound(ImmutableArray<Share> Shares, ulong Hashes, TimeSpan Elapsed);

/// <summary>A slice's work: each unit is searched by a thread of its own, of low priority, for so long.</summary>
public static class SliceSearch
{
    /// <param name="memory">Of the slice's key, filled.</param>
    /// <param name="units">1 to the number that the parameters have bits for.</param>
    /// <exception cref="InsufficientMemoryException">There is none for the units' scratchpads.</exception>
    public static SliceFound Run(
        CpuParameters parameters, IWorkMemory memory, Hash256 beacon, PeerId owner, int units, TimeSpan duty, TimeProvider time, CancellationToken cancel)
    {
        Invariant.Holds(units >= 1);
        Invariant.Holds(units <= 1 << parameters.UnitBits);
        ShareSearch[] searches = [.. Enumerable.Range(0, units).Select(unit => new ShareSearch(parameters, beacon, owner, (uint)unit))];
        IWorkHash[] hashes = new IWorkHash[units];
        try
        {
            for (int i = 0; i < units; i++) hashes[i] = memory.CreateHash();
            long startedAt = time.GetTimestamp();
            Thread[] threads = new Thread[units];
            for (int i = 0; i < units; i++)
            {
                (ShareSearch search, IWorkHash hash) = (searches[i], hashes[i]);
                threads[i] = LowPriority.Start(
                    "slice-" + i,
                    () =>
                    {
                        while (!search.IsExhausted && !cancel.IsCancellationRequested && time.GetElapsedTime(startedAt) < duty) search.Step(hash, 1);
                    },
                    LowLevel.Dated);
            }

            foreach (Thread thread in threads) thread.Join();
            TimeSpan elapsed = time.GetElapsedTime(startedAt);
            ulong count = searches.Aggregate(0UL, static (sum, search) => sum + search.HashCount);
            return new SliceFound([.. searches.SelectMany(static search => search.Shares)], count, elapsed);
        }
        finally
        {
            foreach (IWorkHash? hash in hashes) hash?.Dispose();
        }
    }
}
