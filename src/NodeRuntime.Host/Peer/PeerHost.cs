using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Edwards;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Host.Api;
using NodeRuntime.Host.Capacity;
using NodeRuntime.Host.Config;
using NodeRuntime.Host.Dispatch;
using NodeRuntime.Host.Posture;
using NodeRuntime.Host.Telemetry;
using NodeRuntime.Host.Witnesses;
using NodeRuntime.Network;
using NodeRuntime.Persistence;
using NodeRuntime.Persistence.Files;
using NodeRuntime.Persistence.Flight;
using NodeRuntime.Persistence.Folder;
using NodeRuntime.Persistence.Journal;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Provenance.Witnesses;
using NodeRuntime.Runtime;
using NodeRuntime.Runtime.Capacity;
using NodeRuntime.Runtime.Posture;
using NodeRuntime.Runtime.Posture.Challenges;
using NodeRuntime.Runtime.Provenance;
using NodeRuntime.Sandbox;
using NodeRuntime.Watch;
using NodeRuntime.Workload;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace NodeRuntime.Host.Peer;

/// <summary>
/// A peer as a process: reads what a person configured, opens what it needs in an order in which every failure has a
/// clear word, binds the adapters to the runtime's ports, and closes all of it again in the opposite order.
/// </summary>
public sealed class PeerHost : IAsyncDisposable
{
    private readonly Stack<Func<ValueTask>> _closers = [];
    private readonly TaskCompletionSource<Exception?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private PeerHost()
    {
    }

    public PeerNode Node { get; private set; } = null!;

    public string ListenAddress { get; private set; } = string.Empty;

    /// <summary>Ends when the actor system failed for good, with the reason: a <see cref="JournalException"/> where it was the disk.</summary>
    public Task<Exception?> Ended => _ended.Task;

    /// <param name="folder">What the configuration's relative paths are relative to.</param>
    /// <exception cref="HostException">The peer cannot start; the message says why and what to do.</exception>
    public static async Task<PeerHost> StartAsync(PeerConfig config, string folder, ILoggerFactory loggers, CancellationToken stop)
    {
        PeerHost host = new();
        try
        {
            await host.OpenAsync(config, folder, loggers, stop);
            return host;
        }
        catch (Exception exception) when (exception is DataFolderException or JournalException or KeyFileException or NetworkOpenException)
        {
            await host.DisposeAsync();
            throw new HostException(exception.Message, exception);
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_closers.TryPop(out Func<ValueTask>? close)) await close();
    }

    private async Task OpenAsync(PeerConfig config, string folder, ILoggerFactory loggers, CancellationToken stop)
    {
        if (!Hash256.TryParse(config.Genesis, out Hash256 genesisHash)) throw new HostException("genesis: must be the chain's genesis hash");
        ChainId chain = new(genesisHash);
        SystemSignatures signatures = SystemSignatures.Open(RandomNumberGenerator.GetBytes(SystemSignatures.EntropyByteCount));
        KeyPair nodeKey = NodeKeys.Load(Path.Combine(folder, config.Key));
        ISigner signer = signatures.CreateSigner(nodeKey);
        ImmutableArray<KeyPair> consensusKeys = ConsensusKeysOf(config, folder, nodeKey);
        Genesis genesis = await GenesisFiles.FindAsync(config, folder, chain, signer, signatures, loggers, stop);

        SystemWorkHashes works = SystemWorkHashes.Open();
        if (ChainWork.FindMissing(genesis, works, works.Hint) is { } missing) throw new HostException(missing);
        ChainWork work = new(works);
        Closes(work);
        DataFolder data = DataFolder.Open(Path.Combine(folder, config.Data), chain);
        Closes(data);
        SqlJournal journal = config.Postgres.Length == 0 ? SqlJournal.OpenSqlite(data) : SqlJournal.OpenPostgres(config.Postgres, chain);
        Closes(journal);
        FlightRing? flight = OpenFlight(config, data, loggers.CreateLogger("flight"));
        if (flight is not null) Closes(flight);
        CapacityEngine? capacity = OpenCapacity(config, folder, genesis);
        if (capacity is not null) Closes(capacity);
        PosturePlan? posture = PostureOf(config, folder, signer.PublicKey);
        LinuxMachineWatch? machine = posture is null ? null : LinuxMachineWatch.TryOpen(MachineWatchSettings.Default, TimeProvider.System);
        if (machine is not null) Closes(machine);
        FileBlobs blobs = new(data.LeasesPath);
        SandboxProcesses processes = new(
            SandboxCommand.OfThisProcess(), SandboxCapabilities.Probe(), Math.Max(1, config.Provider?.Leases ?? 1));
        ChildProcessSandbox sandbox = new(processes, blobs, Path.Combine(data.Path, "sandbox"));
        TlsNetwork network = TlsNetwork.Open(
            new NetworkConfig { Listen = config.Listen, Advertise = config.Advertise }, signer, signatures, chain, TimeProvider.System,
            loggers.CreateLogger("network"));
        _closers.Push(network.DisposeAsync);
        ListenAddress = network.ListenAddress;

        ThreadPoolDispatcher dispatcher = new();
        Closes(dispatcher);
        ActorTracer? tracer = config.Telemetry is { TracesPerMillion: > 0 } ? new ActorTracer() : null;
        if (tracer is not null) Closes(tracer);
        ActorSystem system = new(
            "peer", dispatcher, new Prng(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8))), SupervisionOf(journal), tracer);
        _closers.Push(() => TerminateAsync(system));
        Listen(system, journal, loggers);
        Node = NodeComposition.Compose(system, ModelOf(config, genesis, chain, network.ListenAddress) with { Capacity = PlanOf(config, capacity), Posture = posture }, new NodePorts
        {
            Network = network,
            Journal = journal,
            Blobs = blobs,
            Sandbox = sandbox,
            Entropy = new SystemEntropy(),
            Signer = signer,
            ConsensusSigners = [.. consensusKeys.Select(signatures.CreateSigner)],
            Reveals = [.. consensusKeys.Select(key => RevealChain.Of(key, genesis.Parameters.Beacon.RevealsMax))],
            Signatures = signatures,
            Flight = flight,
            Work = work,
            Capacity = capacity,
            Machine = machine,
        });
        OpenWitnesses(config, loggers.CreateLogger("witness"));
        if (config.Telemetry is { } telemetry)
        {
            Closes(new TelemetryExport(
                telemetry, signer.PublicKey.ToPeerId().ToString(), Node.Model.Version, () => PeerFigures.Of(Node), () => Node.System.Status(),
                loggers.CreateLogger("telemetry")));
        }

        ApiServer api = await ApiServer.StartAsync(Node, config.Api, loggers);
        _closers.Push(api.DisposeAsync);
    }

    // A calendar goes on without witnesses: what keeps this peer from asking them is said, and is no reason to stay down.
    private void OpenWitnesses(PeerConfig config, ILogger logger)
    {
        if (config.Provenance is not { Enter: true, Witnesses: { Count: > 0 } entries }) return;
        if (!SystemEd25519.TryOpen(out SystemEd25519? ed25519))
        {
            logger.LogWarning("no witness is asked: {Hint}", SystemEd25519.Hint);
            return;
        }

        ImmutableArray<WitnessContact> contacts = [.. entries.Select(static it => new WitnessContact(WitnessKeys.TryParse(it.Key)!, new Uri(it.Url)))];
        WitnessClient client = new(Node, contacts, ed25519!, TimeProvider.System, logger);
        _closers.Push(client.DisposeAsync);
    }

    private static ImmutableArray<KeyPair> ConsensusKeysOf(PeerConfig config, string folder, KeyPair node)
    {
        KeyPair inForce = config.ConsensusKey.Length == 0 ? node : NodeKeys.Load(Path.Combine(folder, config.ConsensusKey));
        return config.NextConsensusKey.Length == 0 ? [inForce] : [inForce, NodeKeys.Load(Path.Combine(folder, config.NextConsensusKey))];
    }

    // A peer works without a recording: what keeps it from one is said, and is no reason to stay down.
    private static FlightRing? OpenFlight(PeerConfig config, DataFolder data, ILogger logger)
    {
        if (config.FlightMiB == 0) return null;
        Action<string> say = text => logger.LogWarning("{Text}", text);
        try
        {
            return new FlightRing(data.FlightPath, (long)config.FlightMiB << 20, TimeSpan.FromMinutes(config.FlightMinutes), TimeProvider.System, say);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            say($"nothing is recorded: {data.FlightPath}: {exception.Message}");
            return null;
        }
    }

    // On a chain that rewards none, nothing is proven, whatever the file says.
    private static CapacityEngine? OpenCapacity(PeerConfig config, string folder, Genesis genesis)
    {
        if (config.Capacity is not { } section || genesis.Parameters.Capacity is not { } terms) return null;
        return new CapacityEngine(CapacityEngineSettings.Of(section, terms.Proofs, Path.Combine(folder, section.Folder)), TimeProvider.System);
    }

    private static CapacityPlan? PlanOf(PeerConfig config, CapacityEngine? engine)
    {
        if (engine is null || config.Capacity is not { } section) return null;
        string region = section.Region.Length > 0 ? section.Region : config.Region;
        return new CapacityPlan(
            engine.Readiness.CpuUnits, engine.Readiness.SpaceUnits, region, [.. section.Attributes.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)])
        {
            Maintenance = [.. section.Maintenance.Select(WindowOf).OrderBy(static window => window.From)],
        };
    }

    private static PosturePlan? PostureOf(PeerConfig config, string folder, PublicKey key)
    {
        PostureSection section = config.Posture ?? new PostureSection();
        if (!section.Watch) return null;
        DeclaredControls declared = PeerControls.Of(section, folder, Path.Combine(folder, config.Data));
        return new PosturePlan(declared.Controls, declared.Rollouts, section.Baseline, PeerControls.UsesOf(section, folder, key, declared))
        {
            Challenges = new ChallengePlan(Duration.FromSeconds(section.Challenge)),
        };
    }

    private static MaintenanceWindow WindowOf(MaintenanceEntry entry)
    {
        Invariant.Holds(CapacityComplaints.TryParse(entry.From, out DateTimeOffset time));
        Instant from = Instant.FromMilliseconds(time.ToUnixTimeMilliseconds());
        return new MaintenanceWindow(from, from + Duration.FromMinutes(entry.Minutes));
    }

    private static NodeModel ModelOf(PeerConfig config, Genesis genesis, ChainId chain, string address) => new()
    {
        Genesis = genesis,
        Chain = chain,
        Address = address,
        Api = config.Api,
        Seeds = [.. config.Seeds],
        Region = config.Region,
        Provider = config.Provider is not { } provider ? null : new ProviderConfig
        {
            PricePerSecond = new Amount(provider.PricePerSecond),
            Region = config.Region,
            MemoryPagesMax = provider.MemoryMiB * 16,
            FuelMax = provider.FuelMax,
            InputBytesMax = provider.InputMiB << 20,
            OutputBytesMax = provider.OutputMiB << 20,
            LeasesMax = provider.Leases,
        },
        Provenance = SettingsOf(config.Provenance ?? new ProvenanceSection()),
        BondTarget = config.Provider is { } seller ? Amount.FromTokens(seller.BondTokens) : Amount.Zero,
        Verifiers = int.Min(Environment.ProcessorCount, NodeModel.VerifiersMax),
        Sync = new SyncSettings
        {
            SnapshotEvery = config.SnapshotEvery,
            SnapshotBehind = config.SnapshotBehind == 0 ? null : config.SnapshotBehind,
            KeepBlocks = ulong.TryParse(config.Retention, NumberStyles.None, CultureInfo.InvariantCulture, out ulong blocks) ? blocks : null,
        },
        Version = typeof(PeerHost).Assembly.GetName().Version?.ToString(3) ?? "0.0.0",
    };

    private static ProvenanceSettings? SettingsOf(ProvenanceSection section) => !section.Enter ? null : ProvenanceSettings.Default with
    {
        Zone = section.Zone,
        RoundsKept = section.Seconds,
        EventsPerSecond = section.EventsPerSecond,
        Retention = Enum.Parse<EventRetention>(section.Keep, ignoreCase: true),
    };

    // A journal that failed once writes no more: to begin anew behind it can only fail again.
    private static SupervisorStrategy SupervisionOf(SqlJournal journal) =>
        SupervisorStrategy.OneForOne(_ => journal.Fault is null ? Directive.Restart : Directive.Escalate);

    // What the supervisors say goes to the log; a system that fails for good ends the process.
    private void Listen(ActorSystem system, SqlJournal journal, ILoggerFactory loggers)
    {
        system.EventStream.Subscribe(ActorRef.FromDelegate<NodeLog>("log", said =>
            loggers.CreateLogger(said.Area).Log(LevelOf(said.Level), "{Text}", said.Text)));
        ILogger actors = loggers.CreateLogger("actors");
        system.EventStream.Subscribe(ActorRef.FromDelegate<ActorFailed>("log", failed =>
            actors.LogError(failed.Cause, "{Actor} failed: {Directive}", failed.Path, failed.Directive)));
        system.EventStream.Subscribe(ActorRef.FromDelegate<SystemFailed>("end", failed => { _ended.TrySetResult(journal.Fault ?? failed.Cause); }));
        system.EventStream.Subscribe(ActorRef.FromDelegate<SystemTerminated>("end", _ => { _ended.TrySetResult(null); }));
    }

    private static LogLevel LevelOf(Runtime.LogLevel level) => level switch
    {
        Runtime.LogLevel.Debug => LogLevel.Debug,
        Runtime.LogLevel.Information => LogLevel.Information,
        Runtime.LogLevel.Warning => LogLevel.Warning,
        Runtime.LogLevel.Error => LogLevel.Error,
    };

    private static async ValueTask TerminateAsync(ActorSystem system)
    {
        TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        system.EventStream.Subscribe(ActorRef.FromDelegate<SystemTerminated>("close", _ => { over.TrySetResult(); }));
        system.Terminate();
        if (system.State is SystemState.Terminated or SystemState.Failed) return;
        await Task.WhenAny(over.Task, Task.Delay(TimeSpan.FromSeconds(3)));
    }

    private void Closes(IDisposable resource) => _closers.Push(() =>
    {
        resource.Dispose();
        return ValueTask.CompletedTask;
    });
}
