using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Processes.Tests.Net;
using NodeRuntime.Processes.Tests.Running;
using NodeRuntime.Runtime.Consensus;
using NodeRuntime.Simulation.Atlas;
using NodeRuntime.Simulation.Nemesis;

namespace NodeRuntime.Processes.Tests.Campaign;

/// <summary>
/// Validators as processes, one of them with its journal on PostgreSQL, and four clients at work all the time. One fault after
/// the other, in an order that the seed draws, or a plan as it is written; each is healed, and within fifteen seconds all must vote
/// and finalize again. Then the judges: one chain on all disks, nobody voted twice, the clients' history, and every peer's flight recording.
/// </summary>
internal sealed class CampaignRun : IAsyncDisposable
{
    private const double RecoveryMax = 15;

    // Somebody must say where it hangs: long past the limit that is judged.
    private const double Patience = 120;

    private readonly CampaignReport _report;
    private readonly Prng _prng;
    private readonly HistoryClients _clients;
    private readonly DatabaseServer? _database;
    private readonly Bridge? _bridge;
    private readonly PeerNet _net;
    private readonly NemesisPlan? _plan;
    private readonly SystemSignatures _signatures = SystemSignatures.Open(RandomNumberGenerator.GetBytes(SystemSignatures.EntropyByteCount));
    private readonly ISigner _flooder;
    private readonly Operator _operator;
    // Whose key was in two machines at once. With two signatures to show for it the ledger takes that key's place, and rightly.
    private readonly SortedSet<int> _cloned = [];

    private CampaignRun(CampaignOptions options, NemesisPlan? plan, DatabaseServer? database)
    {
        _plan = plan;
        _flooder = _signatures.CreateSigner(KeyPair.Generate(KeyAlgorithm.Secp256k1, RandomNumberGenerator.GetBytes(KeyPair.EntropyByteCountMin)));
        _report = new CampaignReport { Options = options };
        _prng = new Prng(options.Seed);
        _clients = new HistoryClients(options.Seed);
        _database = database;
        if (options.Databases > 0 && _database is null) _report.Notes.Add("no PostgreSQL server is installed: its kills are left out");
        int peers = plan?.Peers ?? PeerNet.Peers;
        _bridge = options.UsesNamespaces ? new Bridge(peers) : null;
        _net = new PeerNet(new NetOptions
        {
            Peers = peers,
            Accounts = [.. _clients.Accounts, KeyPolicy.Single(_flooder.PublicKey).ToAccountId()],
            Postgres = _database is null ? null : (peers - 1, _database.ConnectionString),
            Bridge = _bridge,
        });
        _operator = new Operator(_net);
    }

    // The last one: plans put the first ones' files through more.
    private int DatabasePeer => _net.Count - 1;

    public static async Task<CampaignReport> RunAsync(CampaignOptions options, NemesisPlan? plan)
    {
        double load = Load();
        long start = Stopwatch.GetTimestamp();
        await using DatabaseServer? database = options.Databases > 0 ? await DatabaseServer.TryStartAsync() : null;
        await using CampaignRun run = new(options, plan, database);
        try
        {
            await run.RunAsync();
        }
        catch (Exception exception)
        {
            // Whatever it was belongs into the report, with what was seen before it.
            run._report.Complaints.Add("the campaign broke off: " + exception);
        }

        if (run._report.Complaints.Count > 0 && options.Keep.Length > 0) Operator.Copy(run._net.Place.Root, options.Keep);
        run._report.LoadBefore = load;
        run._report.LoadAfter = Load();
        run._report.WallSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return run._report;
    }

    public async ValueTask DisposeAsync()
    {
        await _net.DisposeAsync();
        _bridge?.Dispose();
    }

    private async Task RunAsync()
    {
        await _net.InitializeAsync();
        ImmutableArray<UInt128> before = await _clients.BalancesAsync(_net);
        using CancellationTokenSource stop = new();
        Task clients = _clients.RunAsync(_net, stop.Token);
        if (_plan is null) await DrawnAsync();
        else await PlannedAsync(_plan);
        await stop.CancelAsync();
        await clients;
        await JudgeAsync(before);
    }

    private async Task PlannedAsync(NemesisPlan plan)
    {
        await using ProcessStage stage = new(plan, _net, _report, _flooder, _database is null ? null : DatabasePeer, _report.Options.Seed);
        await stage.PlayAsync();
        _cloned.UnionWith(stage.Cloned);
        double seconds = await HealedAsync(plan.Name);
        await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{plan.Name}: back after {seconds:0.0} s; {_clients.Operations.Count} operations"));
        // What is left of its length: everybody must have something to do behind it.
        await Task.Delay(TimeSpan.FromMicroseconds((plan.Length - plan.HealAt).Microseconds));
    }

    private async Task DrawnAsync()
    {
        List<(string Name, Func<Task> Do)> faults = Draw();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < faults.Count; i++)
        {
            if (Stopwatch.GetElapsedTime(start).TotalSeconds > _report.Options.Seconds)
            {
                _report.Notes.Add(string.Create(CultureInfo.InvariantCulture, $"{faults.Count - i} faults were left out: the time was over"));
                break;
            }

            (string name, Func<Task> fault) = faults[i];
            await fault();
            double seconds = await HealedAsync(name);
            await Console.Error.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"{i + 1}/{faults.Count} {name}: back after {seconds:0.0} s; {_clients.Operations.Count} operations"));
        }
    }

    private List<(string Name, Func<Task> Do)> Draw()
    {
        CampaignOptions options = _report.Options;
        List<(string, Func<Task>)> faults = [];
        Add(options.Kills, "kill", KillAsync);
        Add(options.Partitions, "partition", PartitionAsync);
        Add(options.Pauses, "pause", PauseAsync);
        Add(_database is null ? 0 : options.Databases, "database kill", KillDatabaseAsync);
        string? noMount = options.FullDisks > 0 ? Requirement.Missing(Requirement.Mount) : null;
        if (noMount is not null) _report.Notes.Add("full disks are left out: " + noMount);
        Add(noMount is null ? options.FullDisks : 0, "full disk", FillDiskAsync);
        Add(options.StaleRestores, "stale restore", RestoreStaleAsync);
        Add(options.SlowLinks, "slow links", SlowLinksAsync);
        Add(options.Resets, "reset", ResetAsync);
        Add(options.Repeats, "repeats", RepeatAsync);
        for (int i = faults.Count - 1; i > 0; i--)
        {
            int other = _prng.NextBelow(i + 1);
            (faults[i], faults[other]) = (faults[other], faults[i]);
        }

        // Last, and always the same one: who is punished for it votes no more, and three validators have no fault to spare.
        int twice = DrawFilePeer();
        Add(_bridge is null ? options.Clones : 0, "two of one key", () => CloneAsync(twice));
        return faults;

        void Add(int count, string name, Func<Task> fault)
        {
            for (int i = 0; i < count; i++) faults.Add((name, fault));
        }
    }

    private int DrawPeer() => _prng.NextBelow(_net.Count);

    // A peer whose data folder is moved about keeps it in files.
    private int DrawFilePeer() => _prng.NextBelow(DatabasePeer);

    private async Task KillAsync()
    {
        int peer = DrawPeer();
        await _operator.KillAsync(peer);
        await LastAsync(0, 1_500);
        _net.Start(peer);
    }

    // A quarter of them cuts one direction alone, a quarter refuses, half is silent.
    private async Task PartitionAsync()
    {
        int[] side = [.. Enumerable.Range(0, _net.Count).Where(_ => _prng.NextBelow(2) == 0)];
        if (side.Length == 0 || side.Length == _net.Count) side = [DrawPeer()];
        int[] other = [.. Enumerable.Range(0, _net.Count).Except(side)];
        int kind = _prng.NextBelow(4);
        if (kind == 0) _net.Cut([.. side.SelectMany(from => other.Select(to => (from, to)))]);
        else _net.Set(side, other, kind == 1 ? LinkState.Refusing : LinkState.Silent);
        try
        {
            await LastAsync(2_000, 6_000);
        }
        finally
        {
            _net.Set(side, other, LinkState.Open);
        }
    }

    // Namespaces have rates alone: this machine's kernel delays and loses nothing by itself.
    private async Task SlowLinksAsync()
    {
        int rate = 20_000 + _prng.NextBelow(200_000);
        if (_bridge is not null)
        {
            for (int peer = 0; peer < _net.Count; peer++) _net.Drip(peer, rate);
        }
        else
        {
            Duration least = Duration.FromMilliseconds(_prng.NextBelow(80));
            _net.Links.Carry(new LinkConditions
            {
                DelayMin = least,
                DelayMax = least + Duration.FromMilliseconds(_prng.NextBelow(150)),
                LossPerMille = _prng.NextBelow(60),
                BurstPerMille = _prng.NextBelow(5),
                ReorderPerMille = _prng.NextBelow(100),
                FlipPerMille = _prng.NextBelow(3),
                TruncationPerMille = _prng.NextBelow(3),
                BytesPerSecond = _prng.NextBelow(2) == 0 ? 0 : rate,
            });
        }

        await LastAsync(3_000, 6_000);
        if (_bridge is null) _net.Links.Carry(null);
        else for (int peer = 0; peer < _net.Count; peer++) _net.Drip(peer, 0);
    }

    private async Task ResetAsync()
    {
        for (int times = 1 + _prng.NextBelow(3); times > 0; times--)
        {
            _net.Reset(DrawPeer());
            await LastAsync(100, 1_000);
        }
    }

    private async Task RepeatAsync()
    {
        int before = _net.Witness.Repeated;
        _net.Witness.Repeat(200 + _prng.NextBelow(500), Duration.FromSeconds(2));
        await LastAsync(3_000, 6_000);
        _net.Witness.Repeat(0, Duration.Zero);
        if (_net.Witness.Repeated == before) _report.Complain("repeats: nothing was heard that could be said again");
    }

    private async Task PauseAsync()
    {
        ProcessEntry process = _net.ProcessOf(DrawPeer());
        Signals.Pause(process.Id);
        try
        {
            await LastAsync(1_000, 8_000);
        }
        finally
        {
            Signals.Continue(process.Id);
        }
    }

    // The peer stops by itself, by name, when its journal is gone.
    private async Task KillDatabaseAsync()
    {
        await LastAsync(0, 1_000);
        await _database!.KillAsync();
        Finished ended = await _net.RunOf(DatabasePeer).EndAsync(40);
        if (ended.ExitCode != 1) _report.Complaints.Add($"a peer without its database ended with {ended.ExitCode}: {ended.Error}");
        await _database.StartAsync();
        _net.Start(DatabasePeer);
    }

    private async Task FillDiskAsync()
    {
        int peer = DrawFilePeer();
        await _operator.KillAsync(peer);
        string data = _net.DataOf(peer);
        string aside = data + ".aside";
        Operator.Copy(data, aside);
        using (SmallDisk disk = new(data, "192m"))
        {
            Operator.Copy(aside, data);
            CliRun run = _net.Start(peer);
            await HealedAsync("full disk, before");
            disk.Fill();
            Finished ended = await run.EndAsync(40);
            if (ended.ExitCode != 1) _report.Complaints.Add($"a peer with a full disk ended with {ended.ExitCode}: {ended.Error}");
            disk.MakeRoom();
            Directory.Delete(aside, recursive: true);
            Operator.Copy(data, aside);
        }

        Directory.Delete(data, recursive: true);
        Directory.Move(aside, data);
        _net.Start(peer);
    }

    private async Task RestoreStaleAsync()
    {
        int peer = DrawFilePeer();
        string backup = _net.DataOf(peer) + ".backup";
        // Half of them of a peer at work, as a snapshot of its disk is.
        if (_prng.NextBelow(2) == 0) await _operator.KillAsync(peer);
        await _operator.BackUpAsync(peer, backup);
        if (_net.RunOf(peer).HasExited)
        {
            _net.Start(peer);
            await HealedAsync("kill");
        }

        await LastAsync(3_000, 5_000);
        await _operator.KillAsync(peer);
        _operator.PutBack(peer, backup);
        _net.Start(peer);
    }

    // On another port, with an empty folder, and the key of a validator that runs.
    private async Task CloneAsync(int peer)
    {
        _cloned.Add(peer);
        await using CliRun clone = await _operator.CloneAsync(peer, data: null);
        await LastAsync(5_000, 8_000);
        if (clone.HasExited) _report.Notes.Add("a second process with a validator's key ended by itself: " + clone.Output + clone.Error);
        clone.Kill();
        await clone.EndAsync(20);
    }

    // A fault lasts: time is what it consists of.
    private Task LastAsync(int shortest, int longest) => Task.Delay(shortest + _prng.NextBelow(longest - shortest + 1));

    private async Task<double> HealedAsync(string fault)
    {
        long start = Stopwatch.GetTimestamp();
        StatusAnswer?[] first = await AllAsync();
        ulong target = first.Max(static status => status?.FinalizedHeight ?? 0) + 1;
        StatusAnswer?[] last = first;
        try
        {
            await Deadline.UntilAsync("peers that all vote and finalize", Patience, async () =>
            {
                last = await AllAsync();
                return last.Select((status, peer) => status?.FinalizedHeight >= target && (status.Consensus == "Voting" || IsPunished(peer, status))).All(static well => well);
            });
        }
        catch (TimeoutException)
        {
            string said = string.Join("; ", last.Select(static status => status is null ? "silent" : $"{status.Consensus} {status.FinalizedHeight} view {status.View}"));
            throw new TimeoutException($"after '{fault}' there is no agreement again: {said}");
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        _report.Recovered(fault, seconds);
        for (int peer = 0; peer < last.Length; peer++)
        {
            if (IsPunished(peer, last[peer]!)) _report.Lost.Add(peer);
        }

        if (seconds > RecoveryMax) _report.Complaints.Add(string.Create(CultureInfo.InvariantCulture, $"after '{fault}' it took {seconds:0.0} s"));
        return seconds;
    }

    private bool IsPunished(int peer, StatusAnswer status) =>
        _cloned.Contains(peer) && status.Consensus == "Observing" && status.Validators < _net.Count;

    private Task<StatusAnswer?[]> AllAsync() => Task.WhenAll(Enumerable.Range(0, _net.Count).Select(_net.StatusAsync));

    private async Task JudgeAsync(ImmutableArray<UInt128> before)
    {
        // What still waits in a pool must be in or out of the chain before anybody counts.
        StatusAnswer?[] pools = [];
        try
        {
            await Deadline.UntilAsync("empty pools", 60, async () => (pools = await AllAsync()).All(static status => status is { TransactionsPending: 0 }));
        }
        catch (TimeoutException)
        {
            _report.Complain("pools are not empty: " + string.Join(", ", pools.Select(static status => status?.TransactionsPending.ToString(CultureInfo.InvariantCulture) ?? "silent")));
        }

        await _net.AdvanceAsync([.. Enumerable.Range(0, _net.Count)], 4, 60);
        ImmutableArray<UInt128> after = await _clients.BalancesAsync(_net);
        _report.Height = await _net.TipAsync();
        try
        {
            _net.AssertAgreement(judgesVotes: _cloned.Count == 0);
        }
        catch (Exception exception) when (exception is Xunit.Sdk.XunitException)
        {
            _report.Complaints.Add("agreement: " + exception.Message);
        }

        ImmutableArray<StoredBlock> chain = _net.BlocksOf(1);
        HistoryVerdict.Check(_clients, chain, before, after, _net.Genesis.Parameters.TransactionFee.Units, _report);
        if (_report.Acknowledged == 0) _report.Complaints.Add("no client got anything done");
        for (int peer = 0; peer < _net.Count; peer++) await _operator.KillAsync(peer);
        for (int peer = 0; peer < _net.Count; peer++)
        {
            foreach (string recordings in _operator.RecordingsOf(peer)) await ReplayAsync(peer, recordings);
        }
    }

    private async Task ReplayAsync(int peer, string recordings)
    {
        Finished done = await CliRun.RunAsync(_net.Place, 400, "replay", recordings, "--output", "json");
        if (done.ExitCode != 0)
        {
            _report.Complaints.Add($"the recording of peer {peer} does not replay: {done.Output} {done.Error}");
            return;
        }

        JsonElement result = done.Json();
        _report.SegmentsReplayed += result.GetProperty("segments").GetInt32();
        _report.InputsReplayed += result.GetProperty("inputs").GetInt64();
    }

    // Of the last minute, as the kernel counts it.
    private static double Load() => double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);
}
