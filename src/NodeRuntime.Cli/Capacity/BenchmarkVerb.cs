using System;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Capacity;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Labels;
using NodeRuntime.Crypto.MemoryHard;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Host.Capacity;
using NodeRuntime.Host.Config;
using NodeRuntime.Persistence.Plots;
using NodeRuntime.Primitives;
using Spectre.Console;

namespace NodeRuntime.Cli.Capacity;

/// <summary><c>noderuntime capacity benchmark</c>: what this machine can sell, and what its proofs take of a day.</summary>
internal static class BenchmarkVerb
{
    private const int SecondsMax = 60;
    private const int ScanByteCount = 32 << 20;
    private const double SecondsPerDay = 86_400;
    private const double BusyBelow = 0.8;

    // Whoever is drawn looks at three others on average, whatever their number.
    private const int PeersVerified = 3;

    public static Command Build(CliWorld world, GlobalOptions options)
    {
        PlotOptions plot = new();
        Option<uint> units = new("--units") { Description = "Of space that the plot shall have; default: the configured number, else 100", HelpName = "N" };
        Option<int?> threads = new("--threads") { Description = "Default: the configured cores, else all", HelpName = "N" };
        Option<int> seconds = new("--seconds") { Description = "Of each measurement, 1 to 60", DefaultValueFactory = static _ => 5, HelpName = "N" };
        Option<WorkChoice> work = new("--work") { Description = "The work function; best: what this machine has", DefaultValueFactory = static _ => WorkChoice.Best };
        Option<bool> full = new("--full") { Description = "RandomX with its dataset: 2.3 GiB and a minute or two" };
        Option<string> probe = new("--probe") { Description = "Bytes that are written and read to find the disk's rate", DefaultValueFactory = static _ => "256MiB", HelpName = "SIZE" };
        Command command = new("benchmark", "What this machine can sell, and what its proofs take of a day") { units, threads, seconds, work, full, probe };
        plot.AddTo(command, hasOwner: false);
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            CapacitySection? section = plot.Config(parsed)?.Config.Capacity;
            CapacityParameters parameters = plot.Parameters(parsed);
            uint wanted = parsed.GetResult(units) is { Implicit: false } ? parsed.GetValue(units) : section is { Units: > 0 } ? section.Units : 100;
            int count = parsed.GetValue(threads) ?? section?.Cores ?? Environment.ProcessorCount;
            int length = parsed.GetValue(seconds);
            long probed = ByteSize.Parse("--probe", parsed.GetRequiredValue(probe)) >> 20 << 20;
            if (length is < 1 or > SecondsMax) throw Usage($"--seconds: must be 1 to {SecondsMax}");
            if (count < 1 || count > 1 << parameters.Cpu.UnitBits) throw Usage($"--threads: must be 1 to {1 << parameters.Cpu.UnitBits}");
            if (wanted < 1 || wanted > parameters.Space.UnitsMax) throw Usage($"--units: must be 1 to {parameters.Space.UnitsMax}");
            if (probed is < 1 << 20 or > 64L << 30) throw Usage("--probe: must be 1MiB to 64GiB");
            BenchmarkedCpu cpu = await CpuAsync(session, parameters.Cpu, parsed.GetValue(work), parsed.GetValue(full) || section?.Dataset == true, count, length, cancellation);
            BenchmarkedSpace space = await LowPriority.RunAsync("rows", () => SpaceOf(session, parameters.Space, wanted, count, length, cancellation));
            cancellation.ThrowIfCancellationRequested();
            BenchmarkedStorage? storage = null;
            if (plot.Folder(parsed) is { } folder) storage = await LowPriority.RunAsync("disk", () => StorageOf(session, folder, parameters.Space, space, probed, cancellation));
            cancellation.ThrowIfCancellationRequested();
            BenchmarkResult result = new(cpu, space, storage, CostOf(parameters, cpu, space));
            session.Display.Answer(result, CapacityJson.Default.BenchmarkResult, Draw);
            return ExitCode.Ok;
        });
    }

    private static CliException Usage(string message) => new(ExitCode.Usage, "Usage", message, "give another number");

    private static async Task<BenchmarkedCpu> CpuAsync(
        Session session, CpuParameters parameters, WorkChoice choice, bool isFull, int threads, int seconds, CancellationToken cancellation)
    {
        SystemWorkHashes hashes = SystemWorkHashes.Open();
        using WorkTrial work = await WorkTrial.OpenAsync(session, hashes, choice, isFull, PlotOptions.RandomHash(), threads, cancellation);
        // Shares so rare that no bucket ends early: every hash is counted.
        CpuParameters counted = parameters with { Kind = work.Kind, WorkPerShare = 1 << 20 };
        (double one, double got) = await RateAsync(session, work, counted, 1, seconds, cancellation);
        double all = one;
        if (threads > 1) (all, got) = await RateAsync(session, work, counted, threads, seconds, cancellation);
        CpuRate rate = new((ulong)(all * 1000), 0);
        return new BenchmarkedCpu(
            work.Kind.ToString(), work.Grade, work.Kind == WorkKind.RandomX ? hashes.Backend : "AES-ROMix, C#", work.Mode.ToString(), hashes.Hint ?? string.Empty, threads,
            Math.Round(work.Prepared.TotalSeconds, 2), Math.Round(one, 2), Math.Round(all, 2), Math.Round(got, 3), parameters.ReferenceRate / 1000.0, rate.UnitsOf(parameters));
    }

    private static async Task<(double Rate, double Got)> RateAsync(Session session, WorkTrial work, CpuParameters parameters, int threads, int seconds, CancellationToken cancellation)
    {
        session.Display.Note(string.Create(CultureInfo.InvariantCulture, $"hashing for {seconds} s on {threads} threads"));
        CoreClock clock = new(session.World.Time);
        SliceFound found = await LowPriority.RunAsync("slice", () => work.Search(
            parameters, PlotOptions.RandomHash(), new PeerId(PlotOptions.RandomHash()), threads, TimeSpan.FromSeconds(seconds), session.World.Time, cancellation));
        cancellation.ThrowIfCancellationRequested();
        return (found.Hashes / clock.CoreSeconds * threads, clock.CoreSeconds / clock.Seconds / threads);
    }

    private static BenchmarkedSpace SpaceOf(Session session, SpaceParameters parameters, uint units, int threads, int seconds, CancellationToken cancel)
    {
        SystemArgon2 argon2 = SystemArgon2.Open();
        session.Display.Note("making rows");
        double one = RowsPerSecond(session, argon2, parameters, 1, seconds, cancel);
        double all = threads == 1 ? one : RowsPerSecond(session, argon2, parameters, threads, seconds, cancel);
        double hours = all > 0 ? units * (double)parameters.UnitRows / all / 3600 : 0;
        return new BenchmarkedSpace(
            argon2.Backend, LabelSieve.IsAccelerated, Math.Round(one, 1), Math.Round(all, 1), Math.Round(ScanRate(session, parameters, seconds, cancel) / 1e6, 1), units,
            parameters.UnitByteCount, Math.Round(hours, 2));
    }

    private static double RowsPerSecond(Session session, SystemArgon2 argon2, SpaceParameters parameters, int threads, int seconds, CancellationToken cancel)
    {
        TimeProvider time = session.World.Time;
        PlotIdentity identity = new(PlotOptions.RandomHash());
        TimeSpan length = TimeSpan.FromSeconds(seconds);
        CoreClock clock = new(time);
        long startedAt = time.GetTimestamp(), made = 0;
        Thread[] crew = new Thread[threads];
        for (int i = 0; i < threads; i++)
        {
            ulong row = (ulong)i << 40;
            IArgon2id own = argon2.Create();
            crew[i] = LowPriority.Start("rows-" + i, () =>
            {
                byte[] output = new byte[SpaceParameters.RowByteCount];
                long count = 0;
                for (; time.GetElapsedTime(startedAt) < length && !cancel.IsCancellationRequested; count++) identity.MakeRow(parameters, own, row++, output);
                Interlocked.Add(ref made, count);
            });
        }

        foreach (Thread thread in crew) thread.Join();
        return made / clock.CoreSeconds * threads;
    }

    private static double ScanRate(Session session, SpaceParameters parameters, int seconds, CancellationToken cancel)
    {
        TimeProvider time = session.World.Time;
        byte[] labels = new byte[ScanByteCount];
        new Prng(PlotOptions.RandomSeed()).Fill(labels);
        // As of a terabyte: a scan of few labels ends early.
        SpaceParameters large = parameters with { UnitRows = SpaceParameters.Default.UnitRows };
        SpaceChallenge challenge = new(large, PlotOptions.RandomHash(), new PlotIdentity(PlotOptions.RandomHash()), 1024);
        CoreClock clock = new(time);
        long startedAt = time.GetTimestamp(), scanned = 0;
        while (time.GetElapsedTime(startedAt) < TimeSpan.FromSeconds(seconds) && !cancel.IsCancellationRequested)
        {
            new SpaceScan(challenge).Append(labels);
            scanned += labels.Length;
        }

        return scanned / clock.CoreSeconds;
    }

    private static BenchmarkedStorage StorageOf(Session session, string folder, SpaceParameters parameters, BenchmarkedSpace space, long probed, CancellationToken cancel)
    {
        if (!Directory.Exists(folder)) throw PlotWords.Failure(new PlotOutcome(PlotVerdict.FolderMissing), folder);
        long free = new DriveInfo(folder).AvailableFreeSpace;
        if (free < probed + (64 << 20))
        {
            throw new CliException(ExitCode.Failed, "DiskTooSmall", $"{folder}: {ByteSize.Text(free)} are free, too few to write {ByteSize.Text(probed)}", "give a smaller --probe, or make room");
        }

        session.Display.Note("reading the disk");
        StorageRate rate = StorageProbe.Measure(folder, probed, session.World.Time, cancel);
        if (rate.Outcome.Verdict == PlotVerdict.Cancelled) throw new OperationCanceledException(cancel);
        if (!rate.Outcome.IsAccepted) throw PlotWords.Failure(rate.Outcome, folder);
        double megabytes = rate.BytesPerSecond / 1e6;
        return new BenchmarkedStorage(
            folder, free, (uint)Math.Min(parameters.UnitsMax, free / parameters.UnitByteCount), Math.Round(megabytes, 1), rate.Read.ToString(),
            Math.Round(space.ScanMegabytesPerSecond / megabytes, 3));
    }

    private static DailyCost CostOf(CapacityParameters parameters, BenchmarkedCpu cpu, BenchmarkedSpace space)
    {
        SpaceParameters rows = parameters.Space;
        uint scanned = new SpaceChallenge(rows, Hasher.Sha256([]), new PlotIdentity(Hasher.Sha256([])), space.Units).ScannedUnits;
        double slices = SecondsPerDay * 1000 / parameters.Cpu.Slice.Milliseconds;
        double epochs = SecondsPerDay * 1000 / rows.Epoch.Milliseconds;
        double duty = slices * parameters.Cpu.Duty.Milliseconds / 1000 * cpu.Threads;
        long read = (long)(epochs * scanned * rows.UnitByteCount);
        double scan = read / (space.ScanMegabytesPerSecond * 1e6);
        double verify = PeersVerified * ((slices * parameters.Cpu.OpenedShares / cpu.RateOfOneCore) + (epochs * rows.LabelsVerified / space.RowsPerSecondOfOneCore));
        double ofAll = (duty + scan + verify) / (SecondsPerDay * Environment.ProcessorCount);
        return new DailyCost(Math.Round(duty, 1), Math.Round(scan, 1), read, Math.Round(verify, 1), Math.Round(ofAll, 4));
    }

    private static void Draw(IAnsiConsole console, BenchmarkResult result)
    {
        (BenchmarkedCpu cpu, BenchmarkedSpace space, DailyCost cost) = (result.Cpu, result.Space, result.PerDay);
        Display.Pairs(
            console,
            ("processor", Text($"{cpu.Kind} ({cpu.Grade} grade), {cpu.Mode}, by {cpu.Backend}; its memory took {cpu.PrepareSeconds} s")),
            ("  one core", Text($"{cpu.RateOfOneCore} hashes a second")),
            ("  to sell", Text($"{cpu.UnitsToSell} units of {cpu.ReferenceRate}: {cpu.Threads} threads make {cpu.RateOfAll} hashes a second")),
            ("space", Text($"{space.RowsPerSecondOfOneCore} rows a second by one core, {space.RowsPerSecondOfAll} by {cpu.Threads}, {space.Backend}")),
            ("  plot", Text($"{space.Units} units of {ByteSize.Text(space.UnitBytes)} take {space.PlotHours} hours")),
            ("  scan", Text($"{space.ScanMegabytesPerSecond} MB/s by one core{(space.ScanAccelerated ? string.Empty : ", without AES instructions")}")));
        if (result.Storage is { } disk)
        {
            Display.Pairs(
                console,
                ("disk", Text($"{disk.Folder}: {ByteSize.Text(disk.FreeBytes)} free, {disk.UnitsThatFit} units")),
                ("  reads", Text($"{disk.ReadMegabytesPerSecond} MB/s ({disk.ReadBy}); a core scans {disk.ScanRatio} times as fast")));
        }

        Display.Pairs(
            console,
            ("a day takes", Text($"{cost.CpuDutyCoreSeconds} core-seconds of shares, {cost.ScanCoreSeconds} of scans, {cost.VerifyCoreSeconds} of checking {PeersVerified} others")),
            ("  and reads", ByteSize.Text(cost.BytesRead)),
            ("  in all", Text($"{cost.ShareOfAllCores * 100:0.##} % of this machine's cores")));
        if (cpu.Got < BusyBelow) console.WriteLine(Text($"Other programs run: only {cpu.Got * 100:0.#} % of the cores were left. Rates are by processor time, as if all were."));
        if (cpu.Hint.Length != 0) console.WriteLine(cpu.Hint);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
