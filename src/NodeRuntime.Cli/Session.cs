using System;
using System.IO;
using System.Security.Cryptography;
using System.Threading.Tasks;
using NodeRuntime.Client;
using NodeRuntime.Client.Jobs;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Edwards;
using NodeRuntime.Host.Peer;
using NodeRuntime.Primitives;

namespace NodeRuntime.Cli;

/// <summary>One run of one verb: its display, its context, and the client where it needs one.</summary>
internal sealed class Session(CliWorld world, Display display, string? contextOption) : IAsyncDisposable
{
    public const string ContextVariable = "NODERUNTIME_CONTEXT";

    private ClusterClient? _client;

    public CliWorld World => world;

    public Display Display => display;

    public SystemSignatures Signatures { get; } =
        SystemSignatures.Open(RandomNumberGenerator.GetBytes(SystemSignatures.EntropyByteCount));

    /// <summary>Null where libsodium is not installed: then witnesses cannot be judged, and receipts that lean on them are INCONCLUSIVE.</summary>
    public IEd25519Verifier? Ed25519 { get; } = SystemEd25519.TryOpen(out SystemEd25519? ed25519) ? ed25519 : null;

    public string ContextPath => Path.GetFullPath(
        contextOption ?? world.Variable(ContextVariable) ?? Path.Combine(world.Home, ".config", "noderuntime", "context.yaml"));

    /// <summary>Jobs are kept beside the context that submitted them.</summary>
    public JobStore Jobs => new(Path.Combine(Path.GetDirectoryName(ContextPath)!, "jobs"));

    public ContextFile LoadContext() => ContextFile.Load(ContextPath);

    /// <summary>The context where there is one: some verbs do without.</summary>
    public ContextFile? TryLoadContext() => File.Exists(ContextPath) ? LoadContext() : null;

    public string KeyPathOf(ContextFile context)
    {
        if (context.Key.Length == 0)
        {
            throw new CliException(ExitCode.Usage, "KeyMissing", $"{ContextPath}: key: names no key file", "`noderuntime wallet new` makes one");
        }

        return Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ContextPath)!, context.Key));
    }

    /// <summary>A client that signs with the context's key.</summary>
    /// <param name="contact">One gateway in place of the context's.</param>
    public ClusterClient OpenClient(string? contact = null)
    {
        ContextFile context = LoadContext();
        if (contact is not null) context.Contacts = [contact];
        ClientContext checkedContext = context.ToContext(ContextPath);
        return Keep(checkedContext, NodeKeys.Load(KeyPathOf(context)));
    }

    /// <summary>A client that signs with another key than the context's.</summary>
    public ClusterClient OpenClient(KeyPair pair, string? contact)
    {
        ContextFile context = LoadContext();
        if (contact is not null) context.Contacts = [contact];
        return Keep(context.ToContext(ContextPath), pair);
    }

    /// <summary>A client of a context that no file has.</summary>
    /// <param name="origin">What complaints name.</param>
    public ClusterClient OpenClient(KeyPair pair, ContextFile context, string origin) => Keep(context.ToContext(origin), pair);

    /// <summary>A client that only reads: no key is touched, no passphrase asked.</summary>
    /// <param name="contact">One gateway in place of the context's.</param>
    public ClusterClient OpenReader(string? contact = null)
    {
        ContextFile context = LoadContext();
        if (contact is not null) context.Contacts = [contact];
        return Keep(context.ToContext(ContextPath), KeyPair.Generate(KeyAlgorithm.Secp256k1, RandomNumberGenerator.GetBytes(KeyPair.EntropyByteCountMin)));
    }

    /// <summary>The hash that an option names, else the context's; null where there is none to trust.</summary>
    public ChainId? TrustedGenesis(string? option)
    {
        if (option is not null) return new ChainId(Words.ParseHash("--genesis", option));
        if (TryLoadContext() is not { Genesis.Length: > 0 } context) return null;
        return new ChainId(Words.ParseHash(ContextPath + ": genesis", context.Genesis));
    }

    /// <summary>The account of the context's key.</summary>
    public AccountId OwnAccount() => KeyPolicy.Single(NodeKeys.Load(KeyPathOf(LoadContext())).PublicKey).ToAccountId();

    public async ValueTask DisposeAsync()
    {
        if (_client is not null) await _client.DisposeAsync();
    }

    private ClusterClient Keep(ClientContext context, KeyPair pair)
    {
        Invariant.Holds(_client is null);
        context = context with { TrustFolder = Path.Combine(Path.GetDirectoryName(ContextPath)!, "trust") };
        _client = new ClusterClient(context, Signatures.CreateSigner(pair), Signatures, world.Time);
        return _client;
    }
}
