using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Host.Config;
using NodeRuntime.Primitives;
using NodeRuntime.Processes.Tests.Net;
using NodeRuntime.Processes.Tests.Running;
using NodeRuntime.Runtime.Consensus;

namespace NodeRuntime.Processes.Tests.Campaign;

/// <summary>
/// Four validators as processes, one of them with its journal on PostgreSQL, and four clients at work all the time. One fault
/// after the other, in an order that the seed draws; each is healed, and within fifteen seconds all four must vote and finalize
/// again. Then the judges: one chain on all disks, nobody voted twice, the clients' history, and every peer's flight recording.
/// </summary>
internal sealed class CampaignRun : IAsyncDisposable
{
    private const double RecoveryMax = 15;

    // Somebody must say where it hangs: long past the limit that is judged.
    private const double Patience = 120;

    private const int DatabasePeer = 0;

    private readonly CampaignReport _report;
    private readonly Prng _prng;
    private readonly HistoryClients _clients;
    private readonly DatabaseServer? _database;
    private readonly Bridge? _bridge;
    private readonly PeerNet _net;
    private bool _hadClone;

    private CampaignRun(CampaignOptions options, DatabaseServer? database)
    {
        _report = new CampaignReport { Options = options };
        _prng = new Prng(options.Seed);
        _clients = new HistoryClients(options.Seed);
        _database = database;
        if (options.Databases > 0 && _database is null) _report.Notes.Add("no PostgreSQL server is installed: its kills are left out");
        _bridge = options.UsesNamespaces ? new Bridge(PeerNet.Peers) : null;
        _net = new PeerNet(new NetOptions
        {
            Accounts = _clients.Accounts,
            Postgres = _database is null ? null : (DatabasePeer, _database.ConnectionString),
            Bridge = _bridge,
        });
    }

    public static async Task<CampaignReport> RunAsync(CampaignOptions options)
    {
        long start = Stopwatch.GetTimestamp();
        await using DatabaseServer? database = options.Databases > 0 ? await DatabaseServer.TryStartAsync() : null;
        await using CampaignRun run = new(options, database);
        try
        {
            await run.RunAsync();
        }
        catch (Exception exception)
        {
            // Whatever it was belongs into the report, with what was seen before it.
            run._report.Complaints.Add("the campaign broke off: " + exception);
        }

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
        List<(string Name, Func<Task> Do)> faults = Plan();
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

        await stop.CancelAsync();
        await clients;
        await JudgeAsync(before);
    }

    private List<(string Name, Func<Task> Do)> Plan()
    {
        CampaignOptions options = _report.Options;
        List<(string, Func<Task>)> faults = [];
        Add(options.Kills, "kill", KillAsync);
        Add(options.Partitions, "partition", PartitionAsync);
        Add(options.Pauses, "pause", PauseAsync);
        Add(_database is null ? 0 : options.Databases, "database kill", KillDatabaseAsync);
        Add(options.FullDisks, "full disk", FillDiskAsync);
        Add(options.StaleRestores, "stale restore", RestoreStaleAsync);
        Add(_bridge is null ? options.Clones : 0, "two of one key", CloneAsync);
        for (int i = faults.Count - 1; i > 0; i--)
        {
            int other = _prng.NextBelow(i + 1);
            (faults[i], faults[other]) = (faults[other], faults[i]);
        }

        return faults;

        void Add(int count, string name, Func<Task> fault)
        {
            for (int i = 0; i < count; i++) faults.Add((name, fault));
        }
    }

    private int DrawPeer() => _prng.NextBelow(PeerNet.Peers);

    // A peer whose data folder is moved about keeps it in files.
    private int DrawFilePeer() => 1 + _prng.NextBelow(PeerNet.Peers - 1);

    private async Task KillAsync()
    {
        int peer = DrawPeer();
        await KillAsync(peer);
        await LastAsync(0, 1_500);
        _net.Start(peer);
    }

    private async Task KillAsync(int peer)
    {
        ProcessEntry process = _net.ProcessOf(peer);
        Signals.Kill(process);
        await Deadline.UntilAsync("the end of a killed peer", 20, () => !ProcessTable.IsAlive(process));
    }

    private async Task PartitionAsync()
    {
        int[] side = [.. Enumerable.Range(0, PeerNet.Peers).Where(_ => _prng.NextBelow(2) == 0)];
        if (side.Length is 0 or PeerNet.Peers) side = [DrawPeer()];
        int[] other = [.. Enumerable.Range(0, PeerNet.Peers).Except(side)];
        _net.Set(side, other, _prng.NextBelow(3) == 0 ? LinkState.Refusing : LinkState.Silent);
        try
        {
            await LastAsync(2_000, 6_000);
        }
        finally
        {
            _net.Set(side, other, LinkState.Open);
        }
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
        await KillAsync(peer);
        string data = _net.DataOf(peer);
        string aside = data + ".aside";
        Copy(data, aside);
        using (SmallDisk disk = new(data, "192m"))
        {
            Copy(aside, data);
            CliRun run = _net.Start(peer);
            await HealedAsync("full disk, before");
            disk.Fill();
            Finished ended = await run.EndAsync(40);
            if (ended.ExitCode != 1) _report.Complaints.Add($"a peer with a full disk ended with {ended.ExitCode}: {ended.Error}");
            disk.MakeRoom();
            Directory.Delete(aside, recursive: true);
            Copy(data, aside);
        }

        Directory.Delete(data, recursive: true);
        Directory.Move(aside, data);
        _net.Start(peer);
    }

    private async Task RestoreStaleAsync()
    {
        int peer = DrawFilePeer();
        string data = _net.DataOf(peer);
        string backup = data + ".backup";
        await KillAsync(peer);
        Copy(data, backup);
        _net.Start(peer);
        await HealedAsync("kill");
        await LastAsync(3_000, 5_000);
        await KillAsync(peer);
        // The recordings stay: they are no part of what a backup is for, and all of them are replayed.
        string flight = Path.Combine(data, "flight");
        Directory.Delete(Path.Combine(backup, "flight"), recursive: true);
        Directory.Move(flight, Path.Combine(backup, "flight"));
        Directory.Delete(data, recursive: true);
        Directory.Move(backup, data);
        _net.Start(peer);
    }

    // On another port, with an empty folder, and the key of a validator that runs.
    private async Task CloneAsync()
    {
        _hadClone = true;
        int peer = DrawFilePeer();
        string folder = _net.Place.PathOf("clone-" + _prng.NextBelow(1_000_000).ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(folder);
        foreach (string file in new[] { "node.key", "genesis.bin" })
        {
            File.Copy(Path.Combine(_net.FolderOf(peer), file), Path.Combine(folder, file));
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(folder, file), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        PeerConfig own = _net.ConfigOf(peer);
        PeerConfig config = new()
        {
            Genesis = own.Genesis,
            Listen = "127.0.0.1:0",
            Api = "127.0.0.1:0",
            Seeds = [.. Enumerable.Range(0, PeerNet.Peers).Where(other => other != peer).Select(other => _net.ConfigOf(other).Listen)],
        };
        string path = Path.Combine(folder, "clone.yaml");
        await File.WriteAllTextAsync(path, PeerConfigFile.Write(config));
        await using CliRun clone = CliRun.Start(_net.Place, "run", path, "--log-file", Path.Combine(folder, "peer.log"), "--output", "json");
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
            await Deadline.UntilAsync("four peers that vote and finalize", Patience, async () =>
            {
                last = await AllAsync();
                return last.All(status => status is { Consensus: "Voting" } && status.FinalizedHeight >= target);
            });
        }
        catch (TimeoutException)
        {
            string said = string.Join("; ", last.Select(static status => status is null ? "silent" : $"{status.Consensus} {status.FinalizedHeight} view {status.View}"));
            throw new TimeoutException($"after '{fault}' there is no agreement again: {said}");
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        _report.Recovered(fault, seconds);
        if (seconds > RecoveryMax) _report.Complaints.Add(string.Create(CultureInfo.InvariantCulture, $"after '{fault}' it took {seconds:0.0} s"));
        return seconds;
    }

    private Task<StatusAnswer?[]> AllAsync() => Task.WhenAll(Enumerable.Range(0, PeerNet.Peers).Select(_net.StatusAsync));

    private async Task JudgeAsync(ImmutableArray<UInt128> before)
    {
        // What still waits in a pool must be in or out of the chain before anybody counts.
        await Deadline.UntilAsync("empty pools", 60, async () => (await AllAsync()).All(static status => status is { TransactionsPending: 0 }));
        await _net.AdvanceAsync([0, 1, 2, 3], 4, 60);
        ImmutableArray<UInt128> after = await _clients.BalancesAsync(_net);
        _report.Height = await _net.TipAsync();
        try
        {
            _net.AssertAgreement(judgesVotes: !_hadClone);
        }
        catch (Exception exception) when (exception is Xunit.Sdk.XunitException)
        {
            _report.Complaints.Add("agreement: " + exception.Message);
        }

        ImmutableArray<StoredBlock> chain = _net.BlocksOf(1);
        HistoryVerdict.Check(_clients, chain, before, after, _net.Genesis.Parameters.TransactionFee.Units, _report);
        if (_report.Acknowledged == 0) _report.Complaints.Add("no client got anything done");
        for (int peer = 0; peer < PeerNet.Peers; peer++) await KillAsync(peer);
        for (int peer = 0; peer < PeerNet.Peers; peer++) await ReplayAsync(peer);
    }

    private async Task ReplayAsync(int peer)
    {
        Finished done = await CliRun.RunAsync(_net.Place, 400, "replay", Path.Combine(_net.DataOf(peer), "flight"), "--output", "json");
        if (done.ExitCode != 0)
        {
            _report.Complaints.Add($"the recording of peer {peer} does not replay: {done.Output} {done.Error}");
            return;
        }

        JsonElement result = done.Json();
        _report.SegmentsReplayed += result.GetProperty("segments").GetInt32();
        _report.InputsReplayed += result.GetProperty("inputs").GetInt64();
    }

    private static void Copy(string from, string to)
    {
        using Process copy = Process.Start("cp", ["-aT", from, to]);
        copy.WaitForExit();
        if (copy.ExitCode != 0) throw new IOException($"cp {from} {to} failed");
    }
}
