using System;
using System.Collections.Immutable;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging.Abstractions;
using NodeRuntime.Api;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Edwards;
using NodeRuntime.Host.Config;
using NodeRuntime.Host.Peer;
using NodeRuntime.Host.Witnesses;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Witnesses;

namespace NodeRuntime.Host.Tests.Api;

/// <summary>
/// One whole peer with a disk, an API, real keys and real time, the only validator of its chain: so it is its own parent and enters its own seconds. Beside
/// its own account there is one with a balance. Where libsodium is here, an outside witness cosigns its calendar. Ready when a second of it stands in the
/// calendar.
/// </summary>
public sealed class OnePeer : IAsyncLifetime
{
    private static readonly SystemSignatures Signatures = SystemSignatures.Open(new byte[SystemSignatures.EntropyByteCount]);

    private readonly string _folder = Directory.CreateTempSubdirectory("noderuntime-one-").FullName;
    private PeerHost? _host;
    private WitnessServer? _server;

    public PeerHost Peer => _host!;

    /// <summary>Null where nobody cosigns.</summary>
    public Witness? Witness { get; private set; }

    /// <summary>What a verifier believes who knows the chain and this witness.</summary>
    public ReceiptTrust Trust { get; private set; } = null!;

    public string Address { get; private set; } = string.Empty;

    public ChainId Chain { get; private set; }

    public KeyPair PeerKey { get; private set; } = null!;

    /// <summary>Of an account with a balance that is not the peer's.</summary>
    public KeyPair OwnerKey { get; } = KeyPair.Generate(KeyAlgorithm.Secp256k1, Hasher.Sha256("an owner"u8).ToArray());

    public HttpClient Http { get; } = new();

    public string FolderOf(string name) => Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;

    public async Task InitializeAsync()
    {
        string folder = FolderOf("peer");
        PeerKey = NodeKeys.Create(Path.Combine(folder, "node.key"));
        Genesis genesis = new()
        {
            Name = "one",
            IsDevelopment = true,
            Nonce = Hash256.Zero,
            Time = Instant.FromMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()),
            Parameters = ChainParameters.Development,
            Validators = [new GenesisValidator(PeerKey.PublicKey, 1)],
            Allocations = AllocationsOf(PeerKey.PublicKey, OwnerKey.PublicKey),
        };
        Chain = genesis.ChainId;
        await File.WriteAllBytesAsync(Path.Combine(folder, "genesis.bin"), genesis.Encode());
        // Of what tests call `personal` reading by the owner is expected, and nothing else.
        AccountId owner = KeyPolicy.Single(OwnerKey.PublicKey).ToAccountId();
        await File.WriteAllTextAsync(
            Path.Combine(folder, "expected-use.yaml"),
            $"version: 1\nunlabelled: ignore\nquiet: 1\nclasses:\n- {{ id: personal, expected: [{{ kinds: [ingest, read], who: [{owner}] }}] }}\n");
        PeerConfig config = new()
        {
            Genesis = Chain.ToString(),
            Listen = "127.0.0.1:0",
            Api = "127.0.0.1:" + LoopbackPorts.Find(1)[0],
            Posture = new PostureSection { Uses = "expected-use.yaml" },
        };
        Address = "http://" + config.Api;
        ImmutableArray<EpochPlan> plans = [EpochPlans.OfGenesis(genesis)];
        // Few enough that one account finds the end of it.
        config.Provenance = new ProvenanceSection { EventsPerSecond = 600 };
        if (await StartWitnessAsync(plans) is { } entry) config.Provenance.Witnesses = [entry];
        Trust = new ReceiptTrust(Chain, plans, Witness is null ? [] : [Witness], Witness is null ? 0 : 1, []);
        _host = await PeerHost.StartAsync(config, folder, NullLoggerFactory.Instance, CancellationToken.None);
        await UntilAsync(() => Peer.Node.Tip is { Certified: not null } && Peer.Node.Provenance is { LastSettled: not null });
    }

    public async Task DisposeAsync()
    {
        if (_host is { } host) await host.DisposeAsync();
        if (_server is { } server) await server.DisposeAsync();
        Http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A bearer token of a key; null for none.</summary>
    public string TokenOf(KeyPair key) => AccessToken.Sign(
        Signatures.CreateSigner(key), Chain, PeerKey.PublicKey.ToPeerId(), Instant.FromMilliseconds(DateTimeOffset.UtcNow.AddMinutes(5).ToUnixTimeMilliseconds())).ToHeaderValue();

    /// <summary>Status and body of one request.</summary>
    public async Task<(int Status, JsonElement Body)> AskAsync(HttpMethod method, string path, string? token, string? body = null)
    {
        using HttpRequestMessage request = new(method, new Uri(Address + path));
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await Http.SendAsync(request);
        using JsonDocument document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return ((int)response.StatusCode, document.RootElement.Clone());
    }

    /// <summary>A real peer with real time: looked at again and again, with an end.</summary>
    public static async Task UntilAsync(Func<bool> holds)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!holds())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), "it did not come in a minute");
            await Task.Delay(20);
        }
    }

    private async Task<WitnessEntry?> StartWitnessAsync(ImmutableArray<EpochPlan> plans)
    {
        if (!SystemEd25519.TryOpen(out SystemEd25519? ed25519)) return null;
        byte[] seed = Hasher.Sha256("a witness"u8).ToArray();
        Witness = new Witness("witness.example/1", ed25519!.PublicKeyOf(seed));
        WitnessBook book = WitnessBook.Open(FolderOf("witness"), new WitnessRules(Chain, plans, Signatures), Witness, seed, ed25519, TimeProvider.System);
        _server = await WitnessServer.StartAsync(book, "127.0.0.1:0", NullLoggerFactory.Instance);
        return new WitnessEntry { Key = WitnessKeys.ToText(Witness), Url = _server.Address };
    }

    private static ImmutableArray<GenesisAllocation> AllocationsOf(PublicKey peer, PublicKey owner)
    {
        AccountId first = KeyPolicy.Single(peer).ToAccountId(), second = KeyPolicy.Single(owner).ToAccountId();
        GenesisAllocation[] both = [new(first, Amount.FromTokens(10), Amount.FromTokens(200)), new(second, Amount.FromTokens(10), Amount.Zero)];
        return [.. both.OrderBy(static it => it.Account)];
    }
}
