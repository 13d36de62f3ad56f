using System;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Capacity;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Crypto.MemoryHard;
using NodeRuntime.Host.Config;
using NodeRuntime.Persistence.Plots;
using NodeRuntime.Primitives;

namespace NodeRuntime.Cli.Capacity;

/// <summary><c>noderuntime capacity plot</c>: makes the rows that space is proven with; goes on where it stopped, however it stopped.</summary>
internal static class PlotVerb
{
    public static Command Build(CliWorld world, GlobalOptions options)
    {
        PlotOptions plot = new();
        Option<uint?> units = new("--units") { Description = "How many there shall be; default: the configured number", HelpName = "N" };
        Option<string?> unitSize = new("--unit-size") { Description = "Bytes of a unit, where they are not the chain's: 64KiB, 1GiB", HelpName = "SIZE" };
        Option<string?> registration = new("--registration")
        {
            Description = "Final block that the rows are bound to; default: what an existing plot names, else the genesis hash",
            HelpName = "HASH",
        };
        Option<int?> threads = new("--threads") { Description = "Units made at once; default: the configured cores, else 1", HelpName = "N" };
        Option<int?> share = new("--share") { Description = "Percent of each thread's time, 1 to 100; default: the configured throttle, else 100", HelpName = "PERCENT" };
        Option<string> keepFree = new("--keep-free") { Description = "Room that must be left on the disk", DefaultValueFactory = static _ => "1GiB", HelpName = "SIZE" };
        Command command = new("plot", "Make the rows that prove space; Ctrl-C keeps what is made, and the same command goes on") { units, unitSize, threads, share, keepFree, registration };
        plot.AddTo(command, hasOwner: true);
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            CapacitySection? section = plot.Config(parsed)?.Config.Capacity;
            string folder = plot.RequiredFolder(parsed);
            PlotOutcome found = PlotFolder.TryRead(folder, out PlotManifest? manifest);
            if (!found.IsAccepted && found.Verdict != PlotVerdict.FolderMissing) throw PlotWords.Failure(found, folder);
            ChainId chain = plot.Chain(session, parsed);
            Hash256 block = parsed.GetValue(registration) is { } hash ? Words.ParseHash("--registration", hash) : manifest?.Owner?.Registration ?? chain.Hash;
            PlotOwner owner = new(chain, plot.NodeKey(parsed).PublicKey, block, SpaceCommitment.ParameterSetFirst);
            if (manifest is not null && manifest.Identity != owner.Identity) throw PlotWords.WrongOwner(folder, manifest, owner);
            PlotWork work = new()
            {
                Folder = folder,
                Owner = owner,
                Parameters = Layout(plot.Parameters(parsed).Space, parsed.GetValue(unitSize)),
                Units = parsed.GetValue(units) ?? section?.Units ?? 0,
                Threads = parsed.GetValue(threads) ?? section?.Cores ?? 1,
                SharePercent = parsed.GetValue(share) ?? section?.ThrottlePercent ?? 100,
                KeepFree = ByteSize.Parse("--keep-free", parsed.GetRequiredValue(keepFree)),
            };
            work.Check(manifest);
            return await RunAsync(session, work, cancellation);
        });
    }

    private static SpaceParameters Layout(SpaceParameters parameters, string? unitSize)
    {
        if (unitSize is null) return parameters;
        long bytes = ByteSize.Parse("--unit-size", unitSize);
        SpaceParameters laidOut = parameters with { UnitRows = (uint)Math.Min(uint.MaxValue, bytes / SpaceParameters.RowByteCount) };
        if (laidOut.UnitByteCount == bytes && laidOut.Check() == CapacityParametersVerdict.Accepted) return laidOut;
        throw new CliException(ExitCode.Usage, "Usage", $"--unit-size: '{unitSize}' is no size of a unit", "give a multiple of 1KiB, from 32KiB to 16GiB");
    }

    private static async Task<ExitCode> RunAsync(Session session, PlotWork work, CancellationToken cancellation)
    {
        work.FindRoom();
        PlotOutcome opened = PlotFolder.TryOpen(work.Folder, work.Parameters, work.Owner, work.Units, out PlotFolder? folder);
        if (!opened.IsAccepted) throw PlotWords.Failure(opened, work.Folder);
        using PlotFolder plot = folder!;
        SystemArgon2 argon2 = SystemArgon2.Open();
        PlotLine line = new(session, work.Units);
        PlotCrew crew = new(plot, argon2, work.Threads, work.SharePercent * 10, PlotOptions.RandomSeed(), session.World.Time);
        (PlotOutcome outcome, PlotProgress made) = await LowPriority.RunAsync("plot", () =>
        {
            PlotOutcome ended = crew.MakeAll(line.Show, cancellation, out PlotProgress progress);
            return (ended, progress);
        });
        line.End();
        if (!outcome.IsAccepted && outcome.Verdict != PlotVerdict.Cancelled) throw PlotWords.Failure(outcome, work.Folder);
        PlotResult result = new(
            work.Folder, work.Owner.NodeKey.ToPeerId().ToString(), work.Owner.Chain.ToString(), work.Owner.Registration.ToString(), work.Owner.Identity.Hash.ToString(),
            work.Units, work.Parameters.UnitByteCount, made.RowsTotal, made.RowsDone, made.RowsMade, Math.Round(made.RowsPerSecond, 1),
            Math.Round(made.Elapsed.TotalSeconds, 2), argon2.Backend, !outcome.IsAccepted);
        session.Display.Answer(result, CapacityJson.Default.PlotResult, static (console, plotted) => Display.Pairs(
            console,
            ("plot", plotted.Folder),
            ("peer", plotted.Peer),
            ("registration", plotted.Registration),
            ("units", Text($"{plotted.Units} of {ByteSize.Text(plotted.UnitBytes)}")),
            ("rows", Text($"{plotted.RowsDone} of {plotted.RowsTotal}, {plotted.RowsMade} made now: {plotted.RowsPerSecond} a second by {plotted.Backend}")),
            ("state", plotted.Interrupted ? "interrupted: the same command goes on" : "whole; next: noderuntime capacity prove")));
        return result.Interrupted ? ExitCode.Interrupted : ExitCode.Ok;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What was asked for, and whether it can be.</summary>
internal sealed record PlotWork
{
    public required string Folder { get; init; }

    public required PlotOwner Owner { get; init; }

    public required SpaceParameters Parameters { get; init; }

    public required uint Units { get; init; }

    public required int Threads { get; init; }

    public required int SharePercent { get; init; }

    public required long KeepFree { get; init; }

    /// <param name="found">What lies there already.</param>
    public void Check(PlotManifest? found)
    {
        if (Units < 1 || Units > Parameters.UnitsMax) throw Usage($"--units: must be 1 to {Parameters.UnitsMax}");
        if (Threads is < 1 or > PlotCrew.ThreadsMax) throw Usage($"--threads: must be 1 to {PlotCrew.ThreadsMax}");
        if (SharePercent is < 1 or > 100) throw Usage("--share: must be 1 to 100 percent");
        if (found is null) return;
        if (found.UnitRows != Parameters.UnitRows || found.RowMemory != Parameters.RowMemory) throw PlotWords.Failure(new PlotOutcome(PlotVerdict.WrongLayout), Folder);
        if (found.Units <= Units) return;
        throw new CliException(
            ExitCode.Usage, "PlotHasMore", $"{Folder}: the plot has {found.Units} units, more than {Units}",
            $"give --units {found.Units} or more; a peer may register fewer than it has");
    }

    /// <summary>Before anything is written: a full disk may be the peer's own.</summary>
    public void FindRoom()
    {
        PlotOutcome outcome = PlotFolder.FindRoomNeeded(Folder, Parameters, Units, out long needed);
        if (!outcome.IsAccepted) throw PlotWords.Failure(outcome, Folder);
        string? there = Folder;
        while (there is not null && !Directory.Exists(there)) there = Path.GetDirectoryName(there);
        long free = new DriveInfo(there ?? "/").AvailableFreeSpace;
        if (needed <= free - KeepFree) return;
        long perUnit = Parameters.UnitByteCount + (2L * UnitSums.ChunkCountOf(Parameters) * Hash256.ByteCount);
        long short_ = needed - Math.Max(0, free - KeepFree);
        long fitting = Math.Max(0, Units - ((short_ + perUnit - 1) / perUnit));
        throw new CliException(
            ExitCode.Failed, "DiskTooSmall",
            $"{Folder}: {Units} units take {ByteSize.Text(needed)} more, and the disk has {ByteSize.Text(free)} of which {ByteSize.Text(KeepFree)} shall stay free",
            fitting > 0 ? $"{fitting} units fit; or name a folder on another disk, or a smaller --keep-free" : "name a folder on another disk, or a smaller --keep-free");
    }

    private static CliException Usage(string message) => new(ExitCode.Usage, "Usage", message, "give another number");
}

/// <summary>How far it is: one line that is redrawn on a terminal, elsewhere a line for each tenth.</summary>
internal sealed class PlotLine(Session session, uint units)
{
    private ulong _tenthsTold;

    public void Show(PlotProgress progress)
    {
        ulong tenths = progress.RowsDone * 10 / progress.RowsTotal;
        bool isLive = session.Display.IsLive;
        if (!isLive && tenths <= _tenthsTold) return;
        _tenthsTold = tenths;
        string left = progress.Remaining is { } remaining ? string.Create(CultureInfo.InvariantCulture, $", {Span(remaining)} left") : string.Empty;
        string text = string.Create(
            CultureInfo.InvariantCulture, $"{100.0 * progress.RowsDone / progress.RowsTotal:F1} % of {units} units, {progress.RowsPerSecond:F0} rows a second{left}");
        if (isLive) session.World.Error.Write("\r\u001b[K" + text);
        else session.Display.Note(text);
    }

    public void End()
    {
        if (session.Display.IsLive) session.World.Error.Write("\r\u001b[K");
    }

    private static string Span(TimeSpan span) => span.TotalDays >= 1 ? span.ToString(@"d\d\ hh\:mm", CultureInfo.InvariantCulture) : span.ToString(@"hh\:mm\:ss", CultureInfo.InvariantCulture);
}
