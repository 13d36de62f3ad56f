using System;
using System.Globalization;
using System.IO;
using System.Threading;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Persistence.Plots;
using NodeRuntime.Primitives;

namespace NodeRuntime.Host.Capacity;

/// <summary>What came of making a key's memory, in the order in which it is found out.</summary>
public enum WorkMemoryVerdict
{
    Accepted,

    /// <summary>This machine cannot compute that work function.</summary>
    KindMissing,

    /// <summary>Another program would lose what the memory takes.</summary>
    MemoryShort,
    Cancelled,
}

/// <summary>Makes the memory of a key's hashes, on threads of low priority where it must be filled.</summary>
public static class WorkMemories
{
    /// <summary>RandomX's dataset and cache, and something for the rest of the process.</summary>
    public const long DatasetByteCount = (2080L + 256 + 128) << 20;

    public const long CacheByteCount = (256L + 32) << 20;

    // A fifth of a second's work: as long as a cancellation waits.
    private const ulong PartsAtOnce = 1 << 16;

    /// <param name="threads">That fill a dataset.</param>
    /// <param name="cores">Where others share them: each piece takes its place.</param>
    public static WorkMemoryVerdict Open(
        IWorkHashes hashes, WorkKind kind, Hash256 key, WorkMode mode, int threads, CoreBudget? cores, CancellationToken cancel, out IWorkMemory? memory)
    {
        memory = null;
        long wanted = kind == WorkKind.RandomX ? mode == WorkMode.Full ? DatasetByteCount : CacheByteCount : 0;
        if (wanted > AvailableByteCount()) return WorkMemoryVerdict.MemoryShort;
        IWorkMemory? opened = hashes.Open(kind, key, mode);
        if (opened is null) return hashes.Best != kind && kind == WorkKind.RandomX ? WorkMemoryVerdict.KindMissing : WorkMemoryVerdict.MemoryShort;
        if (Fill(opened, threads, cores, cancel))
        {
            memory = opened;
            return WorkMemoryVerdict.Accepted;
        }

        opened.Dispose();
        return WorkMemoryVerdict.Cancelled;
    }

    /// <summary>Bytes that may be taken without driving others out of memory.</summary>
    public static long AvailableByteCount()
    {
        long limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        const string Name = "MemAvailable:";
        if (!OperatingSystem.IsLinux() || !File.Exists("/proc/meminfo")) return limit;
        foreach (string line in File.ReadLines("/proc/meminfo"))
        {
            if (!line.StartsWith(Name, StringComparison.Ordinal)) continue;
            string number = line[Name.Length..].Replace("kB", string.Empty, StringComparison.Ordinal).Trim();
            return Math.Min(limit, long.Parse(number, CultureInfo.InvariantCulture) * 1024);
        }

        return limit;
    }

    private static bool Fill(IWorkMemory memory, int threads, CoreBudget? cores, CancellationToken cancel)
    {
        long next = 0;
        Thread[] crew = new Thread[memory.PartCount == 0 ? 0 : threads];
        for (int i = 0; i < crew.Length; i++)
        {
            crew[i] = LowPriority.Start("work-fill-" + i, FillParts, LowLevel.Dated);
        }

        foreach (Thread thread in crew) thread.Join();
        return !cancel.IsCancellationRequested;

        void FillParts()
        {
            while (!cancel.IsCancellationRequested)
            {
                ulong first = (ulong)(Interlocked.Add(ref next, (long)PartsAtOnce) - (long)PartsAtOnce);
                if (first >= memory.PartCount) return;
                cores?.Enter(1, isUrgent: false);
                memory.Fill(first, Math.Min(PartsAtOnce, memory.PartCount - first));
                cores?.Leave(1);
            }
        }
    }
}
