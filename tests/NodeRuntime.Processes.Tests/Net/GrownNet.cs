using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Api;
using NodeRuntime.Crypto;
using NodeRuntime.Host.Config;
using NodeRuntime.Host.Peer;
using NodeRuntime.Persistence.Folder;
using NodeRuntime.Persistence.Journal;
using NodeRuntime.Primitives;
using NodeRuntime.Processes.Tests.Running;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Simulation;

namespace NodeRuntime.Processes.Tests.Net;

/// <summary>
/// Four validators as processes that wake up with a long past on their disks, grown and really signed, and one more peer that was never
/// there.
/// </summary>
internal sealed class GrownNet : IAsyncDisposable
{
    private const int Peers = 4;
    private const int Newcomer = 4;

    // Ledger time of the past: its last block is of just now.
    private static readonly Duration Step = Duration.FromMilliseconds(100);

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };

    private readonly CliRun?[] _runs = new CliRun?[Peers + 1];
    private readonly PeerConfig[] _configs = new PeerConfig[Peers + 1];
    private readonly List<KeyPair> _keys = [];
    private readonly Genesis _genesis;

    private GrownNet(ulong height, int accounts)
    {
        for (int peer = 0; peer <= Newcomer; peer++)
        {
            Directory.CreateDirectory(FolderOf(peer));
            _keys.Add(NodeKeys.Create(Path.Combine(FolderOf(peer), "node.key")));
        }

        _genesis = MakeGenesis(height, accounts);
    }

    public Workplace Place { get; } = new();

    /// <param name="change">What the configurations of all have in common beside the defaults.</param>
    public static async Task<GrownNet> StartAsync(ulong height, int accounts, Action<PeerConfig> change)
    {
        GrownNet net = new(height, accounts);
        ImmutableArray<int> ports = LoopbackPorts.Find(2 * (Peers + 1));
        for (int peer = 0; peer <= Newcomer; peer++)
        {
            PeerConfig config = new()
            {
                Genesis = net._genesis.ChainId.ToString(),
                Listen = PeerNet.Loopback(ports[2 * peer]),
                Api = PeerNet.Loopback(ports[(2 * peer) + 1]),
                Seeds = [PeerNet.Loopback(ports[2 * ((peer + 1) % Peers)])],
            };
            change(config);
            await net.ConfigureAsync(peer, config);
        }

        net.Grow(height, net._configs[0].SnapshotEvery);
        await Startup.AloneAsync(async () =>
        {
            for (int peer = 0; peer < Peers; peer++) net.Start(peer);
            for (int peer = 0; peer < Peers; peer++) await net.UntilAsync(peer, 120, "voting", static status => status.Consensus == "Voting");
            await net.UntilAsync(0, 60, "a new block", status => status.FinalizedHeight > height);
        });
        return net;
    }

    /// <summary>Starts the newcomer, whose disk is empty.</summary>
    /// <returns>How long it took until its height was that of the others, from the start of its process.</returns>
    public async Task<TimeSpan> JoinAsync(double seconds, Action<PeerConfig> change)
    {
        change(_configs[Newcomer]);
        await ConfigureAsync(Newcomer, _configs[Newcomer]);
        long start = Stopwatch.GetTimestamp();
        Start(Newcomer);
        await UntilAsync(Newcomer, seconds, "as high as the others", status => status.Consensus == "Observing" && status.FinalizedHeight >= _highest && _highest > 0);
        return Stopwatch.GetElapsedTime(start);
    }

    private ulong _highest;

    public async Task<StatusAnswer> NewcomerAsync() =>
        await Deadline.UntilAsync("an answer of the newcomer", 30, () => StatusAsync(Newcomer));

    public async Task<StatusAnswer> AskAsync(int peer) => await Deadline.UntilAsync($"an answer of peer {peer}", 30, () => StatusAsync(peer));

    /// <summary>The newcomer ends and is new again.</summary>
    public async Task ForgetNewcomerAsync()
    {
        Signals.Interrupt(ProcessTable.Naming(ConfigPathOf(Newcomer)).Single().Id);
        await _runs[Newcomer]!.EndAsync(30);
        Directory.Delete(Path.Combine(FolderOf(Newcomer), "data"), recursive: true);
        File.Delete(LogOf(Newcomer));
    }

    /// <summary>From its next start on.</summary>
    public void ConfigureRetention(int peer, string retention)
    {
        _configs[peer].Retention = retention;
        File.WriteAllText(ConfigPathOf(peer), PeerConfigFile.Write(_configs[peer]));
    }

    public string LogOf(int peer) => Path.Combine(FolderOf(peer), "peer.log");

    public string NewcomersLog => File.ReadAllText(LogOf(Newcomer));

    /// <summary>The size of a peer's journal with its log beside it.</summary>
    public long JournalBytes(int peer) =>
        new DirectoryInfo(Path.Combine(FolderOf(peer), "data", "journal")).GetFiles().Sum(static file => file.Length);

    /// <summary>Ends a peer, starts it anew, and says how long it took until it voted at the height of the others.</summary>
    public async Task<TimeSpan> RestartAsync(int peer)
    {
        Signals.Interrupt(ProcessTable.Naming(ConfigPathOf(peer)).Single().Id);
        await _runs[peer]!.EndAsync(30);
        long start = Stopwatch.GetTimestamp();
        Start(peer);
        await UntilAsync(peer, 300, "voting again", status => status.Consensus == "Voting" && status.FinalizedHeight >= _highest);
        return Stopwatch.GetElapsedTime(start);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (CliRun? run in _runs)
        {
            if (run is not null) await run.DisposeAsync();
        }

        Place.Dispose();
    }

    // The newcomer looks up to the others: their height is asked for whenever its own is.
    public async Task UntilAsync(int peer, double seconds, string what, Func<StatusAnswer, bool> isSo)
    {
        StatusAnswer? last = null;
        try
        {
            await Deadline.UntilAsync($"peer {peer}: {what}", seconds, async () =>
            {
                _highest = (await StatusAsync(0))?.FinalizedHeight ?? _highest;
                last = await StatusAsync(peer);
                return last is not null && isSo(last);
            });
        }
        catch (TimeoutException exception)
        {
            string said = last is null ? "no answer" : $"{last.Consensus} at {last.FinalizedHeight}, {last.Sync}, {last.PeersConnected} peers";
            string[] log = File.Exists(LogOf(peer)) ? File.ReadAllLines(LogOf(peer)) : [];
            throw new TimeoutException($"{exception.Message}; it says {said}. Its log:\n{string.Join('\n', log.TakeLast(25))}\n{_runs[peer]?.Error}", exception);
        }
    }

    private async Task<StatusAnswer?> StatusAsync(int peer)
    {
        try
        {
            Uri status = new(new Uri("http://" + _configs[peer].Api), Routes.Status);
            return JsonSerializer.Deserialize(await Http.GetStringAsync(status), ApiJson.Default.StatusAnswer);
        }
        catch (Exception exception) when (exception is HttpRequestException or SocketException or TaskCanceledException)
        {
            return null;
        }
    }

    private void Grow(ulong height, ulong snapshotEvery)
    {
        SystemSignatures signatures = SystemSignatures.Open(RandomNumberGenerator.GetBytes(SystemSignatures.EntropyByteCount));
        GrownChain chain = new(_genesis, [.. _keys.Take(Peers).Select(signatures.CreateSigner)], signatures, Step);
        string first = Path.Combine(FolderOf(0), "data");
        using (DataFolder folder = DataFolder.Open(first, _genesis.ChainId))
        using (SqlJournal journal = SqlJournal.OpenSqlite(folder))
        {
            foreach (JournalBatch batch in chain.Records(height, snapshotEvery)) Write(journal, batch);
        }

        for (int peer = 1; peer < Peers; peer++)
        {
            string data = Path.Combine(FolderOf(peer), "data");
            using (DataFolder folder = DataFolder.Open(data, _genesis.ChainId))
            {
                foreach (string file in Directory.EnumerateFiles(Path.Combine(first, "journal")))
                {
                    File.Copy(file, Path.Combine(folder.JournalPath, Path.GetFileName(file)), overwrite: true);
                }
            }
        }
    }

    private static void Write(SqlJournal journal, JournalBatch batch)
    {
        using ManualResetEventSlim written = new();
        JournalVerdict verdict = JournalVerdict.Failed;
        journal.Write(batch, answer =>
        {
            verdict = answer;
            written.Set();
        });
        written.Wait();
        Assert.Equal(JournalVerdict.Written, verdict);
    }

    private async Task ConfigureAsync(int peer, PeerConfig config)
    {
        _configs[peer] = config;
        await File.WriteAllTextAsync(ConfigPathOf(peer), PeerConfigFile.Write(config));
        await File.WriteAllBytesAsync(Path.Combine(FolderOf(peer), GenesisFiles.Name), _genesis.Encode());
    }

    private void Start(int peer) =>
        _runs[peer] = CliRun.Start(Place, "run", ConfigPathOf(peer), "--log-file", LogOf(peer), "--output", "json");

    private string FolderOf(int peer) => Place.PathOf("peer-" + peer.ToString(CultureInfo.InvariantCulture));

    private string ConfigPathOf(int peer) => Path.Combine(FolderOf(peer), "peer.yaml");

    private Genesis MakeGenesis(ulong height, int accounts)
    {
        List<GenesisAllocation> allocations = [.. _keys.Select(static key =>
            new GenesisAllocation(KeyPolicy.Single(key.PublicKey).ToAccountId(), Amount.FromTokens(1_000), Amount.Zero))];
        for (int i = 0; i < accounts; i++)
        {
            allocations.Add(new GenesisAllocation(new AccountId(Hasher.Sha256(BitConverter.GetBytes(i))), Amount.FromTokens(1), Amount.Zero));
        }

        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        return new Genesis
        {
            Name = "grown",
            IsDevelopment = true,
            Nonce = new Hash256(RandomNumberGenerator.GetBytes(Hash256.ByteCount)),
            Time = Instant.FromMilliseconds(now) - (Step * (long)(height + 10)),
            Parameters = ChainParameters.Development with { BlockIntervalIdle = Duration.FromMilliseconds(500) },
            Validators = [.. _keys.Take(Peers).Select(static key => new GenesisValidator(key.PublicKey, 1))],
            Allocations = [.. allocations.OrderBy(static allocation => allocation.Account)],
        };
    }
}
