using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Text.Json.Nodes;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Fuzz.Comparison;

namespace NodeRuntime.Wasm.Fuzz.Execution;

/// <summary>
/// What one module costs the process that runs it: meant to be the only thing its process does, so that the peak of memory is the
/// module's. All its functions are called.
/// </summary>
internal static class Measurement
{
    /// <summary>The verdict, the transcript, the seconds of loading and of running, the peak of resident memory in bytes.</summary>
    public static JsonObject Take(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        long started = Stopwatch.GetTimestamp();
        ModuleLoad load = Module.Load(bytes, ModuleLimits.Default);
        TimeSpan loading = Stopwatch.GetElapsedTime(started);
        var lines = new JsonArray();
        started = Stopwatch.GetTimestamp();
        if (load.Module is { } module && HostWorld.CanLink(module.Model))
        {
            CallPlan plan = CallPlan.Make(module.Model, new Prng(1));
            Transcript transcript = Subject.Run(module, Executor.Compiled, plan, new SortedDictionary<int, ulong>());
            foreach (string line in transcript.Lines) lines.Add(line);
        }

        TimeSpan running = Stopwatch.GetElapsedTime(started);
        return new JsonObject
        {
            ["verdict"] = load.Verdict.ToString(),
            ["detail"] = load.Detail,
            ["lines"] = lines,
            ["loadSeconds"] = Math.Round(loading.TotalSeconds, 3),
            ["runSeconds"] = Math.Round(running.TotalSeconds, 3),
            ["peakBytes"] = PeakBytes(),
        };
    }

    private static long PeakBytes()
    {
        foreach (string line in File.ReadLines("/proc/self/status"))
        {
            const string Peak = "VmHWM:";
            if (!line.StartsWith(Peak, StringComparison.Ordinal)) continue;
            return 1024 * long.Parse(line.AsSpan(Peak.Length, line.Length - Peak.Length - 2), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
        }

        throw new InvalidOperationException("this kernel tells no peak of memory");
    }
}
