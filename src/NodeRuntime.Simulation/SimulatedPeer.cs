using System;
using System.Collections.Immutable;
using System.Globalization;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Runtime;
using NodeRuntime.Runtime.Capacity;
using NodeRuntime.Simulation.Agreement;
using NodeRuntime.Simulation.Atlas;
using NodeRuntime.Simulation.Capacity;
using NodeRuntime.Simulation.Nemesis;
using NodeRuntime.Workload;

namespace NodeRuntime.Simulation;

/// <summary>A whole peer that can crash and come back with what its disk kept.</summary>
internal sealed class SimulatedPeer
{
    private readonly Genesis _genesis;
    private readonly ISigner _signer;
    private readonly ISignatureVerifier _signatures;
    private readonly VirtualTimeDispatcher _time;
    private readonly SimulatedNetwork _network;
    private readonly Prng _prng;
    private readonly Duration _skew;
    private readonly NodeClock _clock = new();
    private SkewedDispatcher? _dispatcher;
    private readonly Oracle _oracle;
    private readonly SimulationConfig _config;
    private readonly SimulatedDisk _disk;
    private readonly SimulatedBlobs _blobs = new();
    private SimulatedSandbox? _sandbox;
    private PeerNode? _node;
    private ImmutableArray<RevealChain>? _reveals;
    private int _lives;

    public SimulatedPeer(
        int index, Genesis genesis, ISigner signer, ISignatureVerifier signatures, VirtualTimeDispatcher time, SimulatedNetwork network,
        Prng prng, SimulationConfig config, Duration skew, Oracle oracle)
    {
        Index = index;
        _genesis = genesis;
        _signer = signer;
        _signatures = signatures;
        _time = time;
        _network = network;
        _prng = prng;
        _skew = skew;
        _clock.Offset = skew;
        _oracle = oracle;
        _config = config;
        _disk = new SimulatedDisk(time, prng.Fork(), config.Faults) { OnDurable = batch => oracle.Durable(index, batch) };
    }

    public int Index { get; }

    /// <summary>A key that it may vote with beside its node key.</summary>
    public ISigner? SecondKey { get; init; }

    public ConsensusStatus? Consensus => _node?.Consensus;

    public string Address => AddressOf(Index);

    public PublicKey Key => _signer.PublicKey;

    public bool IsUp => _node is not null;

    public LedgerTip? Tip => _node?.Tip;

    /// <summary>What it thinks of the tip that it sees; while it is down, nothing.</summary>
    public ChainOutlook? Outlook => _node?.Consensus.Outlook;

    public SnapshotStatus? Snapshots => _node?.Snapshots;

    /// <summary>Null while it is down.</summary>
    public PeerNode? Node => _node;

    public SimulatedDisk Disk => _disk;

    public TransactionStatus Transactions => _node?.Transactions ?? new TransactionStatus();

    public MembershipStatus Membership => _node?.Membership ?? new MembershipStatus(0, []);

    /// <summary>For a person who reads a violation: takes a turn of the peer's actors.</summary>
    public string Describe()
    {
        if (_node is not { } node) return "down";
        string standing = "no answer";
        node.DescribeConsensus(ActorRef.FromDelegate<string>("describe", text => standing = text));
        _time.RunFor(Duration.FromMilliseconds(1));
        return string.Create(CultureInfo.InvariantCulture, $"{node.Consensus.Mode} links {node.Membership.PeersConnected} {standing}");
    }

    public Height Height { get; private set; }

    public Instant LastAdvance { get; private set; }

    public static string AddressOf(int index) => string.Create(CultureInfo.InvariantCulture, $"10.0.{index / 250}.{(index % 250) + 1}:26600");

    public void Start()
    {
        if (IsUp) return;
        _lives++;
        _sandbox = new SimulatedSandbox(_time, _prng.Fork(), _blobs);
        _dispatcher = new SkewedDispatcher(_time, _clock);
        ActorSystem system = new(string.Create(CultureInfo.InvariantCulture, $"peer-{Index}-{_lives}"), _dispatcher, _prng.Fork());
        NodeModel model = new()
        {
            Genesis = _genesis,
            Chain = _genesis.ChainId,
            Address = Address,
            Api = string.Empty,
            // Everybody knows one other; the rest is learnt.
            Seeds = [AddressOf(Index == 0 ? 1 : Index / 2)],
            Region = string.Empty,
            Provider = new ProviderConfig
            {
                PricePerSecond = new Amount(900 + (UInt128)(Index % 7 * 10)),
                Region = string.Empty,
                MemoryPagesMax = 16_384,
                FuelMax = 1UL << 40,
                InputBytesMax = 1UL << 30,
                OutputBytesMax = 1UL << 28,
                LeasesMax = 4,
            },
            BondTarget = Amount.FromTokens(200),
            Version = "0.1.0",
            Sync = _config.Sync,
            Provenance = _config.Provenance,
            Posture = _config.Posture,
            Capacity = _config.Capacity is null ? null : new CapacityPlan(1, 1, "eu", []),
        };
        system.EventStream.Subscribe(ActorRef.FromDelegate<LedgerTip>("oracle", Advanced));
        system.EventStream.Subscribe(ActorRef.FromDelegate<SystemFailed>("oracle", failed => _oracle.Violate($"peer {Index} failed at {failed.Origin}: {failed.Cause}")));
        if (_config.Log is { } log) system.EventStream.Subscribe(ActorRef.FromDelegate<NodeLog>("log", said => log(Index, said)));
        INetwork network = _network.Attach(Address, _signer.PublicKey, PeerRole.Peer);
        NodePorts ports = new()
        {
            Network = Temper(network, model.ValidatorIndexOf(_signer.PublicKey)),
            Journal = _disk.Open(),
            Blobs = _blobs,
            Sandbox = _sandbox,
            Entropy = new SimulatedEntropy(_prng.Fork()),
            Signer = _signer,
            ConsensusSigners = SecondKey is { } second ? [_signer, second] : [_signer],
            Reveals = _reveals ??= SimulatedReveals.Of(_genesis, _signer, SecondKey),
            Signatures = _signatures,
            Flight = _config.Flight?.Invoke(Index),
            Capacity = _config.Capacity is { } capacity ? OpenEngine(capacity) : null,
        };
        _node = NodeComposition.Compose(system, model, _config.Equip is { } equip ? equip(Index, ports) : ports);
    }

    // What it works on ends with the process: who asked is gone.
    private ICapacityEngine OpenEngine(SimulatedCapacity capacity)
    {
        int life = _lives;
        SimulatedCapacityEngine honest = new(
            capacity.Terms.Proofs, PortableWorkHashes.Instance,
            (delay, action) => _time.ScheduleAt(_time.Now + delay, () =>
            {
                if (IsUp && _lives == life) action();
            }),
            capacity.HashesPerSecond, capacity.Scan);
        return capacity.Bend(Index, honest);
    }

    // A peer that misbehaves on purpose is not watched for it: the oracle asks what the others make of it.
    private INetwork Temper(INetwork network, ValidatorIndex? self)
    {
        if (_config.HasEquivocator && Index == 0) return new Equivocator(network, _signer, _genesis.ChainId);
        if (_config.HasSilentVoter && Index == 1) return new SilentVoter(network);
        if (_config.HasSnapshotPoisoner && Index == 2) return new SnapshotPoisoner(new WatchedNetwork(network, Index, self, _oracle));
        if (_config.HasHeightLiar && Index == 3) return new HeightLiar(new WatchedNetwork(network, Index, self, _oracle));
        if (_config.HasBodyWithholder && Index == 2) network = new BodyWithholder(network, _prng.Fork());
        if (_config.Bend is { } bend) network = bend(Index, _signer, network);
        return new WatchedNetwork(network, Index, self, _oracle);
    }

    /// <summary>Kill -9: what was not durable is lost, whoever was connected finds out.</summary>
    public void Crash()
    {
        if (_node is not { } node) return;
        _node = null;
        _network.Detach(Address);
        _disk.Crash();
        _blobs.Crash();
        _sandbox?.Crash();
        node.System.Terminate();
    }

    public View View => _node?.Consensus.View ?? View.Genesis;

    public void Pause(bool isPaused) => _dispatcher?.Pause(isPaused);

    public void Backup() => _disk.Backup();

    public void Restore(Duration age) => _disk.Restore(age);

    public void Wipe() => _disk.Erase();

    public void Spoil(DiskFault fault, bool isOn, Marks marks)
    {
        switch (fault)
        {
            case DiskFault.Slow:
                _disk.IsSlow = isOn;
                marks.Note(FaultClass.SlowDisk);
                break;
            case DiskFault.Full:
                _disk.Verdict = isOn ? JournalVerdict.DiskFull : JournalVerdict.Written;
                marks.Note(FaultClass.DiskFull);
                break;
            case DiskFault.Error:
                _disk.Verdict = isOn ? JournalVerdict.Failed : JournalVerdict.Written;
                marks.Note(FaultClass.WriteError);
                break;
            case DiskFault.Lost:
                _disk.IsLying = isOn;
                marks.Note(FaultClass.LostWrites);
                break;
            case DiskFault.Torn when isOn:
                Crash();
                marks.Note(FaultClass.TornBatch);
                _time.ScheduleAt(_time.Now + Duration.FromMilliseconds(700), Start);
                break;
            case DiskFault.Rot when isOn:
                Crash();
                _disk.Rot("watermark");
                marks.Note(FaultClass.BitRot);
                _time.ScheduleAt(_time.Now + Duration.FromMilliseconds(500), Start);
                break;
            case DiskFault.Torn:
            case DiskFault.Rot:
                break;
        }
    }

    public void Clock(ClockFault fault, Duration by, bool isOn, Marks marks)
    {
        switch (fault)
        {
            case ClockFault.Offset:
            case ClockFault.Jump:
                marks.Note(fault == ClockFault.Offset ? FaultClass.ClockOffset : FaultClass.ClockJump);
                _clock.Offset = isOn ? by : Duration.Zero;
                break;
            case ClockFault.Drift:
                marks.Note(FaultClass.ClockDrift);
                _clock.Drift(_time.Now, isOn ? 100 : 0);
                break;
            case ClockFault.Frozen:
                marks.Note(FaultClass.ClockFrozen);
                _clock.FrozenAt = isOn ? _clock.Read(_time.Now) : null;
                break;
        }
    }

    /// <summary>Its disk, its clock and its processor are as they should be. What the seed made its clock wrong by stays.</summary>
    public void Heal()
    {
        _disk.IsSlow = false;
        _disk.Verdict = JournalVerdict.Written;
        if (_disk.IsLying) _disk.IsLying = false;
        _clock.Heal(_time.Now);
        _clock.Offset = _skew;
        Pause(false);
    }

    /// <summary>A client's transaction reaches this peer, if it is up.</summary>
    public void Submit(byte[] transaction) =>
        _node?.Submit(transaction, ActorRef.FromDelegate<NodeRuntime.Runtime.Consensus.SubmitAnswer>("owner", static _ => { }));

    private void Advanced(LedgerTip tip)
    {
        if (tip.Certified is null) return;
        // A life that was ended may still have a message in hand; what it thinks is nobody's concern.
        Height = tip.Height;
        LastAdvance = _time.Now;
        _oracle.Advanced(Index, tip);
    }
}
