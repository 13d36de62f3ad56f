using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Fuzz.Sources;

namespace NodeRuntime.Wasm.Fuzz;

/// <summary>The figures of the reader's campaign, and what it found.</summary>
internal sealed class ParserSummary
{
    public SortedDictionary<string, long> Verdicts { get; } = new(StringComparer.Ordinal);

    public List<string> Findings { get; } = [];

    /// <summary>The most time of one module, and the most memory for each of its bytes beyond a fixed part.</summary>
    public TimeSpan Slowest { get; set; }

    public long AllocatedMost { get; set; }

    public int Compiled { get; set; }

    public JsonObject ToJson(ulong seed, int first, TimeSpan elapsed)
    {
        var verdicts = new JsonObject();
        long modules = 0;
        foreach ((string verdict, long count) in Verdicts)
        {
            verdicts[verdict] = count;
            modules += count;
        }

        return new JsonObject
        {
            ["seed"] = seed,
            ["first"] = first,
            ["modules"] = modules,
            ["verdicts"] = verdicts,
            ["compiled"] = Compiled,
            ["slowestMilliseconds"] = Math.Round(Slowest.TotalMilliseconds, 1),
            ["allocatedMostBytes"] = AllocatedMost,
            ["findings"] = Findings.Count,
            ["seconds"] = Math.Round(elapsed.TotalSeconds, 1),
        };
    }
}

/// <summary>
/// Mutated bytes through the reader and, where they are still a module, through the compiler. Whatever they are there is a verdict, no
/// exception, in bounded memory. Time is reported and not judged: the machine may be busy.
/// </summary>
internal static class ParserFuzz
{
    /// <summary>Bytes that reading may allocate for each byte of a module, and for any module at all.</summary>
    public const long AllocatedPerByte = 1_024;

    public const long AllocatedAlways = 16 * 1024 * 1024;

    public static ParserSummary Run(ulong seed, int first, int count, bool suite)
    {
        IReadOnlyList<byte[]> known = KnownModules.Find(suite);
        var summary = new ParserSummary();
        for (int number = first; number < first + count; number++)
        {
            Prng random = FuzzCases.Random(seed, number);
            byte[] bytes = Mutation.Apply(known[random.NextBelow(known.Count)], known[random.NextBelow(known.Count)], random);
            Read(summary, bytes, number);
        }

        return summary;
    }

    private static void Read(ParserSummary summary, byte[] bytes, int number)
    {
        string which = "module " + number.ToString(CultureInfo.InvariantCulture) + ": ";
        try
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            long started = Stopwatch.GetTimestamp();
            ModuleLoad load = Module.Load(bytes, ModuleLimits.Default);
            TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (elapsed > summary.Slowest) summary.Slowest = elapsed;
            summary.AllocatedMost = Math.Max(summary.AllocatedMost, allocated);
            summary.Verdicts[load.Verdict.ToString()] = summary.Verdicts.GetValueOrDefault(load.Verdict.ToString()) + 1;
            if (allocated > AllocatedAlways + (AllocatedPerByte * bytes.Length))
            {
                summary.Findings.Add(which + allocated.ToString(CultureInfo.InvariantCulture) + " bytes allocated");
            }

            bool consistent = (load.Verdict == ModuleVerdict.Accepted) == (load.Module is not null) && (load.Module is null) == (load.Detail.Length > 0);
            if (!consistent) summary.Findings.Add(which + "a verdict that contradicts itself: " + load);
            if (load.Module is null) return;
            _ = load.Module.SlowFunctions;
            summary.Compiled++;
        }
        catch (Exception exception)
        {
            summary.Findings.Add(which + exception);
        }
    }
}
