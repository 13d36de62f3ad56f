using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Runtime;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Host.Config;
using NodeRuntime.Host.Posture;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;

namespace NodeRuntime.Cli.Posture;

/// <summary>
/// <c>noderuntime posture benchmark</c>: how soon a subscriber hears of a violation that lasts for three milliseconds, and what the watch takes while nothing happens.
/// </summary>
internal static class PostureBenchmark
{
    private static readonly TimeSpan ViolationLasts = TimeSpan.FromMilliseconds(3);
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SettleWithin = TimeSpan.FromMinutes(1);

    public static Command Build(CliWorld world, GlobalOptions options)
    {
        Option<int> trials = new("--trials") { Description = "Files that are swapped and swapped back", HelpName = "N", DefaultValueFactory = static _ => 200 };
        Option<int> seconds = new("--seconds") { Description = "Of calm, to see what it takes", HelpName = "N", DefaultValueFactory = static _ => 20 };
        return new Command("benchmark", "Measure alerts, and what watching takes of this machine") { trials, seconds }.Runs(world, options, async (session, parsed, cancellation) =>
        {
            int count = parsed.GetValue(trials), calm = parsed.GetValue(seconds);
            if (count is < 1 or > 10_000 || calm is < 1 or > 3600) throw new CliException(ExitCode.Usage, "Usage", "--trials: 1 to 10000; --seconds: 1 to 3600", "leave them out");
            string folder = Directory.CreateTempSubdirectory("noderuntime-posture-").FullName;
            try
            {
                PostureBenchmarkResult result = await MeasureAsync(folder, count, TimeSpan.FromSeconds(calm), cancellation);
                session.Display.Answer(result, PostureJson.Default.PostureBenchmarkResult, static (console, it) => Display.Pairs(
                    console,
                    ("level", it.Level),
                    ("violations", string.Create(CultureInfo.InvariantCulture, $"{it.Seen} of {it.Trials} recorded, each of 3 ms")),
                    ("alert", string.Create(CultureInfo.InvariantCulture, $"p50 {it.AlertP50Milliseconds:0.00} ms, p99 {it.AlertP99Milliseconds:0.00} ms, longest {it.AlertMaxMilliseconds:0.00} ms")),
                    ("first look", string.Create(CultureInfo.InvariantCulture, $"{it.Things} things, {it.Bytes} bytes, {it.FirstLookSeconds:0.0} s")),
                    ("calm", string.Create(CultureInfo.InvariantCulture, $"{it.CalmPerMille:0.0} thousandths of a core, {it.MemoryBytes >> 20} MiB of memory in all"))));
                return result.Seen == result.Trials ? ExitCode.Ok : ExitCode.Failed;
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        });
    }

    private static async Task<PostureBenchmarkResult> MeasureAsync(string folder, int trials, TimeSpan calm, CancellationToken cancellation)
    {
        string victim = Path.Combine(folder, "victim"), other = Path.Combine(folder, "other"), kept = Path.Combine(folder, "kept");
        await File.WriteAllTextAsync(victim, "what it should be", cancellation);
        // Beside what every peer watches: so the calm is a peer's.
        DeclaredControls own = PeerControls.Of(new PostureSection(), folder, folder);
        PathPattern pattern = PathPattern.TryParse(victim)!;
        DeclaredControls declared = own with { Controls = [.. own.Controls, new Control("victim", "victim", ThingClass.File, pattern, new ControlRule.AsBaseline())] };
        long begun = Stopwatch.GetTimestamp();
        long badAt = 0;
        bool isBack = false;
        using LocalWatch watch = new(declared, edge =>
        {
            if (edge.Control != "victim" || edge.Path.Length == 0) return;
            if (edge.To == ControlState.Bad && badAt == 0) badAt = Stopwatch.GetTimestamp();
            if (edge.To == ControlState.Good) isBack = true;
        });
        await watch.RunAsync(() => watch.HasLooked, TimeSpan.FromMinutes(10), cancellation);
        double firstLook = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        long bytes = watch.BytesRead;
        List<double> latencies = [];
        for (int i = 0; i < trials; i++)
        {
            badAt = 0;
            isBack = false;
            await File.WriteAllTextAsync(other, string.Create(CultureInfo.InvariantCulture, $"not what it should be {i}"), cancellation);
            long at = Stopwatch.GetTimestamp();
            File.Move(victim, kept);
            File.Move(other, victim);
            Task back = Task.Run(
                () =>
                {
                    // A timer's milliseconds are too long for this.
                    while (Stopwatch.GetElapsedTime(at) < ViolationLasts) Thread.SpinWait(64);
                    File.Move(kept, victim, overwrite: true);
                },
                cancellation);
            await watch.RunAsync(() => badAt != 0 && isBack, AnswerWithin, cancellation);
            await back;
            if (badAt != 0 && isBack) latencies.Add(Stopwatch.GetElapsedTime(at, badAt).TotalMilliseconds);
        }

        double settling = await SettleAsync(watch, cancellation);
        using Process self = Process.GetCurrentProcess();
        TimeSpan before = self.TotalProcessorTime;
        begun = Stopwatch.GetTimestamp();
        await watch.RunAsync(static () => false, calm, cancellation);
        double calmSeconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        self.Refresh();
        double perMille = (self.TotalProcessorTime - before).TotalSeconds / calmSeconds * 1000;
        latencies.Sort();
        return new PostureBenchmarkResult(
            watch.Summary.Sight.Level.ToString(), trials, latencies.Count, At(latencies, 50), At(latencies, 99), At(latencies, 100), watch.Summary.Things, bytes, firstLook, settling,
            calmSeconds, perMille, self.WorkingSet64);
    }

    // What alerts ran often is compiled once more behind them, which is no part of a watch that goes on for days: until nothing was for three seconds.
    private static async Task<double> SettleAsync(LocalWatch watch, CancellationToken cancellation)
    {
        long begun = Stopwatch.GetTimestamp();
        long compiled = JitInfo.GetCompiledMethodCount();
        int quiet = 0;
        while (quiet < 3 && Stopwatch.GetElapsedTime(begun) < SettleWithin)
        {
            await watch.RunAsync(static () => false, TimeSpan.FromSeconds(1), cancellation);
            long now = JitInfo.GetCompiledMethodCount();
            quiet = now == compiled ? quiet + 1 : 0;
            compiled = now;
        }

        return Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    private static double At(List<double> sorted, int percent) => sorted.Count == 0 ? 0 : sorted[Math.Min(sorted.Count - 1, sorted.Count * percent / 100)];
}
