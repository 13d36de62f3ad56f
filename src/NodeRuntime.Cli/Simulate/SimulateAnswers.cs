using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Simulation;
using NodeRuntime.Simulation.Atlas;
using NodeRuntime.Simulation.Pictures;
using Spectre.Console;

namespace NodeRuntime.Cli.Simulate;

/// <summary>Runs what was asked and says what it showed.</summary>
internal static class SimulateAnswers
{
    /// <summary>So many drawn seeds meet every class of faults, or something is wrong with the drawing.</summary>
    private const int SeedsThatMeetAll = 1000;

    private const int FailuresShown = 10;

    public static ExitCode OfPeers(Session session, SimulateOptions options)
    {
        long started = Stopwatch.GetTimestamp();
        SimulationReport report = new World(SeedRun.PeersOf(options, options.FirstSeed)).Run();
        double wall = Stopwatch.GetElapsedTime(started).TotalSeconds;
        SimulateResult result = new(
            report.Config.Peers, report.Config.Validators, options.FirstSeed, report.Simulated.Seconds, Math.Round(wall, 2),
            report.FinalizedHeight.Number, report.Violations.Length, report.Digest.ToString(), report.JobsSubmitted, report.JobsSettled,
            report.Crashes, report.Partitions, [.. report.Violations]);
        session.Display.Answer(result, SimulateJson.Default.SimulateResult, static (console, ran) => Display.Pairs(
            console,
            ("simulated", Text($"{ran.SimulatedSeconds} s of {ran.Peers} peers in {ran.WallSeconds} s")),
            ("finalized", Text($"height {ran.FinalizedHeight} at every peer")),
            ("jobs", Text($"{ran.JobsSettled} settled of {ran.JobsSubmitted}")),
            ("faults", Text($"{ran.Crashes} crashes, {ran.Partitions} partitions")),
            ("violations", Text($"{ran.Violations}")),
            ("digest", ran.Digest)));
        if (report.Violations.IsEmpty) return ExitCode.Ok;
        foreach (string violation in report.Violations) session.Display.Note(violation);
        session.Display.Note("replay: " + SeedRun.ReplayOf(options, options.FirstSeed));
        return ExitCode.Failed;
    }

    public static async Task<ExitCode> OfSeedsAsync(Session session, SimulateOptions options, CancellationToken cancellation)
    {
        if (options.Timeline is { } path) Draw(session, options, path);
        SeedCampaign campaign = new(options);
        bool isLive = session.Display.IsLive;
        await campaign.RunAsync(ran => Progress(session, options, ran, isLive), cancellation);
        if (isLive) session.World.Error.Write("\r\u001b[K");
        SeedsResult result = ResultOf(campaign, options, cancellation.IsCancellationRequested);
        session.Display.Answer(result, SimulateJson.Default.SeedsResult, Show);
        foreach (SeedFailure failure in result.Failures.AsSpan(0, Math.Min(FailuresShown, result.Failures.Length)))
        {
            session.Display.Note(Text($"seed {failure.Seed}:"));
            foreach (string violation in failure.Violations) session.Display.Note("  " + violation);
            session.Display.Note("  " + failure.Plan);
            session.Display.Note("  replay: " + failure.Replay);
        }

        bool mustMeetAll = options is { Layer: SimulatedLayer.Consensus, Plan: null, AreTwins: false } && options.Mutant == Simulation.Agreement.Mutant.None
            && result.Seeds >= SeedsThatMeetAll && options.ValidatorsLeast >= 4;
        if (mustMeetAll && result.Missing.Length > 0) session.Display.Note("no seed met: " + string.Join(", ", result.Missing));
        if (result.Violations > 0 || (mustMeetAll && result.Missing.Length > 0)) return ExitCode.Failed;
        return result.Interrupted ? ExitCode.Interrupted : ExitCode.Ok;
    }

    public static ExitCode Mutants(Session session, SimulateOptions options, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        List<HuntedMutant> hunted = [];
        foreach (HuntedMutant one in MutantHunt.Run(options, cancellation))
        {
            hunted.Add(one);
            session.Display.Line(one.Seed is { } seed ? Text($"{one.Mutant}: seed {seed}: {one.Finding}") : Text($"{one.Mutant}: lives after {one.Runs} seeds"));
        }

        int killed = hunted.FindAll(static one => one.Seed is not null).Count;
        MutantsResult result = new(hunted.Count, killed, [.. hunted], Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 2));
        session.Display.Answer(result, SimulateJson.Default.MutantsResult, static (console, ran) => Display.Pairs(
            console, ("mutants", Text($"{ran.Killed} of {ran.Mutants} found in {ran.WallSeconds} s"))));
        return killed == hunted.Count && !cancellation.IsCancellationRequested ? ExitCode.Ok : ExitCode.Failed;
    }

    private static void Draw(Session session, SimulateOptions options, string path)
    {
        Timeline timeline = new();
        SeedRun.Of(options with { IsTwice = false }, options.FirstSeed, timeline);
        try
        {
            File.WriteAllText(path, TimelineSvg.Write(timeline, SeedRun.ReplayOf(options, options.FirstSeed)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, "TimelineNotWritten", $"--timeline: {path}: {exception.Message}", "name a file in a folder that can be written");
        }

        session.Display.Note("drawn: " + path);
    }

    private static void Progress(Session session, SimulateOptions options, SeedCampaign ran, bool isLive)
    {
        if (!isLive) return;
        string of = options.Campaign is { } time
            ? Text($"{ran.Elapsed.TotalMinutes:F0} of {time.TotalMinutes:F0} min")
            : Text($"of {options.LastSeed - options.FirstSeed + 1}");
        session.World.Error.Write(Text($"\r\u001b[K{ran.Seeds} seeds {of}, {ran.SimulatedSeconds} s simulated, {ran.Failed} failed"));
    }

    private static SeedsResult ResultOf(SeedCampaign ran, SimulateOptions options, bool isInterrupted)
    {
        SortedDictionary<string, long> faults = new(StringComparer.Ordinal);
        SortedDictionary<string, long> rules = new(StringComparer.Ordinal);
        foreach (FaultClass fault in Enum.GetValues<FaultClass>()) faults[fault.ToString()] = ran.Marks[fault];
        foreach (ProtocolRule rule in Enum.GetValues<ProtocolRule>()) rules[rule.ToString()] = ran.Marks[rule];
        List<SeedFailure> failures = [];
        foreach (SeedOutcome failure in ran.Failures) failures.Add(new SeedFailure(failure.Seed, [.. failure.Violations], failure.Plan, failure.Replay));
        RecoveryTimes? recovery = ran.Percentile(50) is { } median
            ? new RecoveryTimes(median.Milliseconds, ran.Percentile(99)!.Value.Milliseconds, ran.Percentile(100)!.Value.Milliseconds)
            : null;
        double wall = ran.Elapsed.TotalSeconds;
        return new SeedsResult(
            ran.Seeds, ran.Failed, ran.SimulatedSeconds, Math.Round(wall, 2), [.. failures], Math.Round(ran.SimulatedSeconds / Math.Max(wall, 0.001), 1),
            recovery, faults, rules, [.. ran.Marks.Missing()], options.Campaign is null ? ran.Digest().ToString() : string.Empty, isInterrupted);
    }

    private static void Show(IAnsiConsole console, SeedsResult ran)
    {
        Display.Pairs(
            console,
            ("seeds", Text($"{ran.Seeds}{(ran.Interrupted ? ", interrupted" : string.Empty)}")),
            ("simulated", Text($"{ran.SimulatedSeconds} s in {ran.WallSeconds} s: {ran.Speed} times as fast as time")),
            ("violations", Text($"{ran.Violations}")),
            ("recovery", ran.Recovery is { } found ? Text($"p50 {found.P50Ms} ms, p99 {found.P99Ms} ms, longest {found.MaxMs} ms") : "-"),
            ("not met", ran.Missing.Length == 0 ? "-" : string.Join(' ', ran.Missing)),
            ("digest", ran.Digest));
        Table table = Display.NewTable("fault", "times", "rule", "times");
        List<KeyValuePair<string, long>> faults = [.. ran.Faults];
        List<KeyValuePair<string, long>> rules = [.. ran.Rules];
        for (int i = 0; i < Math.Max(faults.Count, rules.Count); i++)
        {
            (string fault, string times) = i < faults.Count ? (faults[i].Key, Text($"{faults[i].Value}")) : (string.Empty, string.Empty);
            (string rule, string acted) = i < rules.Count ? (rules[i].Key, Text($"{rules[i].Value}")) : (string.Empty, string.Empty);
            table.AddRow(fault, times, rule, acted);
        }

        console.Write(table);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
