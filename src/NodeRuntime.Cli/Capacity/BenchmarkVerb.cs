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

/// <summary><c>noderuntime capacity benchmark</c>: what this machine can sell, what that would earn, and what its proofs take of a day.</summary>
internal static class BenchmarkVerb
{
    private const int SecondsMax = 60;
    private const int ScanByteCount = 32 << 20;
    private const double SecondsPerDay = 86_400;
    private const double BusyBelow = 0.8;
    private const int AttemptsMax = 10;

    private const int AmongMax = 1_000_000;

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
        Option<string?> contact = new("--contact") { Description = "A gateway of the context's chain, whose terms and proven units decide what is earned; else the development terms", HelpName = "URL" };
        Option<int> among = new("--among") { Description = "Without --contact: providers that sell as much, this machine one of them", DefaultValueFactory = static _ => 10, HelpName = "N" };
        Command command = new("benchmark", "What this machine can sell, what that would earn, and what its proofs take of a day")
        {
            units, threads, seconds, work, full, probe, contact, among,
        };
        plot.AddTo(command, hasOwner: false);
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            CapacitySection? section = plot.Config(parsed)?.Config.Capacity;
            string? gateway = parsed.GetValue(contact);
            int providers = parsed.GetValue(among);
            if (providers is < 2 or > AmongMax) throw Usage($"--among: must be 2 to {AmongMax}");
            if (gateway is not null && plot.NamesParameters(parsed)) throw Usage("--contact and --parameters exclude each other: a chain has its own numbers");
            EarningTerms terms = gateway is null ? EarningTerms.Assumed(plot.Parameters(parsed)) : await EarningTerms.ReadAsync(session, gateway, cancellation);
            CapacityParameters parameters = terms.Terms.Proofs;
            WorkChoice choice = gateway is null ? parsed.GetValue(work) : ChoiceOf(parameters.Cpu.Kind, parsed.GetValue(work));
            uint wanted = parsed.GetResult(units) is { Implicit: false } ? parsed.GetValue(units) : section is { Units: > 0 } ? section.Units : 100;
            int count = parsed.GetValue(threads) ?? section?.Cores ?? Environment.ProcessorCount;
            int length = parsed.GetValue(seconds);
            long probed = ByteSize.Parse("--probe", parsed.GetRequiredValue(probe)) >> 20 << 20;
            if (length is < 1 or > SecondsMax) throw Usage($"--seconds: must be 1 to {SecondsMax}");
            if (count < 1 || count > 1 << parameters.Cpu.UnitBits) throw Usage($"--threads: must be 1 to {1 << parameters.Cpu.UnitBits}");
            if (wanted < 1 || wanted > parameters.Space.UnitsMax) throw Usage($"--units: must be 1 to {parameters.Space.UnitsMax}");
            if (probed is < 1 << 20 or > 64L << 30) throw Usage("--probe: must be 1MiB to 64GiB");
            BenchmarkedCpu cpu = await CpuAsync(session, parameters.Cpu, choice, parsed.GetValue(full) || section?.Dataset == true, count, length, cancellation);
            BenchmarkedSpace space = await LowPriority.RunAsync("rows", () => SpaceOf(session, parameters.Space, wanted, count, length, cancellation));
            cancellation.ThrowIfCancellationRequested();
            BenchmarkedStorage? storage = null;
            if (plot.Folder(parsed) is { } folder) storage = await LowPriority.RunAsync("disk", () => StorageOf(session, folder, parameters.Space, space, probed, cancellation));
            cancellation.ThrowIfCancellationRequested();
            // A unit is what one thread searches, and must be as fast as the chain says.
            uint cpuUnits = Math.Min(cpu.UnitsToSell, (uint)count);
            uint spaceUnits = storage is { } disk ? Math.Min(space.Units, disk.UnitsThatFit) : space.Units;
            BenchmarkResult result = new(cpu, space, storage, CostOf(parameters, cpu, space), terms.Of(cpuUnits, spaceUnits, (uint)providers));
            session.Display.Answer(result, CapacityJson.Default.BenchmarkResult, Draw);
            return ExitCode.Ok;
        });
    }

    private static CliException Usage(string message) => new(ExitCode.Usage, "Usage", message, "give another number");

    // On a chain its work function is measured, and no other counts.
    private static WorkChoice ChoiceOf(WorkKind kind, WorkChoice wanted)
    {
        WorkChoice chosen = kind == WorkKind.RandomX ? WorkChoice.RandomX : WorkChoice.AesRoMix;
        return wanted == WorkChoice.Best || wanted == chosen ? chosen : throw Usage($"--work: the chain proves by {chosen}");
    }

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
        ulong hashes = 0;
        // Of low priority it may get nothing of a crowded machine for a while: no hash is no rate.
        for (int time = 0; hashes == 0; time++)
        {
            if (time == AttemptsMax)
            {
                throw new CliException(ExitCode.Failed, "MachineBusy", $"not one hash in {AttemptsMax} times {seconds} s: other programs take all cores", "try again when they rest, or give more --seconds");
            }

            SliceFound found = await LowPriority.RunAsync("slice", () => work.Search(
                parameters, PlotOptions.RandomHash(), new PeerId(PlotOptions.RandomHash()), threads, TimeSpan.FromSeconds(seconds), session.World.Time, cancellation));
            cancellation.ThrowIfCancellationRequested();
            hashes = found.Hashes;
        }

        return (hashes / clock.CoreSeconds * threads, clock.CoreSeconds / clock.Seconds / threads);
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
                // One at least: who came too late for that has no rate.
                for (; (count == 0 || time.GetElapsedTime(startedAt) < length) && !cancel.IsCancellationRequested; count++) identity.MakeRow(parameters, own, row++, output);
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
        while ((scanned == 0 || time.GetElapsedTime(startedAt) < TimeSpan.FromSeconds(seconds)) && !cancel.IsCancellationRequested)
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
        (BenchmarkedCpu cpu, BenchmarkedSpace space) = (result.Cpu, result.Space);
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

        console.WriteLine();
        console.Write(DayOf(result));
        console.WriteLine(TermsOf(result.Earnings));
        bool isLight = cpu is { UnitsToSell: 0, Kind: nameof(WorkKind.RandomX), Mode: nameof(WorkMode.Light) };
        if (isLight) console.WriteLine("Without its dataset RandomX is too slow here for a unit: --full measures it with one, as a peer with 2.4 GiB to spare runs it.");
        if (cpu.Got < BusyBelow) console.WriteLine(Text($"Other programs run: only {cpu.Got * 100:0.#} % of the cores were left. Rates are by processor time, as if all were."));
        if (cpu.Hint.Length != 0) console.WriteLine(cpu.Hint);
    }

    // What a day earns and what it takes, side by side.
    private static Table DayOf(BenchmarkResult result)
    {
        (DailyCost cost, EarningCase[] cases) = (result.PerDay, result.Earnings.Cases);
        string[] heads = Array.ConvertAll(cases, static it => it.Assumption switch
        {
            nameof(EarningAssumption.Alone) => "tokens, alone",
            nameof(EarningAssumption.Among) => Text($"tokens, one of {it.Providers}"),
            _ => "tokens",
        });
        Table table = Display.NewTable(["a day", "units", .. heads, "core-seconds", "reads"]);
        Row("processors", Text($"{cases[0].Cpu.Units}"), static it => it.Cpu.PerDay, cost.CpuDutyCoreSeconds, string.Empty);
        Row("space", Text($"{cases[0].Space.Units}"), static it => it.Space.PerDay, cost.ScanCoreSeconds, ByteSize.Text(cost.BytesRead));
        Row(Text($"checking {PeersVerified} others"), string.Empty, null, cost.VerifyCoreSeconds, string.Empty);
        double all = Math.Round(cost.CpuDutyCoreSeconds + cost.ScanCoreSeconds + cost.VerifyCoreSeconds, 1);
        Row("together", string.Empty, static it => it.PerDay, all, Text($"{cost.ShareOfAllCores * 100:0.##} % of this machine's cores"));
        return table;

        void Row(string name, string units, Func<EarningCase, string>? earned, double seconds, string reads)
        {
            string[] amounts = Array.ConvertAll(cases, it => earned is null ? string.Empty : CapacityWords.Tokens(earned(it)));
            string[] cells = [name, units, .. amounts, Text($"{seconds}"), reads];
            table.AddRow(Array.ConvertAll(cells, static cell => new Text(cell)));
        }
    }

    private static string TermsOf(Earnings earnings)
    {
        EarningCase last = earnings.Cases[^1];
        string whose = earnings.Chain.Length != 0
            ? Text($"The chain's terms at height {earnings.Height}, beside {last.Cpu.OthersUnits} units of processors and {last.Space.OthersUnits} of space that others prove")
            : "Assumed: the development terms, and others who sell as much; --contact URL asks a chain";
        return Text($"{whose}. {Limits("Processors", last.Cpu)} {Limits("Space", last.Space)} {CapacityWords.Tokens(earnings.Collateral)} tokens must be bonded.");

        static string Limits(string kind, EarnedKind it) => it.Units == 0 ? $"{kind}: no unit to sell." : Text($"{kind}: {CapacityWords.Tokens(it.PerUnit)} a unit in {it.PeriodSeconds} s, by the {it.LimitedBy.ToLowerInvariant()}.");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
