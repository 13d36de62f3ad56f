using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.IO;
using System.Security.Cryptography;
using NodeRuntime.Client;
using NodeRuntime.Crypto;
using NodeRuntime.Host.Config;
using NodeRuntime.Host.Peer;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Cli.Devnet;

/// <summary>
/// A devnet on the disk: a genesis that funds its peers and an owner, a folder for each peer with its own key, ports and
/// configuration, and a context for the command line.
/// <code>
/// ROOT/context.yaml  owner.key  genesis.bin  jobs/  sample/  peer-0/{peer.yaml,node.key,genesis.bin,data,peer.log} ...
/// </code>
/// </summary>
internal sealed class DevnetFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private DevnetFolder(string root, Genesis genesis, KeyPair owner, ImmutableArray<DevnetPeer> peers)
    {
        Root = root;
        Genesis = genesis;
        Owner = owner;
        Peers = peers;
    }

    public string Root { get; }

    public Genesis Genesis { get; }

    public KeyPair Owner { get; }

    public ImmutableArray<DevnetPeer> Peers { get; }

    public string ContextPath => Path.Combine(Root, "context.yaml");

    public string JobsPath => Path.Combine(Root, "jobs");

    public string SamplePath => Path.Combine(Root, "sample");

    public static DevnetFolder Create(DevnetOptions options)
    {
        string root = options.Data is null
            ? Path.Combine(Path.GetTempPath(), "noderuntime-devnet-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4)))
            : Path.GetFullPath(options.Data);
        if (Directory.Exists(root) && Directory.GetFileSystemEntries(root).Length > 0)
        {
            throw new CliException(ExitCode.Usage, "AlreadyThere", $"{root} is not empty", "choose another folder for --data, or remove it");
        }

        CreateFolder(root);
        KeyPair owner = NodeKeys.Create(Path.Combine(root, "owner.key"));
        List<KeyPair> keys = [];
        for (int i = 0; i < options.Peers; i++)
        {
            string folder = FolderOf(root, i);
            CreateFolder(folder);
            keys.Add(NodeKeys.Create(Path.Combine(folder, "node.key")));
        }

        Genesis genesis = MakeGenesis(keys, owner, options.Grade);
        File.WriteAllBytes(Path.Combine(root, GenesisFiles.Name), genesis.Encode());
        ImmutableArray<DevnetPeer> peers = WritePeers(root, genesis, keys);
        DevnetFolder devnet = new(root, genesis, owner, peers);
        CreateFolder(devnet.JobsPath);
        CreateFolder(devnet.SamplePath);
        devnet.ToContextFile().Save(devnet.ContextPath);
        return devnet;
    }

    public ContextFile ToContextFile() => new()
    {
        Contacts = [.. ContactsOf(Peers)],
        Genesis = Genesis.ChainId.ToString(),
        Key = Path.Combine(Root, "owner.key"),
    };

    /// <summary>What peers kept; jobs, receipt, context and genesis stay.</summary>
    public void RemovePeers()
    {
        foreach (DevnetPeer peer in Peers) Directory.Delete(peer.Folder, recursive: true);
    }

    private static IEnumerable<string> ContactsOf(ImmutableArray<DevnetPeer> peers)
    {
        foreach (DevnetPeer peer in peers) yield return "http://" + peer.Api;
    }

    private static Genesis MakeGenesis(List<KeyPair> peers, KeyPair owner, DevnetGrade? grade)
    {
        SortedDictionary<AccountId, GenesisAllocation> allocations = [];
        ImmutableArray<GenesisValidator>.Builder validators = ImmutableArray.CreateBuilder<GenesisValidator>(peers.Count);
        foreach (KeyPair peer in peers)
        {
            AccountId account = KeyPolicy.Single(peer.PublicKey).ToAccountId();
            allocations.Add(account, new GenesisAllocation(account, Amount.FromTokens(1_000), Amount.FromTokens(200)));
            Hash256 anchor = RevealChain.Of(peer, ChainParameters.Development.Beacon.RevealsMax).Anchor;
            validators.Add(new GenesisValidator(peer.PublicKey, 1, anchor));
        }

        AccountId ownerAccount = KeyPolicy.Single(owner.PublicKey).ToAccountId();
        allocations.Add(ownerAccount, new GenesisAllocation(ownerAccount, Amount.FromTokens(10_000), Amount.Zero));
        return new Genesis
        {
            Name = "devnet",
            IsDevelopment = true,
            Nonce = new Hash256(RandomNumberGenerator.GetBytes(Hash256.ByteCount)),
            Time = Instant.FromMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()),
            Parameters = ParametersOf(grade),
            Validators = validators.MoveToImmutable(),
            Allocations = [.. allocations.Values],
        };
    }

    // Slices are seconds long, and begin and close with blocks: one a second at least.
    private static ChainParameters ParametersOf(DevnetGrade? grade) => grade is { } proven
        ? ChainParameters.Development with { BlockIntervalIdle = Duration.FromSeconds(1), Capacity = DevnetTerms.Of(proven) }
        : ChainParameters.Development;

    // Everybody is told of one other peer and learns of the rest.
    private static ImmutableArray<DevnetPeer> WritePeers(string root, Genesis genesis, List<KeyPair> keys)
    {
        ImmutableArray<int> ports = LoopbackPorts.Find(keys.Count * 2);
        ImmutableArray<DevnetPeer>.Builder peers = ImmutableArray.CreateBuilder<DevnetPeer>(keys.Count);
        for (int i = 0; i < keys.Count; i++)
        {
            int neighbour = i == 0 ? Math.Min(1, keys.Count - 1) : i / 2;
            PeerConfig config = new()
            {
                Genesis = genesis.ChainId.ToString(),
                Listen = Loopback(ports[2 * i]),
                Api = Loopback(ports[(2 * i) + 1]),
                Seeds = neighbour == i ? [] : [Loopback(ports[2 * neighbour])],
                Region = "local",
                // Prices differ, so that an auction has something to decide.
                Provider = new ProviderSection { PricePerSecond = 1_000 + ((ulong)i * 50), Leases = 2 },
                Capacity = genesis.Parameters.Capacity is null ? null : new CapacitySection { Units = 1, Cores = 1, ThrottlePercent = 100 },
            };
            string folder = FolderOf(root, i);
            File.WriteAllText(Path.Combine(folder, "peer.yaml"), PeerConfigFile.Write(config));
            File.WriteAllBytes(Path.Combine(folder, GenesisFiles.Name), genesis.Encode());
            peers.Add(new DevnetPeer(i, folder, config.Listen, config.Api, KeyPolicy.Single(keys[i].PublicKey).ToAccountId()));
        }

        return peers.MoveToImmutable();
    }

    private static string FolderOf(string root, int index) => Path.Combine(root, "peer-" + index.ToString(CultureInfo.InvariantCulture));

    private static string Loopback(int port) => "127.0.0.1:" + port.ToString(CultureInfo.InvariantCulture);

    private static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, OwnerOnly);
    }
}

internal sealed record DevnetPeer(int Index, string Folder, string Listen, string Api, AccountId Account)
{
    public string ConfigPath => Path.Combine(Folder, "peer.yaml");

    public string LogPath => Path.Combine(Folder, "peer.log");
}
