using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Simulation.Capacity;
using Spectre.Console;

namespace NodeRuntime.Cli.Simulate;

/// <summary><c>noderuntime simulate cheats</c>: whether cheating at the proofs of capacity pays.</summary>
internal static class CheatsVerb
{
    public static Command Build(CliWorld world, GlobalOptions options)
    {
        Option<int> trials = new("--trials") { Description = "Of each strategy", DefaultValueFactory = static _ => 10_000 };
        Option<ulong> seed = new("--seed") { Description = "Draws beacons, losses and verifiers", DefaultValueFactory = static _ => 1 };
        Command command = new("cheats", "Whether cheating at the proofs of capacity pays, strategy by strategy") { trials, seed };
        return command.Runs(world, options, (session, parsed, cancellation) =>
        {
            CheatSettings settings = new() { Trials = parsed.GetValue(trials), Seed = parsed.GetValue(seed) };
            if (settings.Check() != CheatSettingsVerdict.Accepted) throw new CliException(ExitCode.Usage, "Usage", "--trials: must be 1 to 10000000", "give another number");
            return Task.FromResult(Run(session, settings, cancellation));
        });
    }

    private static ExitCode Run(Session session, CheatSettings settings, CancellationToken cancellation)
    {
        List<CheatLine> lines = [];
        IEnumerable<(string Engine, CheatRow Row)> rows = ShareCheats.Run(settings).Select(static row => ("shares", row))
            .Concat(SpaceCheats.Run(settings).Select(static row => ("space", row)));
        foreach ((string engine, CheatRow row) in rows)
        {
            cancellation.ThrowIfCancellationRequested();
            lines.Add(new CheatLine(engine, row.Strategy, row.Trials, row.Detected, Math.Round(100.0 * row.Detected / row.Trials, 3), row.ProfitPerMille));
        }

        CheatsResult result = new(settings.Trials, settings.Seed, [.. lines], lines.Count(static line => line.ProfitPerMille > 0));
        session.Display.Answer(result, SimulateJson.Default.CheatsResult, Show);
        return result.Paying == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private static void Show(IAnsiConsole console, CheatsResult result)
    {
        Table table = Display.NewTable("engine", "strategy", "trials", "seen", "%", "profit");
        foreach (CheatLine line in result.Lines)
        {
            table.AddRow(line.Engine, line.Strategy, Text(line.Trials), Text(line.Detected), Text(line.DetectedPercent), Text(line.ProfitPerMille));
        }

        console.Write(table);
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
