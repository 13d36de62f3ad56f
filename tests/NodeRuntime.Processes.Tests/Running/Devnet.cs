using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Client;
using NodeRuntime.Crypto;
using NodeRuntime.Host.Config;
using NodeRuntime.Host.Peer;
using NodeRuntime.Primitives;

namespace NodeRuntime.Processes.Tests.Running;

/// <summary>A devnet of four peer processes that stays, and an owner with tokens of its own.</summary>
public sealed class Devnet : IAsyncLifetime
{
    public const int Peers = 4;

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly List<CliRun> _restarted = [];
    private CliRun? _devnet;

    internal Workplace Place { get; } = new();

    internal string Root => Place.PathOf("net");

    internal string ContextPath => Path.Combine(Root, "context.yaml");

    internal ClientContext Context { get; private set; } = null!;

    internal SystemSignatures Signatures { get; } = SystemSignatures.Open(RandomNumberGenerator.GetBytes(SystemSignatures.EntropyByteCount));

    /// <summary>Signs jobs; the devnet's own owner key pays it in.</summary>
    internal ISigner OwnerSigner { get; private set; } = null!;

    internal ClusterClient Owner { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await Startup.AloneAsync(async () =>
        {
            _devnet = CliRun.Start(Place, "devnet", "--no-capacity", "--data", Root, "--keep", "--input", Place.WriteCsv("small.csv", 200));
            await _devnet.LineAsync("devnet: running", 120);
        });
        Context = ContextFile.Load(ContextPath).ToContext(ContextPath);
        OwnerSigner = NewSigner();
        Owner = ClientOf(OwnerSigner);
        await using ClusterClient payer = ClientOf(Signatures.CreateSigner(NodeKeys.Load(Path.Combine(Root, "owner.key"))));
        await payer.TransferAsync(Owner.Account, Amount.FromTokens(1_000), CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        if (Owner is not null) await Owner.DisposeAsync();
        foreach (CliRun run in _restarted) await run.DisposeAsync();
        if (_devnet is not null) await _devnet.DisposeAsync();
        Place.Dispose();
    }

    internal ISigner NewSigner() =>
        Signatures.CreateSigner(KeyPair.Generate(KeyAlgorithm.Secp256k1, RandomNumberGenerator.GetBytes(KeyPair.EntropyByteCountMin)));

    internal ClusterClient ClientOf(ISigner signer) => new(Context, signer, Signatures, TimeProvider.System);

    internal string ConfigPathOf(int peer) => Path.Combine(Root, "peer-" + peer, "peer.yaml");

    internal PeerConfig ConfigOf(int peer) => PeerConfigFile.Load(ConfigPathOf(peer));

    internal Uri ApiOf(int peer) => new("http://" + ConfigOf(peer).Api);

    internal AccountId AccountOf(int peer) =>
        KeyPolicy.Single(NodeKeys.Load(Path.Combine(Root, "peer-" + peer, "node.key")).PublicKey).ToAccountId();

    internal int PeerOf(AccountId account) => Enumerable.Range(0, Peers).Single(peer => AccountOf(peer) == account);

    /// <summary>An access token of an account for a peer's API.</summary>
    internal string TokenOf(ISigner signer, int peer)
    {
        PeerId audience = NodeKeys.Load(Path.Combine(Root, "peer-" + peer, "node.key")).PublicKey.ToPeerId();
        Instant until = Instant.FromMilliseconds(DateTimeOffset.UtcNow.AddMinutes(5).ToUnixTimeMilliseconds());
        return AccessToken.Sign(signer, Context.Chain, audience, until).ToHeaderValue();
    }

    /// <summary>What a peer says of itself; null where it does not answer.</summary>
    internal Task<StatusAnswer?> StatusAsync(int peer) => StatusAsync(ApiOf(peer));

    internal async Task<StatusAnswer?> StatusAsync(Uri api)
    {
        try
        {
            return JsonSerializer.Deserialize(await Http.GetStringAsync(new Uri(api, Routes.Status)), ApiJson.Default.StatusAnswer);
        }
        catch (Exception exception) when (exception is HttpRequestException or SocketException or TaskCanceledException)
        {
            return null;
        }
    }

    /// <summary>A stranger's peer, made by <c>init</c> on free ports; returns its folder.</summary>
    internal async Task<string> InitAsync(string name, string genesis, string seed, params string[] more)
    {
        string folder = Place.PathOf(name);
        string[] ports = ["--listen", Free(), "--api", Free()];
        Finished done = await CliRun.RunAsync(
            Place, 15, ["init", folder, "--genesis", genesis, "--seed", seed, "--region", "local", .. ports, .. more]);
        Assert.True(done.ExitCode == 0, done.Output + done.Error);
        return folder;
    }

    private static string Free() => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{LoopbackPorts.Find(1)[0]}");

    /// <summary>SIGKILL.</summary>
    internal void Kill(int peer)
    {
        foreach (ProcessEntry entry in ProcessTable.Naming(ConfigPathOf(peer))) Signals.Kill(entry);
    }

    /// <summary>As a person would start it again.</summary>
    internal void Restart(int peer) => _restarted.Add(CliRun.Start(Place, "run", ConfigPathOf(peer), "--log-file", Path.Combine(Root, $"peer-{peer}", "peer.log")));

    internal async Task<ulong> TipAsync()
    {
        ulong tip = 0;
        for (int peer = 0; peer < Peers; peer++) tip = Math.Max(tip, (await StatusAsync(peer))?.FinalizedHeight ?? 0);
        return tip;
    }

    /// <summary>Every peer votes and finalizes beyond the highest block of now.</summary>
    internal async Task GoesOnAsync()
    {
        ulong target = await TipAsync() + 1;
        for (int i = 0; i < Peers; i++)
        {
            int peer = i;
            string last = string.Empty;
            try
            {
                await Deadline.UntilAsync($"peer {peer} voting at height {target}", 40, async () =>
                {
                    StatusAnswer? status = await StatusAsync(peer);
                    last = status is null ? "no answer" : $"{status.Consensus} at {status.FinalizedHeight}";
                    return status is { Consensus: "Voting", Supply.Conserved: true } && status.FinalizedHeight >= target;
                });
            }
            catch (TimeoutException exception)
            {
                throw new TimeoutException($"{exception.Message}; it says {last}. Its log:\n{LastWordsOf(peer)}", exception);
            }
        }
    }

    internal string LastWordsOf(int peer)
    {
        string path = Path.Combine(Root, $"peer-{peer}", "peer.log");
        using StreamReader reader = new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        string[] lines = reader.ReadToEnd().Split('\n');
        return string.Join('\n', lines[Math.Max(0, lines.Length - 15)..]);
    }
}

/// <summary>What needs a devnet that stays shares one: starting it costs more than most tests.</summary>
[CollectionDefinition(Name)]
public sealed class DevnetGroup : ICollectionFixture<Devnet>
{
    public const string Name = "devnet";
}
