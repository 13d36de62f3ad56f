using System;
using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Crypto.MemoryHard;
using NodeRuntime.Persistence.Plots;
using Spectre.Console;

namespace NodeRuntime.Cli.Capacity;

/// <summary><c>noderuntime capacity check</c>: reads a whole plot against its checksums, and mends what is wrong where asked to.</summary>
internal static class CheckVerb
{
    public static Command Build(CliWorld world, GlobalOptions options)
    {
        PlotOptions plot = new();
        Option<bool> mend = new("--mend") { Description = "Make again what is wrong, and nothing else" };
        Option<int> share = new("--share") { Description = "Percent of the time, 1 to 100", DefaultValueFactory = static _ => 100, HelpName = "PERCENT" };
        Command command = new("check", "Read a plot against its checksums; names torn and rotted units") { mend, share };
        plot.AddTo(command, hasOwner: false);
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            if (parsed.GetValue(share) is < 1 or > 100) throw new CliException(ExitCode.Usage, "Usage", "--share: must be 1 to 100 percent", "give another number");
            using PlotFolder folder = plot.OpenExisting(parsed);
            return await RunAsync(session, folder, parsed.GetValue(mend), parsed.GetValue(share), cancellation);
        });
    }

    private static async Task<ExitCode> RunAsync(Session session, PlotFolder folder, bool mends, int sharePercent, CancellationToken cancellation)
    {
        long startedAt = session.World.Time.GetTimestamp();
        uint read = 0;
        bool isLive = session.Display.IsLive;
        PlotCrew crew = new(folder, SystemArgon2.Open(), 1, sharePercent * 10, PlotOptions.RandomSeed(), session.World.Time);
        (PlotOutcome outcome, ImmutableArray<PlotFinding> findings) = await LowPriority.RunAsync("check", () =>
        {
            PlotOutcome ended = crew.CheckAll(mends, Show, cancellation, out ImmutableArray<PlotFinding> found);
            return (ended, found);
        });
        if (isLive) session.World.Error.Write("\r\u001b[K");
        if (!outcome.IsAccepted && outcome.Verdict != PlotVerdict.Cancelled) throw PlotWords.Failure(outcome, folder.Path);
        CheckedUnit[] wrong =
        [
            .. findings.Select(finding => new CheckedUnit(
                finding.Unit, finding.Verdict.ToString(), PlotWords.Reason(new PlotOutcome(finding.Verdict, finding.Unit), folder.Path),
                finding.IsMended ? string.Empty : PlotWords.Remedy(finding.Verdict), finding.ChunksWrong, finding.IsMended)),
        ];
        CheckResultOfPlot result = new(
            folder.Path, folder.Manifest.Owner?.NodeKey.ToPeerId().ToString() ?? string.Empty, folder.Identity.Hash.ToString(), folder.Manifest.Units, read,
            folder.Parameters.UnitByteCount, Math.Round(session.World.Time.GetElapsedTime(startedAt).TotalSeconds, 2),
            Array.TrueForAll(wrong, static unit => unit.Mended) && outcome.IsAccepted, wrong, !outcome.IsAccepted);
        session.Display.Answer(result, CapacityJson.Default.CheckResultOfPlot, Draw);
        return result.Interrupted ? ExitCode.Interrupted : result.Whole ? ExitCode.Ok : ExitCode.Failed;

        void Show(uint count)
        {
            read = count;
            if (isLive) session.World.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r\u001b[K{count} of {folder.Manifest.Units} units read"));
        }
    }

    private static void Draw(IAnsiConsole console, CheckResultOfPlot result)
    {
        string state = result.Interrupted ? "interrupted" : result.Whole ? "whole" : "WRONG";
        Display.Pairs(
            console,
            ("plot", result.Folder),
            ("read", string.Create(CultureInfo.InvariantCulture, $"{result.UnitsRead} of {result.Units} units of {ByteSize.Text(result.UnitBytes)} in {result.Seconds} s")),
            ("state", state));
        foreach (CheckedUnit unit in result.Wrong)
        {
            console.WriteLine(unit.Reason + (unit.Mended ? "; mended" : string.Empty));
            if (!unit.Mended) console.WriteLine("  -> " + unit.Remedy);
        }
    }
}
