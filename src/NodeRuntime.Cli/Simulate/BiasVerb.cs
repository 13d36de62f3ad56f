using System;
using System.CommandLine;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using NodeRuntime.Primitives;
using NodeRuntime.Simulation.Bias;
using Spectre.Console;

namespace NodeRuntime.Cli.Simulate;

/// <summary><c>noderuntime simulate bias</c>: what a validator that keeps blocks back makes of the beacon.</summary>
internal static class BiasVerb
{
    private const int TrialsMax = 250_000;

    public static Command Build(CliWorld world, GlobalOptions options)
    {
        Option<int[]> validators = new("--validators")
        {
            Description = "How many validators, each with a vote",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = static _ => [4, 7, 16, 50],
            HelpName = "N",
        };
        Option<int> trials = new("--trials") { Description = "How often a bit is wanted", DefaultValueFactory = static _ => 10_000 };
        Option<ulong> seed = new("--seed") { Description = "Draws keys, chains and leaders", DefaultValueFactory = static _ => 1 };
        Command command = new("bias", "How far one validator bends the chain's randomness by keeping its blocks back") { validators, trials, seed };
        return command.Runs(world, options, (session, parsed, _) =>
        {
            int[] counts = parsed.GetRequiredValue(validators);
            int asked = parsed.GetValue(trials);
            if (asked is < 1 or > TrialsMax || counts.Any(static count => count is < 2 or > Limits.ValidatorsMax))
            {
                throw new CliException(ExitCode.Usage, "Usage", $"--trials: 1 to {TrialsMax}; --validators: 2 to {Limits.ValidatorsMax}", "give other numbers");
            }

            BiasLine[] lines =
            [
                .. from count in counts
                   from strategy in Enum.GetValues<Withholding>()
                   select LineOf(BeaconBias.Run(new BiasConfig { Validators = count, Trials = asked, Strategy = strategy, Seed = parsed.GetValue(seed) })),
            ];
            session.Display.Answer(new BiasResult(asked, parsed.GetValue(seed), lines), SimulateJson.Default.BiasResult, Show);
            return Task.FromResult(ExitCode.Ok);
        });
    }

    private static BiasLine LineOf(BiasReport report)
    {
        double share = (double)report.Wanted / report.Config.Trials;
        // Two standard deviations of a coin thrown so often.
        double error = 1 / Math.Sqrt(report.Config.Trials);
        return new BiasLine(
            report.Config.Validators, report.Config.Strategy.ToString(), Math.Round(share, 4), Math.Round(error, 4), Math.Round(0.5 + (0.25 / report.Config.Validators), 4),
            Math.Round(1 + Math.Log2(Math.Max(share, 0.5)), 4), report.Withheld, report.WithheldMost, report.Penalties);
    }

    private static void Show(IAnsiConsole console, BiasResult result)
    {
        Table table = Display.NewTable("validators", "keeps back", "bit is right", "+-", "1/2 + share/4", "bits", "blocks lost", "at most", "penalties");
        foreach (BiasLine line in result.Lines)
        {
            table.AddRow(
                Text(line.Validators), line.Strategy, Text(line.Share), Text(line.Error), Text(line.Reference), Text(line.Bits), Text(line.Withheld), Text(line.WithheldMost),
                Text(line.Penalties));
        }

        console.Write(table);
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
