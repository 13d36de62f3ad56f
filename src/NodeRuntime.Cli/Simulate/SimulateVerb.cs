using System;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Threading.Tasks;
using NodeRuntime.Primitives;
using NodeRuntime.Simulation;

namespace NodeRuntime.Cli.Simulate;

/// <summary><c>noderuntime simulate</c>: whole peers in virtual time, one seed.</summary>
internal static class SimulateVerb
{
    public static Command Build(CliWorld world, GlobalOptions options)
    {
        Option<int> peers = new("--peers") { Description = "Peers in all", DefaultValueFactory = static _ => 10 };
        Option<int> validators = new("--validators") { Description = "How many of them validate", DefaultValueFactory = static _ => 4 };
        Option<ulong> seed = new("--seed") { Description = "Draws everything that happens", DefaultValueFactory = static _ => 1 };
        Option<int> minutes = new("--minutes") { Description = "Simulated minutes", DefaultValueFactory = static _ => 2 };
        Option<FaultChoice> faults = new("--faults") { Description = "none, all, or draw: what the seed chooses", DefaultValueFactory = static _ => FaultChoice.Draw };
        Command command = new("simulate", "Run whole peers in virtual time and check what must never happen") { peers, validators, seed, minutes, faults };
        return command.Runs(world, options, (session, parsed, _) =>
        {
            int count = parsed.GetValue(peers);
            int voters = parsed.GetValue(validators);
            int length = parsed.GetValue(minutes);
            if (count is < 1 or > 1000 || voters < 1 || voters > Math.Min(count, Limits.ValidatorsMax) || length is < 1 or > 24 * 60)
            {
                throw new CliException(ExitCode.Usage, "Usage", "peers 1 to 1000, validators 1 to 100 and at most as many, minutes 1 to 1440", "give other numbers");
            }

            return Task.FromResult(Run(session, count, voters, parsed.GetValue(seed), length, parsed.GetValue(faults)));
        });
    }

    private static ExitCode Run(Session session, int peers, int validators, ulong seed, int minutes, FaultChoice faults)
    {
        SimulationConfig config = new()
        {
            Peers = peers,
            Validators = validators,
            Seed = seed,
            Length = Duration.FromMinutes(minutes),
            Faults = faults switch
            {
                FaultChoice.None => Faults.None,
                FaultChoice.All => Faults.All,
                FaultChoice.Draw => Faults.Draw(new Prng(seed)),
            },
        };
        long started = Stopwatch.GetTimestamp();
        SimulationReport report = new World(config).Run();
        double wall = Stopwatch.GetElapsedTime(started).TotalSeconds;
        SimulateResult result = new(
            peers, validators, seed, report.Simulated.Seconds, Math.Round(wall, 2), report.FinalizedHeight.Number, report.Violations.Length,
            report.Digest.ToString(), report.JobsSubmitted, report.JobsSettled, report.Crashes, report.Partitions, [.. report.Violations]);
        session.Display.Answer(result, SimulateJson.Default.SimulateResult, static (console, ran) => Display.Pairs(
            console,
            ("simulated", string.Create(CultureInfo.InvariantCulture, $"{ran.SimulatedSeconds} s of {ran.Peers} peers in {ran.WallSeconds} s")),
            ("finalized", string.Create(CultureInfo.InvariantCulture, $"height {ran.FinalizedHeight} at every peer")),
            ("jobs", string.Create(CultureInfo.InvariantCulture, $"{ran.JobsSettled} settled of {ran.JobsSubmitted}")),
            ("faults", string.Create(CultureInfo.InvariantCulture, $"{ran.Crashes} crashes, {ran.Partitions} partitions")),
            ("violations", string.Create(CultureInfo.InvariantCulture, $"{ran.Violations}")),
            ("digest", ran.Digest)));
        if (report.Violations.IsEmpty) return ExitCode.Ok;
        foreach (string violation in report.Violations) session.Display.Note(violation);
        session.Display.Note(string.Create(
            CultureInfo.InvariantCulture,
            $"replay: noderuntime simulate --peers {peers} --validators {validators} --seed {seed} --minutes {minutes} --faults {faults.ToString().ToLowerInvariant()}"));
        return ExitCode.Failed;
    }
}

internal enum FaultChoice
{
    Draw,
    None,
    All,
}
