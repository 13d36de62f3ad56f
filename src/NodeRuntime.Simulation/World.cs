using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using NodeRuntime.Actors;
using NodeRuntime.Consensus;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Runtime;
using NodeRuntime.Simulation.Atlas;
using NodeRuntime.Simulation.Nemesis;

namespace NodeRuntime.Simulation;

/// <summary>
/// Whole peers, and an owner with jobs, in one thread and virtual time. Every message crosses its encoded bytes, every
/// durable write the simulated disk; only programs and, unless asked otherwise, signatures are make-believe. Everything that happens is drawn from
/// the seed; what must never happen is watched by <see cref="Oracle"/>; after the last fault everybody must come back.
/// </summary>
public sealed class World : INemesisStage
{
    private readonly SimulationConfig _config;
    private readonly VirtualTimeDispatcher _time;
    private readonly Prng _prng;
    private readonly SimulatedNetwork _network;
    private readonly ISignatureVerifier _signatures;
    private readonly SystemSignatures? _system;
    private readonly Auditor _auditor = new();
    private readonly Oracle _oracle;
    private readonly List<SimulatedPeer> _peers = [];
    private readonly SimulatedOwner _owner;
    private readonly SimulatedOperators? _operators;
    private readonly SimulatedCrowd _crowd;
    private readonly Instant _healAt;
    private readonly NemesisRunner? _nemesis;
    private Height _target;
    private Duration? _recovery;
    private int _crashes;
    private int _partitions;

    public World(SimulationConfig config)
    {
        Invariant.Holds(config.Peers >= config.Validators);
        Invariant.Holds(config.Validators >= 1);
        _config = config;
        _prng = new Prng(config.Seed);
        _time = new VirtualTimeDispatcher(_prng.NextUInt64(), Begins, _auditor.Delivered);
        _network = new SimulatedNetwork(_time, new Links(config.Peers + 1, _prng.Fork(), Marks) { Conditions = config.Faults.Links });
        _oracle = new Oracle(_auditor);
        Duration healAt = config.Plan?.HealAt ?? (config.Length > config.HealBefore ? config.Length - config.HealBefore : Duration.Zero);
        _healAt = Begins + healAt;

        SimulatedSignatures registry = new();
        byte[] blinding = new byte[SystemSignatures.EntropyByteCount];
        _prng.Fill(blinding);
        _system = config.UsesRealSignatures ? SystemSignatures.Open(blinding) : null;
        _signatures = _system is null ? registry : _system;
        List<ISigner> signers = [];
        for (int i = 0; i < config.Peers; i++) signers.Add(CreateSigner(registry));
        ISigner owner = CreateSigner(registry);
        // A second key and a wallet for each peer, drawn aside: worlds without operators are what they were.
        Prng aside = new(config.Seed ^ 0x0BE2_A702);
        List<ISigner> secondKeys = [];
        List<ISigner> wallets = [];
        for (int i = 0; config.HasOperators && i < config.Peers; i++)
        {
            secondKeys.Add(CreateSigner(registry, aside));
            wallets.Add(CreateSigner(registry, aside));
        }

        List<ISigner> people = [];
        // Each may have as many waiting as the pool takes of one: so many keep up the rate for ten seconds without a block.
        int crowd = config.TransfersPerSecond * 10 / Limits.MempoolTransactionsPerSenderMax;
        for (int i = 0; i < int.Max(crowd, config.TransfersPerSecond > 0 ? config.Peers : 0); i++) people.Add(CreateSigner(registry));
        Genesis = MakeGenesis(signers, [.. people, owner], wallets);
        if (config.HasEquivocator) _oracle.Suspect(signers[0].PublicKey);
        for (int i = 0; i < config.Peers; i++)
        {
            Duration skew = new(_prng.NextBelow(2) == 0 ? Skew() : -Skew());
            _peers.Add(new SimulatedPeer(i, Genesis, signers[i], _signatures, _time, _network, _prng.Fork(), config, skew, _oracle)
            {
                SecondKey = config.HasOperators ? secondKeys[i] : null,
            });
        }

        // Peers stand among the links by their numbers, the owner behind them.
        foreach (SimulatedPeer peer in _peers) Invariant.Holds(_network.PlaceOf(peer.Address) == peer.Index);
        if (config.Plan is { } plan) _nemesis = new NemesisRunner(plan, this, _prng.Fork());
        _operators = config.HasOperators ? new SimulatedOperators(Genesis, wallets, signers, secondKeys, bytes => _peers.ForEach(peer => peer.Submit(bytes)), aside.Fork()) : null;
        _crowd = new SimulatedCrowd(Genesis, people, _time, people.Count > 0 ? _prng.Fork() : _prng, _peers);
        _owner = new SimulatedOwner(Genesis, owner, _signatures, _time, _network, _prng.Fork(), _peers);
    }

    /// <summary>2026-01-01T00:00:00Z: any moment would do, but the same for all.</summary>
    public static Instant Start => Instant.FromMilliseconds(1_767_225_600_000);

    private Instant Begins => Start + _config.BeginsLater;

    /// <summary>What checks the signatures of this world: its recordings are replayed with it.</summary>
    public ISignatureVerifier Signatures => _signatures;

    public SimulationReport Run()
    {
        Begin();
        AdvanceTo(_config.Length);
        return Finish();
    }

    // The three parts of a run, for scripts that do something of their own in between.

    internal void Begin()
    {
        foreach (SimulatedPeer peer in _peers) peer.Start();
        _nemesis?.Begin();
        ScheduleCrash();
        SchedulePartition();
        ScheduleJob();
        ScheduleSetChange();
        if (_config.TransfersPerSecond > 0) _crowd.Start(_config.TransfersPerSecond);
        _time.ScheduleAt(_healAt, Heal);
    }

    internal void AdvanceTo(Duration sinceStart) => _time.RunUntil(Begins + sinceStart);

    internal Instant Now => _time.Now;

    internal Height HeightOf(int peer) => _peers[peer].Height;

    internal LedgerTip? TipOf(int peer) => _peers[peer].Tip;

    internal Genesis Genesis { get; }

    internal PeerId PeerIdOf(int peer) => _peers[peer].Key.ToPeerId();

    internal SimulatedOperators Operators => _operators ?? Invariant.Unreachable<SimulatedOperators>("a world without operators");

    internal int JobsSettled => _owner.Settled;

    /// <summary>The owner asks for a job, beside those that the seed draws.</summary>
    internal void SubmitJob() => _owner.Submit();

    internal void SlowDisk(int peer, bool isSlow) => DiskOf(peer).IsSlow = isSlow;

    /// <summary>Null while it is down.</summary>
    internal PeerNode? NodeOf(int peer) => _peers[peer].Node;

    internal PublicKey KeyOf(int peer) => _peers[peer].Key;

    internal ChainOutlook? OutlookOf(int peer) => _peers[peer].Outlook;

    internal ConsensusStatus? ConsensusOf(int peer) => _peers[peer].Consensus;

    internal SnapshotStatus? SnapshotsOf(int peer) => _peers[peer].Snapshots;

    internal SimulatedDisk DiskOf(int peer) => _peers[peer].Disk;

    internal TransactionStatus TransactionsOf(int peer) => _peers[peer].Transactions;

    internal MembershipStatus MembershipOf(int peer) => _peers[peer].Membership;

    /// <summary>Bytes of all frames of a class that were sent since the start.</summary>
    internal long BytesSent(Actors.Ports.FrameClass frameClass) => _network.BytesSent(frameClass);

    /// <summary>Nothing passes between these peers and the others until <see cref="Mend"/>.</summary>
    internal void Cut(params int[] side)
    {
        SortedSet<int> cut = [.. side];
        CutWays((from, to) => cut.Contains(from) != cut.Contains(to));
    }

    // The owner stands on the side of those who were not cut off.
    private void CutWays(Func<int, int, bool> isCut)
    {
        List<(int From, int To)> ways = [];
        for (int from = 0; from <= _peers.Count; from++)
        {
            for (int to = 0; to <= _peers.Count; to++)
            {
                if (from != to && isCut(from, to)) ways.Add((from, to));
            }
        }

        Cut(ways, FaultClass.MinorityCut);
    }

    internal SimulationReport Finish()
    {
        CheckLiveness();
        return new SimulationReport
        {
            Config = _config,
            Simulated = _time.Now - Begins,
            FinalizedHeight = LowestHeight(),
            Violations = _oracle.Violations,
            Digest = _auditor.Digest,
            JobsSubmitted = _owner.Submitted,
            JobsSettled = _owner.Settled,
            FramesSent = _network.Links.FramesSent,
            TransfersSent = _crowd.Sent,
            TransfersSettled = _crowd.Settled,
            Crashes = _crashes,
            Partitions = _partitions,
            Recovery = _recovery,
            Marks = Marks,
        };
    }

    /// <summary>Where every peer stands, a line each: for a person who looks into a run.</summary>
    public IEnumerable<string> Describe()
    {
        foreach (SimulatedPeer peer in _peers) yield return string.Create(CultureInfo.InvariantCulture, $"peer {peer.Index}: {peer.Describe()}");
    }

    private ISigner CreateSigner(SimulatedSignatures registry) => CreateSigner(registry, _prng);

    private ISigner CreateSigner(SimulatedSignatures registry, Prng prng)
    {
        if (_system is null) return registry.CreateSigner(prng);
        byte[] entropy = new byte[KeyPair.EntropyByteCountMin];
        prng.Fill(entropy);
        return _system.CreateSigner(KeyPair.Generate(KeyAlgorithm.Secp256k1, entropy));
    }

    private long Skew() => (long)_prng.NextBelow((ulong)_config.Faults.ClockSkewMax.Microseconds + 1);

    private Genesis MakeGenesis(List<ISigner> signers, List<ISigner> others, List<ISigner> wallets)
    {
        SortedDictionary<AccountId, GenesisAllocation> allocations = [];
        foreach (ISigner signer in (List<ISigner>)[.. signers, .. others])
        {
            AccountId account = KeyPolicy.Single(signer.PublicKey).ToAccountId();
            Amount bond = others.Contains(signer) ? Amount.Zero : Amount.FromTokens(200);
            allocations.Add(account, new GenesisAllocation(account, Amount.FromTokens(10_000), bond));
        }

        foreach (ISigner wallet in wallets)
        {
            AccountId account = KeyPolicy.Single(wallet.PublicKey).ToAccountId();
            allocations.Add(account, new GenesisAllocation(account, Amount.FromTokens(1_000), Amount.Zero));
        }

        for (int i = 0; i < _config.AccountsMore; i++)
        {
            byte[] id = new byte[Hash256.ByteCount];
            _prng.Fill(id);
            AccountId account = new(new Hash256(id));
            allocations.Add(account, new GenesisAllocation(account, new Amount(1_000_000), Amount.Zero));
        }

        ChainParameters parameters = ChainParameters.Development with
        {
            EpochBlocks = _config.HasOperators ? 6 : ChainParameters.Development.EpochBlocks,
            Beacon = SimulatedReveals.Parameters,
            Capacity = _config.Capacity?.Terms,
        };
        ImmutableArray<GenesisValidator>.Builder validators = ImmutableArray.CreateBuilder<GenesisValidator>();
        for (int i = 0; i < _config.Validators; i++) validators.Add(new GenesisValidator(signers[i].PublicKey, 1, SimulatedReveals.Of(parameters, signers[i]).Anchor));
        byte[] nonce = new byte[Hash256.ByteCount];
        _prng.Fill(nonce);
        return new Genesis
        {
            Name = "simulation-" + _config.Seed.ToString(CultureInfo.InvariantCulture),
            IsDevelopment = true,
            Nonce = new Hash256(nonce),
            Time = Begins - Duration.FromSeconds(1),
            Parameters = parameters,
            Validators = validators.ToImmutable(),
            Allocations = [.. allocations.Values],
        };
    }

    private bool HasHealed => _time.Now >= _healAt;

    private void ScheduleCrash()
    {
        if (_config.Faults.CrashEvery == Duration.Zero) return;
        _time.ScheduleAt(_time.Now + Around(_config.Faults.CrashEvery), () =>
        {
            if (HasHealed) return;
            SimulatedPeer victim = _peers[_prng.NextBelow(_peers.Count)];
            if (victim.IsUp)
            {
                _crashes++;
                victim.Crash();
                _time.ScheduleAt(_time.Now + _prng.NextDuration(Duration.FromMilliseconds(200), _config.Faults.DownMax), victim.Start);
            }

            ScheduleCrash();
        });
    }

    private void SchedulePartition()
    {
        if (_config.Faults.PartitionEvery == Duration.Zero) return;
        _time.ScheduleAt(_time.Now + Around(_config.Faults.PartitionEvery), () =>
        {
            if (HasHealed) return;
            _partitions++;
            SortedSet<int> side = [];
            foreach (SimulatedPeer peer in _peers)
            {
                if (_prng.NextBelow(2) == 0) side.Add(peer.Index);
            }

            bool isOneWay = _prng.NextBelow(3) == 0;
            CutWays((from, to) => side.Contains(from) != side.Contains(to) && (!isOneWay || side.Contains(from)));
            _time.ScheduleAt(_time.Now + _prng.NextDuration(Duration.FromSeconds(1), _config.Faults.PartitionMax), Mend);
            SchedulePartition();
        });
    }

    private void ScheduleJob()
    {
        if (_config.JobEvery == Duration.Zero) return;
        _time.ScheduleAt(_time.Now + Around(_config.JobEvery), () =>
        {
            _owner.Submit();
            ScheduleJob();
        });
    }

    private void ScheduleSetChange()
    {
        if (_config.SetChangeEvery == Duration.Zero) return;
        _time.ScheduleAt(_time.Now + Around(_config.SetChangeEvery), () =>
        {
            // The validators of genesis stay.
            int first = _config.Validators;
            if (FurthestTip() is { } tip && first < _peers.Count) Marks.Note(Operators.Change(first + _prng.NextBelow(_peers.Count - first), tip.State));
            ScheduleSetChange();
        });
    }

    private LedgerTip? FurthestTip()
    {
        LedgerTip? furthest = null;
        foreach (SimulatedPeer peer in _peers)
        {
            if (peer.Tip is { } tip && (furthest is null || tip.Height > furthest.Height)) furthest = tip;
        }

        return furthest;
    }

    private Duration Around(Duration mean) => _prng.NextDuration(mean / 2, mean + (mean / 2));

    private void Heal()
    {
        _nemesis?.End();
        _network.Links.Heal();
        foreach (SimulatedPeer peer in _peers)
        {
            peer.Heal();
            if (!peer.IsUp) peer.Start();
            if (peer.Height > _target) _target = peer.Height;
        }

        WatchRecovery();
    }

    private void WatchRecovery()
    {
        if (_peers.TrueForAll(peer => peer.Height > _target)) _recovery = _time.Now - _healAt;
        else _time.ScheduleAt(_time.Now + Duration.FromMilliseconds(50), WatchRecovery);
    }

    // ---- the stage of a plan ----

    public int PeerCount => _peers.Count;

    public int ValidatorCount => _config.Validators;

    internal Marks Marks { get; } = new();

    public (int Now, int Next)? Leaders
    {
        get
        {
            if (FurthestTip() is not { } tip) return null;
            View view = View.Genesis;
            foreach (SimulatedPeer peer in _peers)
            {
                if (peer.Tip?.State.Validators.Epoch == tip.State.Validators.Epoch && peer.View > view) view = peer.View;
            }

            if (view == View.Genesis) return null;
            ValidatorSet set = tip.State.Validators;
            return (PeerOf(set, view), PeerOf(set, view.Next));
        }
    }

    private int PeerOf(ValidatorSet set, View view)
    {
        PeerId leader = set[LeaderSchedule.LeaderOf(Genesis.ChainId, set, view)].Peer;
        return _peers.FindIndex(peer => peer.Key.ToPeerId() == leader);
    }

    public void After(Duration delay, Action action) => _time.ScheduleAt(_time.Now + delay, action);

    public void Crash(int peer)
    {
        if (!_peers[peer].IsUp) return;
        _crashes++;
        Marks.Note(FaultClass.Crash);
        _peers[peer].Crash();
    }

    /// <summary>Whole peers step through many machines: where they die is drawn by time.</summary>
    public void CrashAtEffect(int peer) => _time.ScheduleAt(_time.Now + _prng.NextDuration(Duration.Zero, Duration.FromMilliseconds(300)), () => Crash(peer));

    public void Restart(int peer) => _peers[peer].Start();

    public void Pause(int peer, bool isPaused)
    {
        if (isPaused) Marks.Note(FaultClass.Pause);
        _peers[peer].Pause(isPaused);
    }

    /// <summary>What it says comes slowly.</summary>
    public void Slow(int peer, bool isSlow)
    {
        Marks.Note(FaultClass.SlowPeer);
        _network.Links.Drip(peer, isSlow ? 20_000 : 0);
    }

    public void Wipe(int peer)
    {
        Marks.Note(FaultClass.WipedDisk);
        Crash(peer);
        _peers[peer].Wipe();
    }

    public void Restore(int peer, Duration age)
    {
        _peers[peer].Backup();
        After(age, () =>
        {
            if (HasHealed) return;
            Marks.Note(FaultClass.StaleRestore);
            Crash(peer);
            _peers[peer].Restore(age);
            _peers[peer].Start();
        });
    }

    /// <summary>Two whole peers cannot stand at one address: a plan that asks for it is refused for this layer.</summary>
    public void Clone(int peer, Duration lasts) => Invariant.Break("whole peers have no clones");

    public void Cut(IReadOnlyList<(int From, int To)> ways, FaultClass cause)
    {
        _network.Links.Mend();
        foreach ((int from, int to) in ways) _network.Links.Cut(from, to, cause);
    }

    public void Mend() => _network.Links.Mend();

    public void Link(LinkConditions conditions) => _network.Links.Conditions = conditions;

    public void Drip(int peer, int bytesPerSecond) => _network.Links.Drip(peer, bytesPerSecond);

    public void Reset(int peer)
    {
        Marks.Note(FaultClass.ConnectionReset);
        _network.Reset(_peers[peer].Address);
    }

    public void Disk(int peer, DiskFault fault, bool isOn) => _peers[peer].Spoil(fault, isOn, Marks);

    public void Clock(int peer, ClockFault fault, Duration by, bool isOn) => _peers[peer].Clock(fault, by, isOn, Marks);

    /// <summary>Noise at the door of every mempool.</summary>
    public void Flood(int transactionsPerSecond)
    {
        _flood = transactionsPerSecond;
        FloodOnce();
    }

    private int _flood;

    private void FloodOnce()
    {
        if (_flood == 0 || HasHealed) return;
        byte[] noise = new byte[1 + _prng.NextBelow(400)];
        _prng.Fill(noise);
        Marks.Note(FaultClass.MempoolFlooder);
        foreach (SimulatedPeer peer in _peers) peer.Submit(noise);
        After(new Duration(1_000_000 / _flood), FloodOnce);
    }

    private Height LowestHeight()
    {
        Height lowest = new(ulong.MaxValue);
        foreach (SimulatedPeer peer in _peers)
        {
            if (peer.Height < lowest) lowest = peer.Height;
        }

        return lowest;
    }

    // After the last fault: everybody is within a few blocks of the furthest, and the furthest has moved on.
    private void CheckLiveness()
    {
        if (_config.Length <= _config.HealBefore && _config.Plan is null) return;
        Height highest = Height.Genesis;
        foreach (SimulatedPeer peer in _peers)
        {
            if (peer.Height > highest) highest = peer.Height;
        }

        foreach (SimulatedPeer peer in _peers)
        {
            if (!peer.IsUp) continue;
            if (peer.Height.Number + 8 < highest.Number) _oracle.Violate($"liveness: peer {peer.Index} is at height {peer.Height}, the furthest at {highest}");
            if (peer.LastAdvance < _time.Now - Duration.FromSeconds(12)) _oracle.Violate($"liveness: peer {peer.Index} has not advanced for {(_time.Now - peer.LastAdvance).Milliseconds} ms: {peer.Describe()}");
        }
    }
}
