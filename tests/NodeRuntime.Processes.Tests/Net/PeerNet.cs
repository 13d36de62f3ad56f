using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Crypto;
using NodeRuntime.Host.Config;
using NodeRuntime.Host.Peer;
using NodeRuntime.Primitives;
using NodeRuntime.Processes.Tests.Running;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Runtime.Consensus;

namespace NodeRuntime.Processes.Tests.Net;

/// <summary>
/// Validators as processes of their own, four for every test. They know each other by the addresses of <see cref="Links"/> alone, and a
/// <see cref="Witness"/> hears every vote that leaves them. Each can be stopped and started anew, also under a tracer.
/// </summary>
public sealed class PeerNet : IAsyncLifetime
{
    /// <summary>How many there are where nobody asks for more.</summary>
    public const int Peers = 4;

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };

    // Four thousand views of its own for each, at a start that costs a millisecond.
    private static readonly BeaconParameters ShortReveals = BeaconParameters.Development with { RevealsMax = 4_096 };

    // A block each half second without any work: what takes some blocks takes seconds.
    private static readonly Duration BlockIntervalIdle = Duration.FromMilliseconds(500);

    private readonly NetOptions _options;
    private readonly CliRun?[] _runs;
    private readonly PeerConfig[] _configs;
    private Links? _links;
    private Witness? _witness;

    public PeerNet()
        : this(new NetOptions())
    {
    }

    internal PeerNet(NetOptions options)
    {
        _options = options;
        _runs = new CliRun?[options.Peers];
        _configs = new PeerConfig[options.Peers];
    }

    internal int Count => _configs.Length;

    internal Workplace Place { get; } = new();

    internal Links Links => _links!;

    internal Witness Witness => _witness!;

    internal Genesis Genesis { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _links = Links.Between(Count, PartyOf);
        List<KeyPair> keys = [];
        for (int peer = 0; peer < Count; peer++)
        {
            Directory.CreateDirectory(FolderOf(peer));
            keys.Add(NodeKeys.Create(Path.Combine(FolderOf(peer), "node.key")));
        }

        Genesis genesis = MakeGenesis(keys, _options);
        Genesis = genesis;
        ImmutableArray<int> ports = LoopbackPorts.Find(2 * Count);
        for (int peer = 0; peer < Count; peer++)
        {
            _configs[peer] = new PeerConfig
            {
                Genesis = genesis.ChainId.ToString(),
                Listen = Loopback(ports[2 * peer]),
                Advertise = Links.AddressOf(peer),
                Api = Loopback(ports[(2 * peer) + 1]),
                Seeds = [Links.AddressOf((peer + 1) % Count)],
                Postgres = _options.PostgresOf(peer),
            };
            if (_options.Capacity is not null)
            {
                _configs[peer].Provider = new ProviderSection();
                _configs[peer].Capacity = new CapacitySection { Units = 1, Cores = 1, ThrottlePercent = 100, Attributes = ["ssd"] };
            }

            if (_options.IsDirect)
            {
                _configs[peer].Advertise = string.Empty;
                _configs[peer].Seeds = [Loopback(ports[2 * ((peer + 1) % Count)])];
            }

            if (_options.Bridge is { } bridge)
            {
                _configs[peer].Listen = bridge.AddressOf(peer) + ":26600";
                _configs[peer].Advertise = string.Empty;
                _configs[peer].Api = bridge.AddressOf(peer) + ":26610";
                _configs[peer].Seeds = [bridge.AddressOf((peer + 1) % Count) + ":26600"];
            }

            await File.WriteAllTextAsync(ConfigPathOf(peer), PeerConfigFile.Write(_configs[peer]));
            await File.WriteAllBytesAsync(Path.Combine(FolderOf(peer), GenesisFiles.Name), genesis.Encode());
        }

        if (_options.Bridge is null && !_options.IsDirect) Links.Open([.. _configs.Select(static config => IPEndPoint.Parse(config.Listen))]);
        SystemSignatures signatures = SystemSignatures.Open(RandomNumberGenerator.GetBytes(SystemSignatures.EntropyByteCount));
        ISigner signer = signatures.CreateSigner(KeyPair.Generate(KeyAlgorithm.Secp256k1, RandomNumberGenerator.GetBytes(KeyPair.EntropyByteCountMin)));
        _witness = Witness.Join(genesis, signer, signatures, _configs.Select(static config => config.Advertise.Length == 0 ? config.Listen : config.Advertise));
        await Startup.AloneAsync(async () =>
        {
            for (int peer = 0; peer < Count; peer++) Start(peer);
            await GoesOnAsync(120);
        });
    }

    public async Task DisposeAsync()
    {
        if (_witness is not null) await _witness.DisposeAsync();
        foreach (CliRun? run in _runs)
        {
            if (run is not null) await run.DisposeAsync();
        }

        if (_links is not null) await _links.DisposeAsync();
        Place.Dispose();
    }

    internal string FolderOf(int peer) => Place.PathOf("peer-" + peer.ToString(CultureInfo.InvariantCulture));

    // The runtime's own values; the second is hexadecimal.
    private (string Name, string Value)[] Variables =>
        _options.CompilesTwice ? [("DOTNET_TieredPGO", "1"), ("DOTNET_TC_CallCountThreshold", "1E")] : [];

    internal string DataOf(int peer) => Path.Combine(FolderOf(peer), "data");

    internal string ConfigPathOf(int peer) => Path.Combine(FolderOf(peer), "peer.yaml");

    internal string LogOf(int peer) => Path.Combine(FolderOf(peer), "peer.log");

    /// <summary>Starts a peer as a person would.</summary>
    /// <param name="under">A program and its arguments that starts it in turn; empty for none.</param>
    internal CliRun Start(int peer, params string[] under) =>
        _runs[peer] = CliRun.StartUnder([.. _options.Bridge?.Enter(peer) ?? [], .. under], Place, Variables, "run", ConfigPathOf(peer), "--log-file", LogOf(peer), "--output", "json");

    internal Uri ApiOf(int peer) => new("http://" + _configs[peer].Api);

    internal PeerConfig ConfigOf(int peer) => _configs[peer];

    internal CliRun RunOf(int peer) => _runs[peer]!;

    /// <summary>Both directions between everyone here and everyone there.</summary>
    internal void Set(int[] here, int[] there, LinkState state)
    {
        if (_options.Bridge is { } bridge) bridge.Set(here, there, state);
        else Links.Set(here, there, state);
    }

    /// <summary>These ways lose everything, each one direction; all others are open.</summary>
    internal void Cut(IReadOnlyCollection<(int From, int To)> ways)
    {
        if (_options.Bridge is { } bridge) bridge.Cut(ways);
        else Links.Cut(ways);
    }

    /// <summary>A peer says so many bytes in a second; zero for as fast as it can.</summary>
    internal void Drip(int peer, int bytesPerSecond)
    {
        if (_options.Bridge is { } bridge) bridge.Drip(peer, bytesPerSecond);
        else Links.Drip(peer, bytesPerSecond);
    }

    /// <summary>All connections of a peer with others end by a reset; new ones are let in.</summary>
    internal void Reset(int peer)
    {
        if (_options.Bridge is { } bridge) bridge.Reset(peer);
        else Links.Reset(peer);
    }

    /// <summary>The finalized blocks on a peer's disk, from the first on.</summary>
    internal ImmutableArray<StoredBlock> BlocksOf(int peer) =>
        _options.PostgresOf(peer) is { Length: > 0 } postgres ? StoredChain.BlocksOfServer(postgres) : StoredChain.Blocks(DataOf(peer));

    /// <summary>Ctrl-C, and its end.</summary>
    internal async Task StopAsync(int peer)
    {
        Signals.Interrupt(ProcessOf(peer).Id);
        Finished done = await _runs[peer]!.EndAsync(20);
        Assert.True(done.ExitCode == 0, $"exit code {done.ExitCode}: {done.Output} {done.Error}");
    }

    /// <summary>The peer's own process, not the one of a tracer that it runs under.</summary>
    internal ProcessEntry ProcessOf(int peer) => ProcessTable.Naming(ConfigPathOf(peer)).Single(static entry => !IsTracer(entry));

    internal async Task<StatusAnswer?> StatusAsync(int peer)
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

    /// <summary>What a peer that runs says of itself; asked again where it is slow.</summary>
    internal Task<StatusAnswer> AskAsync(int peer) => Deadline.UntilAsync($"an answer of peer {peer}", 30, () => StatusAsync(peer));

    /// <summary>The highest finalized block of all that answer.</summary>
    internal async Task<ulong> TipAsync()
    {
        StatusAnswer?[] answers = new StatusAnswer?[Count];
        await Deadline.UntilAsync("a peer that answers", 40, async () =>
        {
            for (int peer = 0; peer < Count; peer++) answers[peer] = await StatusAsync(peer);
            return answers.Any(static answer => answer is not null);
        });
        return answers.Max(static answer => answer?.FinalizedHeight ?? 0);
    }

    /// <summary>Some peers finalize so many blocks beyond the highest of all.</summary>
    internal async Task AdvanceAsync(int[] peers, ulong blocks, double seconds)
    {
        ulong target = await TipAsync() + blocks;
        foreach (int peer in peers) await UntilAsync(peer, seconds, $"height {target}", status => status.FinalizedHeight >= target);
    }

    /// <summary>How each test begins: whatever an earlier one broke off at, all run and go on.</summary>
    internal async Task BeginAsync()
    {
        for (int peer = 0; peer < Count; peer++)
        {
            if (_runs[peer] is { HasExited: true }) Start(peer);
        }

        await GoesOnAsync(120);
    }

    /// <summary>Every peer votes and finalizes beyond the highest block of now.</summary>
    internal async Task GoesOnAsync(double seconds = 40)
    {
        for (int peer = 0; peer < Count; peer++) await UntilAsync(peer, seconds, "voting", static status => status.Consensus == "Voting");
        await AdvanceAsync([.. Enumerable.Range(0, Count)], 1, seconds);
        await Deadline.UntilAsync("a witness connected with all", seconds, () => Witness.Connected == Count);
    }

    internal async Task UntilAsync(int peer, double seconds, string what, Func<StatusAnswer, bool> isSo)
    {
        StatusAnswer? last = null;
        try
        {
            await Deadline.UntilAsync($"peer {peer}: {what}", seconds, async () =>
            {
                if (_runs[peer] is { HasExited: true } ended) throw new IOException($"peer {peer} ended with {ended.ExitCode}: {ended.Output} {ended.Error}");
                return (last = await StatusAsync(peer)) is not null && isSo(last);
            });
        }
        catch (TimeoutException exception)
        {
            string said = last is null ? "no answer" : $"{last.Consensus} at {last.FinalizedHeight} in view {last.View}, {last.PeersConnected} peers";
            string[] log = File.ReadAllLines(LogOf(peer));
            throw new TimeoutException($"{exception.Message}; it says {said}. Its log:\n{string.Join('\n', log.TakeLast(25))}", exception);
        }
    }

    /// <summary>On their disks all peers have one chain, block by block from the first on; nobody voted twice.</summary>
    /// <returns>The chain as far as all have it.</returns>
    /// <param name="judgesVotes">Off only where a second process had a validator's key.</param>
    internal ImmutableArray<StoredHeader> AssertAgreement(bool judgesVotes = true)
    {
        List<ImmutableArray<StoredHeader>> chains = [.. Enumerable.Range(0, Count).Select(peer => StoredChain.Read(BlocksOf(peer)))];
        int common = chains.Min(static chain => chain.Length);
        for (int height = 1; height <= common; height++)
        {
            Hash256[] digests = [.. chains.Select(chain => chain[height - 1].Digest).Distinct()];
            Assert.True(digests.Length == 1, $"at height {height} there are {digests.Length} blocks");
        }

        for (int peer = 0; peer < Count; peer++)
        {
            if (judgesVotes) Assert.DoesNotContain("contradict", File.ReadAllText(LogOf(peer)), StringComparison.Ordinal);
        }

        if (judgesVotes) Witness.AssertNobodyVotedTwice();
        return chains[0][..common];
    }

    private static bool IsTracer(ProcessEntry entry) => entry.CommandLine.StartsWith("strace ", StringComparison.Ordinal);

    // The witness lives in this process and comes behind the peers.
    private int? PartyOf(IPEndPoint local, IPEndPoint remote)
    {
        if (SocketTable.HolderOf(local, remote, [Environment.ProcessId]) is not null) return Count;
        for (int peer = 0; peer < Count; peer++)
        {
            IEnumerable<int> processes = ProcessTable.Naming(ConfigPathOf(peer)).Where(static entry => !IsTracer(entry)).Select(static entry => entry.Id);
            if (SocketTable.HolderOf(local, remote, processes) is not null) return peer;
        }

        return null;
    }

    private static Genesis MakeGenesis(List<KeyPair> keys, NetOptions options) => new()
    {
        Name = "links",
        IsDevelopment = true,
        Nonce = new Hash256(RandomNumberGenerator.GetBytes(Hash256.ByteCount)),
        Time = Instant.FromMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()),
        Parameters = ChainParameters.Development with { BlockIntervalIdle = BlockIntervalIdle, Beacon = ShortReveals, Capacity = options.Capacity },
        Validators = [.. keys.Select(static key => new GenesisValidator(key.PublicKey, 1, RevealChain.Of(key, ShortReveals.RevealsMax).Anchor))],
        Allocations = [.. keys
            .Select(static key => KeyPolicy.Single(key.PublicKey).ToAccountId()).Concat(options.Accounts)
            .Select(static account => new GenesisAllocation(account, Amount.FromTokens(1_000), Amount.Zero))
            .OrderBy(static allocation => allocation.Account)],
    };

    internal static string Loopback(int port) => "127.0.0.1:" + port.ToString(CultureInfo.InvariantCulture);
}

/// <summary>One net for all tests of its kind: each leaves it whole.</summary>
[CollectionDefinition(Name)]
public sealed class PeerNetGroup : ICollectionFixture<PeerNet>
{
    public const string Name = "peer net";
}
