using System;
using System.CommandLine;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Capacity;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Host.Config;
using NodeRuntime.Persistence.Plots;
using NodeRuntime.Primitives;
using Spectre.Console;

namespace NodeRuntime.Cli.Capacity;

/// <summary>
/// <c>noderuntime capacity prove</c>: tomorrow's proofs today, on a beacon of its own: what a verifier would say, why, and what to do, before it costs anything.
/// </summary>
internal static class ProveVerb
{
    private const int SecondsMax = 600;

    public static Command Build(CliWorld world, GlobalOptions options)
    {
        PlotOptions plot = new();
        Option<int> seconds = new("--seconds") { Description = "Of the slice that the processor is tried with, at most 600; 0 leaves it out", DefaultValueFactory = static _ => 60, HelpName = "N" };
        Option<int?> threads = new("--threads") { Description = "Units of processor; default: the configured cores, else 1", HelpName = "N" };
        Option<WorkChoice> work = new("--work") { Description = "The work function; best: what this machine has", DefaultValueFactory = static _ => WorkChoice.Best };
        Option<bool> full = new("--full") { Description = "RandomX with its dataset: 2.3 GiB and a minute or two, twelve times the rate" };
        Option<string?> beacon = new("--beacon") { Description = "The challenge, in place of a random one", HelpName = "HASH" };
        Command command = new("prove", "Challenge yourself before the chain does: space where a plot is named, and the processor") { seconds, threads, work, full, beacon };
        plot.AddTo(command, hasOwner: false);
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            CapacitySection? section = plot.Config(parsed)?.Config.Capacity;
            int units = parsed.GetValue(threads) ?? section?.Cores ?? 1;
            int length = parsed.GetValue(seconds);
            bool isFull = parsed.GetValue(full) || section?.Dataset == true;
            CapacityParameters parameters = plot.Parameters(parsed);
            if (length is < 0 or > SecondsMax) throw new CliException(ExitCode.Usage, "Usage", $"--seconds: must be 0 to {SecondsMax}", "give another number");
            if (units < 1 || units > 1 << parameters.Cpu.UnitBits) throw new CliException(ExitCode.Usage, "Usage", $"--threads: must be 1 to {1 << parameters.Cpu.UnitBits}", "give another number");
            Hash256 challenge = parsed.GetValue(beacon) is { } hash ? Words.ParseHash("--beacon", hash) : PlotOptions.RandomHash();
            if (plot.Folder(parsed) is null && length == 0) plot.RequiredFolder(parsed);
            return await RunAsync(session, plot, parsed, challenge, new CpuTrialSettings(parameters.Cpu, units, length, parsed.GetValue(work), isFull), cancellation);
        });
    }

    private static async Task<ExitCode> RunAsync(
        Session session, PlotOptions plot, ParseResult parsed, Hash256 beacon, CpuTrialSettings cpu, CancellationToken cancellation)
    {
        ProvenSpace? space = null;
        PeerId owner = new(beacon);
        // A configuration that names no units has no plot to prove.
        bool hasPlot = plot.Folder(parsed) is not null && (plot.Config(parsed) is not { Config.Capacity.Units: 0 } || parsed.GetResult("--data") is not null);
        if (hasPlot)
        {
            using PlotFolder folder = plot.OpenExisting(parsed);
            if (folder.Manifest.Owner is { } named) owner = named.NodeKey.ToPeerId();
            session.Display.Note("scanning");
            space = await LowPriority.RunAsync("prove", () => SpaceTrial.Run(folder, beacon, session.World.Time, cancellation));
        }

        cancellation.ThrowIfCancellationRequested();
        ProvenCpu? processor = cpu.Seconds == 0 ? null : await CpuTrial.RunAsync(session, cpu, beacon, owner, cancellation);
        ProveResult result = new(space?.Passed != false && processor?.Passed != false, space, processor);
        session.Display.Answer(result, CapacityJson.Default.ProveResult, Draw);
        return result.Passed ? ExitCode.Ok : ExitCode.Failed;
    }

    private static void Draw(IAnsiConsole console, ProveResult result)
    {
        if (result.Space is { } space)
        {
            Say(console, "space", space.Passed, space.Reason, space.Remedy);
            Display.Pairs(
                console,
                ("  scanned", Text($"{space.UnitsScanned} of {space.Units} units, {ByteSize.Text(space.BytesScanned)} in {space.ScanSeconds} s")),
                ("  proof", Text($"{space.ProofBytes} bytes; a verifier takes {space.VerifySeconds} s")),
                ("  window", Text($"{space.WindowPerMille / 10} % of it used")));
        }

        if (result.Cpu is not { } cpu) return;
        Say(console, "processor", cpu.Passed, cpu.Reason, cpu.Remedy);
        Display.Pairs(
            console,
            ("  work", Text($"{cpu.Kind} ({cpu.Grade} grade), {cpu.Mode}, {cpu.Threads} threads, {cpu.Seconds} s; its memory took {cpu.PrepareSeconds} s")),
            ("  rate", Text($"{cpu.Rate} +- {cpu.RateError} hashes a second by {cpu.Shares} shares; {cpu.HashesPerSecond} counted")),
            ("  to sell", Text($"{cpu.UnitsToSell} units")),
            ("  opening", Text($"{cpu.OpeningBytes} bytes; a verifier takes {cpu.VerifySeconds} s")));
    }

    private static void Say(IAnsiConsole console, string what, bool passed, string reason, string remedy)
    {
        console.MarkupLine($"{what}: [{(passed ? "green]would pass" : "red]WOULD FAIL")}[/]{Markup.Escape(passed ? string.Empty : ": " + reason)}");
        if (!passed) console.WriteLine("  -> " + remedy);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
