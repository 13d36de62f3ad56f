using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Consensus;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Runtime.Consensus;
using NodeRuntime.Simulation.Atlas;
using NodeRuntime.Simulation.Nemesis;
using NodeRuntime.Simulation.Pictures;

namespace NodeRuntime.Simulation.Agreement;

/// <summary>
/// The consensus layer of many peers in virtual time: the machine, the ledger, the store and its recovery as they ship; links,
/// disks, clocks, signatures and drivers of the simulator. A plan goes wrong, then the world heals, and every honest peer must
/// finalize a block that nobody had before, within <see cref="RecoveryMax"/>.
/// </summary>
public sealed class AgreementWorld : INemesisStage
{
    public static readonly Duration RecoveryMax = Duration.FromSeconds(15);

    /// <summary>How far a plan may put a clock wrong: the drift that headers are allowed bounds what voters accept.</summary>
    internal static readonly Duration ClockErrorMax = Duration.FromSeconds(4);

    private static readonly Duration LookEvery = Duration.FromMilliseconds(500);
    private static readonly Duration ResendEvery = Duration.FromSeconds(3);
    private static readonly Duration CutGrace = Duration.FromSeconds(2);

    private readonly List<AgreementNode> _nodes = [];
    private readonly SortedDictionary<PeerId, int> _keys = [];
    private readonly List<List<AgreementNode>> _byKey = [];
    private readonly SimulatedSignatures _registry = new();
    private readonly Links _links;
    private readonly NemesisRunner _nemesis;
    private readonly List<SentTransaction> _outstanding = [];
    private readonly Stack<Volley> _volleys = [];
    private readonly SortedSet<int> _taintedKeys = [];
    private readonly List<ISigner> _secondKeys = [];
    private readonly SimulatedOperators? _operators;
    private readonly ChainId _chain;
    private readonly bool[] _isDeaf;
    private readonly ISigner[] _owners;
    private readonly ulong[] _sequences;
    private readonly Prng _traffic;
    private readonly bool _isNetworkCalm;
    private readonly int _faultyMax;
    private int _flood;
    private int _cutNumber;
    private Instant _healedAt;
    private Instant _resentAt;
    private Height _target;
    private Duration? _recovery;

    public AgreementWorld(AgreementConfig config)
    {
        Invariant.Holds(config.Validators is >= 1 and <= Limits.ValidatorsMax);
        Config = config;
        Prng = new Prng(config.Seed);
        Time = new VirtualTimeDispatcher(Prng.NextUInt64(), World.Start);
        _traffic = Prng.Fork();
        Timeline = config.Timeline;
        RuleMutant = RuleMutants.Of(config.Mutant);
        ulong[] weights = new ulong[config.Validators];
        List<ISigner> signers = [];
        for (int i = 0; i < config.Validators + config.Observers; i++) signers.Add(_registry.CreateSigner(Prng));
        for (int i = 0; i < weights.Length; i++) weights[i] = config.Weights.IsDefaultOrEmpty ? 1 : config.Weights[i];
        _owners = [_registry.CreateSigner(Prng), _registry.CreateSigner(Prng)];
        _sequences = new ulong[_owners.Length];
        Genesis = MakeGenesis(config, signers, weights, _owners);
        _chain = Genesis.ChainId;
        GenesisState = LedgerState.FromGenesis(Genesis);
        Oracle = new AgreementOracle(this);
        if (config.SetChangeEvery > Duration.Zero)
        {
            // Drawn aside: a world whose set stands is what it was.
            Prng aside = new(config.Seed ^ 0x0BE2_A702);
            foreach (ISigner _ in signers) _secondKeys.Add(_registry.CreateSigner(aside));
            _operators = new SimulatedOperators(Genesis, signers, signers, _secondKeys, bytes => _nodes.ForEach(node => node.Submit(bytes)), aside);
        }

        _faultyMax = Math.Max(1, (config.Validators - 1) / 3);
        // A place more for every key that may run twice.
        int places = signers.Count + _faultyMax;
        _links = new Links(places, Prng.Fork(), Marks);
        _isDeaf = new bool[places * places];
        _isNetworkCalm = IsCalm(config.Plan);
        SortedDictionary<int, FaultClass> misdeeds = Misdeeds(config.Plan);
        for (int i = 0; i < signers.Count; i++) Add(NewNode(i, i, signers[i], misdeeds));
        // Nobody comes into a set seconds after it was set up: who is younger than a seal, and was not ready for it, is fenced like one whose disk was emptied.
        for (int i = config.Validators; config.SetChangeEvery > Duration.Zero && i < signers.Count; i++)
        {
            _nodes[i].Disk.Hold(ConsensusStore.PutBirth(new LogRecord.Born(World.Start - Duration.FromMinutes(1))));
        }

        for (int i = 0; i < _faultyMax; i++)
        {
            AgreementNode second = NewNode(signers.Count + i, i, signers[i], misdeeds);
            second.IsPresent = second.IsTwin;
            Add(second);
        }

        foreach ((int peer, FaultClass kind) in misdeeds)
        {
            _taintedKeys.Add(peer);
            if (kind is not FaultClass.Twins) _nodes[peer].Misbehave(kind);
        }

        _nemesis = new NemesisRunner(config.Plan, this, Prng.Fork());
    }

    public AgreementConfig Config { get; }

    public Genesis Genesis { get; }

    public int PeerCount => Config.Validators + Config.Observers;

    public int ValidatorCount => Config.Validators;

    /// <summary>A value, and the same for everybody.</summary>
    internal LedgerState GenesisState { get; }

    internal Prng Prng { get; }

    internal VirtualTimeDispatcher Time { get; }

    internal AgreementOracle Oracle { get; }

    internal EventHash Hash { get; } = new();

    internal Marks Marks { get; } = new();

    internal Timeline? Timeline { get; }

    internal RuleMutant RuleMutant { get; }

    internal ISignatureVerifier Signatures => _registry;

    internal long Inputs { get; set; }

    internal IReadOnlyList<AgreementNode> Nodes => _nodes;

    public AgreementReport Run()
    {
        try
        {
            foreach (AgreementNode node in _nodes) Revive(node);
            _nemesis.Begin();
            Look();
            if (Config.TransferEvery > Duration.Zero) Transfer();
            if (_operators is not null) ChangeSet(_operators);
            if (_nodes.Exists(static node => node.IsTwin) && Config.Twins is null) MixTwins();
            Time.RunUntil(World.Start + Config.Plan.HealAt);
            Heal();
            Instant end = World.Start + Config.Plan.Length;
            Time.RunUntil(() => _recovery is not null || Time.Now - _healedAt > RecoveryMax, Instant.FromMilliseconds(long.MaxValue / 2000));
            if (_recovery is null) Oracle.Violate("L1: " + Stragglers());
            // Twins are about the views before; what follows is like everywhere else.
            if (Config.Twins is null && Time.Now < end) Time.RunUntil(end);
            CheckEnd();
        }
        catch (Exception exception) when (exception is InvariantException or OverflowException or ArgumentException or InvalidOperationException or NullReferenceException or KeyNotFoundException or IndexOutOfRangeException)
        {
            // A handler that throws is a violation like any other, and the run is over.
            Oracle.Violate($"I14: {exception.GetType().Name}: {exception.Message} {FirstFrame(exception)}");
        }

        return Report();
    }

    private AgreementReport Report()
    {
        Height lowest = new(ulong.MaxValue);
        foreach (AgreementNode node in _nodes)
        {
            if (IsRequired(node) && node.Finalized < lowest) lowest = node.Finalized;
        }

        return new AgreementReport
        {
            Seed = Config.Seed,
            Plan = string.Create(CultureInfo.InvariantCulture, $"{PeerCount} peers: {Config.Plan.Describe()}"),
            Violations = Oracle.Violations,
            Digest = Hash.Finish(),
            Simulated = Time.Now - World.Start,
            Recovery = _recovery,
            FinalizedHeight = lowest,
            TransactionsFinal = Oracle.TransactionsFinal,
            FramesSent = _links.FramesSent,
            Inputs = Inputs,
            Marks = Marks,
        };
    }

    private static string FirstFrame(Exception exception)
    {
        string trace = exception.StackTrace ?? string.Empty;
        foreach (string line in trace.Split('\n'))
        {
            int path = line.IndexOf(" in ", StringComparison.Ordinal);
            if (!line.Contains("Invariant.", StringComparison.Ordinal)) return (path < 0 ? line : line[..path]).Trim();
        }

        return string.Empty;
    }

    // ---- who there is ----

    private AgreementNode NewNode(int number, int key, ISigner signer, SortedDictionary<int, FaultClass> misdeeds)
    {
        bool isTwin = misdeeds.TryGetValue(key, out FaultClass kind) && kind == FaultClass.Twins;
        return new AgreementNode(this, number, key, signer)
        {
            IsTwin = isTwin,
            Reveals = SimulatedReveals.Of(Genesis, signer, _secondKeys.Count > key ? _secondKeys[key] : null),
            SecondKey = _secondKeys.Count > key ? _secondKeys[key] : null,
            IsVoterWatched = !isTwin && number < PeerCount,
            IsFaithful = !isTwin,
        };
    }

    private void Add(AgreementNode node)
    {
        _nodes.Add(node);
        if (node.Key < _byKey.Count)
        {
            _byKey[node.Key].Add(node);
            return;
        }

        _byKey.Add([node]);
        _keys.Add(node.Id, node.Key);
    }

    private static SortedDictionary<int, FaultClass> Misdeeds(NemesisPlan plan)
    {
        SortedDictionary<int, FaultClass> misdeeds = [];
        foreach (NemesisStep step in plan.Steps)
        {
            if (step.Act == NemesisAct.Be && step.Target == NemesisTarget.Peer) misdeeds[step.Peer] = step.Misdeed;
            if (step.Act != NemesisAct.Be || step.Target != NemesisTarget.Faulty) continue;
            for (int i = 0; i < Math.Max(1, (plan.Peers - 1) / 3); i++) misdeeds[i] = step.Misdeed;
        }

        return misdeeds;
    }

    private static bool IsCalm(NemesisPlan plan)
    {
        foreach (NemesisStep step in plan.Steps)
        {
            if (step.Act is NemesisAct.Link or NemesisAct.Cut or NemesisAct.Flap or NemesisAct.Drip or NemesisAct.Be) return false;
        }

        return true;
    }

    private static Genesis MakeGenesis(AgreementConfig config, List<ISigner> signers, ulong[] weights, ISigner[] owners)
    {
        ChainParameters parameters = ChainParameters.Development with
        {
            EpochBlocks = config.SetChangeEvery > Duration.Zero ? 6 : ChainParameters.Development.EpochBlocks,
            Beacon = SimulatedReveals.Parameters,
        };
        ImmutableArray<GenesisValidator>.Builder validators = ImmutableArray.CreateBuilder<GenesisValidator>();
        SortedDictionary<AccountId, GenesisAllocation> allocations = [];
        for (int i = 0; i < weights.Length; i++)
        {
            validators.Add(new GenesisValidator(signers[i].PublicKey, weights[i], SimulatedReveals.Of(parameters, signers[i]).Anchor));
            AccountId account = KeyPolicy.Single(signers[i].PublicKey).ToAccountId();
            allocations.Add(account, new GenesisAllocation(account, Amount.FromTokens(10_000), Amount.FromTokens(200)));
        }

        for (int i = weights.Length; config.SetChangeEvery > Duration.Zero && i < signers.Count; i++)
        {
            AccountId account = KeyPolicy.Single(signers[i].PublicKey).ToAccountId();
            allocations.Add(account, new GenesisAllocation(account, Amount.FromTokens(10_000), Amount.Zero));
        }

        foreach (ISigner owner in owners)
        {
            AccountId account = KeyPolicy.Single(owner.PublicKey).ToAccountId();
            allocations.Add(account, new GenesisAllocation(account, Amount.FromTokens(10_000), Amount.Zero));
        }

        Genesis genesis = new()
        {
            Name = "agreement",
            IsDevelopment = true,
            Nonce = Hasher.Sha256(BitConverter.GetBytes(config.Seed)),
            Time = World.Start - Duration.FromSeconds(1),
            Parameters = parameters,
            Validators = validators.ToImmutable(),
            Allocations = [.. allocations.Values],
        };
        // The leaders of the first views follow from the nonce: a case of twins asks for certain ones.
        for (ulong nonce = 0; config.Twins is { } twins && !twins.Fits(genesis); nonce++)
        {
            genesis = genesis with { Nonce = Hasher.Sha256(BitConverter.GetBytes(nonce)) };
        }

        return genesis;
    }

    internal bool IsKeyHonest(int key) => !_taintedKeys.Contains(key);

    internal bool IsPeerHonest(PeerId peer) => _keys.TryGetValue(peer, out int key) && IsKeyHonest(key);

    internal int KeyOf(PeerId peer) => _keys[peer];

    internal Vote SignVote(AgreementNode node, VoteSlot slot, ValidatorIndex voter, Hash256? value) =>
        new(slot, value, voter, node.Signer.Sign(slot.SigningDigest(_chain, value)));

    /// <summary>The set that a machine is started with.</summary>
    internal ValidatorSet Mutate(ValidatorSet set) => Config.Mutant == Mutant.QuorumMinusOne ? set.WithQuorumShortOf(1) : set;

    private bool IsRequired(AgreementNode node) => node.IsFaithful && node.IsPresent && node.Number < PeerCount;

    // ---- frames ----

    /// <summary>To whoever holds this key: one machine, or two.</summary>
    internal void Carry(AgreementNode from, int key, Frame frame)
    {
        Volley volley = Take(from, frame);
        Carry(volley, from, key, frame);
        volley.Launch();
    }

    /// <summary>To whoever holds one of these keys.</summary>
    internal void CarryToAll(AgreementNode from, bool[] keys, Frame frame)
    {
        Volley volley = Take(from, frame);
        for (int key = 0; key < keys.Length; key++)
        {
            if (keys[key]) Carry(volley, from, key, frame);
        }

        volley.Launch();
    }

    private Volley Take(AgreementNode from, Frame frame) => (_volleys.TryPop(out Volley? volley) ? volley : new Volley(Time, _volleys)).Of(from, frame);

    private void Carry(Volley volley, AgreementNode from, int key, Frame frame)
    {
        foreach (AgreementNode node in _byKey[key])
        {
            if (node == from || !node.IsPresent) continue;
            if (_isDeaf[(from.Number * _nodes.Count) + node.Number]) continue;
            if (Config.Twins is { } twins && _healedAt == default && !twins.Hears(from, node, frame)) continue;
            Carry(volley, from, node, frame);
        }
    }

    private void Carry(Volley volley, AgreementNode from, AgreementNode to, Frame frame)
    {
        FrameFate fate = _links.Send(Time.Now, from.Number, to.Number, frame.Bytes.Length);
        if (fate.First is not { } first) return;
        if (fate.Damage == FrameDamage.None) volley.Lands(first, to);
        else RefuseAt(first, from, to, frame, fate.Damage);
        if (fate.Second is { } second) volley.Lands(second, to);
    }

    private void RefuseAt(Instant due, AgreementNode from, AgreementNode to, Frame frame, FrameDamage damage) =>
        Time.ScheduleAt(due, () => Refuse(from, to, Spoil(frame.Bytes, damage)));

    private byte[] Spoil(byte[] bytes, FrameDamage damage)
    {
        if (damage == FrameDamage.Truncated) return bytes[.._traffic.NextBelow(bytes.Length)];
        byte[] flipped = [.. bytes];
        flipped[_traffic.NextBelow(bytes.Length)] ^= (byte)(1 << _traffic.NextBelow(8));
        return flipped;
    }

    // The transport's seal is broken, so the connection ends. That decoding such bytes throws nothing is asked all the same.
    private void Refuse(AgreementNode from, AgreementNode to, byte[] bytes)
    {
        ConsensusMessage? decoded = ConsensusMessage.Decode(bytes);
        Hash.Add(decoded is null ? 0 : 1, bytes.Length);
        Reconnect(from, to);
    }

    private void Reconnect(AgreementNode one, AgreementNode other)
    {
        Marks.Note(FaultClass.ConnectionReset);
        one.Left(other);
        other.Left(one);
        Time.ScheduleAt(Time.Now + Duration.FromMilliseconds(20), () => Meet(one, other));
    }

    private static void Meet(AgreementNode one, AgreementNode other)
    {
        if (one.Id == other.Id || !one.IsUp || !other.IsUp) return;
        one.Connected(other);
        other.Connected(one);
    }

    /// <summary>Up, if it is to be, and connected with all others that are.</summary>
    internal void Revive(AgreementNode node)
    {
        if (node.IsUp || !node.IsPresent) return;
        node.Start();
        foreach (AgreementNode other in _nodes)
        {
            if (other != node) Meet(node, other);
        }
    }

    /// <summary>Its partners see the connection end, unless another machine with its key is still there.</summary>
    internal void Vanished(AgreementNode gone)
    {
        if (_byKey[gone.Key].Exists(static node => node.IsUp)) return;
        foreach (AgreementNode node in _nodes)
        {
            if (node != gone) node.Left(gone);
        }
    }

    // ---- what clients do ----

    private void Transfer()
    {
        Submit(_traffic.NextBelow(_owners.Length));
        Time.ScheduleAt(Time.Now + _traffic.NextDuration(Config.TransferEvery / 2, Config.TransferEvery * 3 / 2), Transfer);
    }

    private void Submit(int owner)
    {
        AccountId other = KeyPolicy.Single(_owners[1 - owner].PublicKey).ToAccountId();
        Message message = new Message.Transfer(other, new Amount(1 + _traffic.NextBelow(1000UL)));
        Transaction transaction = TransactionBuilder.Sign(
            _owners[owner], _chain, _sequences[owner]++, Genesis.Parameters.TransactionFee, new Height(1_000_000), [message]);
        byte[] bytes = transaction.Encode();
        SentTransaction sent = new(owner, bytes, Time.Now);
        _outstanding.Add(sent);
        Offer(sent);
    }

    private void Offer(SentTransaction sent)
    {
        bool areAllTold = true;
        foreach (AgreementNode node in _nodes) areAllTold &= node.Submit(sent.Bytes) || !IsRequired(node);
        if (areAllTold) sent.KnownAt ??= Time.Now;
        else sent.KnownAt = null;
    }

    // Whoever changes its key votes for its bond, which is more. So those who may become faulty, the first F, keep their places and their weight:
    // the others come, change their keys and go.
    private void ChangeSet(SimulatedOperators operators)
    {
        if (Furthest() is { State: { } state })
        {
            int peer = _traffic.NextBelow(PeerCount);
            if (peer >= ValidatorCount) Marks.Note(operators.Change(peer, state));
            else if (peer >= _faultyMax) Marks.Note(operators.Rotate(peer, state));
        }

        After(_traffic.NextDuration(Config.SetChangeEvery / 2, Config.SetChangeEvery * 3 / 2), () => ChangeSet(operators));
    }

    private AgreementNode? Furthest()
    {
        AgreementNode? furthest = null;
        foreach (AgreementNode node in _nodes)
        {
            if (node.IsUp && (furthest is null || node.Finalized > furthest.Finalized)) furthest = node;
        }

        return furthest;
    }

    // A client that hears nothing of its transaction says it again; and what runs over is looked at.
    private void Look()
    {
        _outstanding.RemoveAll(sent => Oracle.HasTransaction(sent.Bytes));
        bool isTime = Time.Now - _resentAt >= ResendEvery;
        if (isTime) _resentAt = Time.Now;
        foreach (SentTransaction sent in _outstanding)
        {
            if (isTime && Time.Now - sent.At >= ResendEvery) Offer(sent);
        }

        foreach (AgreementNode node in _nodes)
        {
            if (node.Snapshot is { } snapshot) Oracle.Holds(node, snapshot);
        }

        if (_flood > 0) FloodOnce();
        Time.ScheduleAt(Time.Now + LookEvery, Look);
    }

    // Of strangers without an account, of known ones far ahead of their turn, and noise.
    private void FloodOnce()
    {
        for (int i = 0; i < _flood / 2; i++)
        {
            byte[] bytes;
            if (_traffic.NextChance(300))
            {
                bytes = new byte[1 + _traffic.NextBelow(400)];
                _traffic.Fill(bytes);
            }
            else
            {
                ISigner stranger = _owners[_traffic.NextBelow(_owners.Length)];
                AccountId to = KeyPolicy.Single(stranger.PublicKey).ToAccountId();
                ulong sequence = 100_000 + _traffic.NextBelow(1_000_000UL);
                bytes = TransactionBuilder.Sign(
                    stranger, _chain, sequence, Genesis.Parameters.TransactionFee, new Height(1_000_000), [new Message.Transfer(to, new Amount(1))]).Encode();
            }

            Marks.Note(FaultClass.MempoolFlooder);
            foreach (AgreementNode node in _nodes) node.Submit(bytes);
        }
    }

    // ---- what peers did ----

    internal void Delivered(AgreementNode node, Block block, LedgerState state)
    {
        Hash256 digest = block.Header.Digest;
        Hash.Add(digest);
        if (node.IsFaithful) Oracle.Delivered(node, block, digest, state);
        Timeline?.Finalized(Time.Now, node.Number, block.Header.View, block.Header.Height);
        if (_healedAt == default || _recovery is not null) return;
        if (_nodes.TrueForAll(other => !IsRequired(other) || other.Finalized > _target)) _recovery = Time.Now - _healedAt;
    }

    private void Heal()
    {
        _nemesis.End();
        _links.Heal();
        Array.Clear(_isDeaf);
        _flood = 0;
        foreach (AgreementNode node in _nodes)
        {
            if (node.Number >= PeerCount && !node.IsTwin)
            {
                node.IsPresent = false;
                node.Crash();
            }

            node.Heal();
            if (node.Finalized > _target) _target = node.Finalized;
        }

        _healedAt = Time.Now;
        Timeline?.Healed(Time.Now);
        foreach (AgreementNode node in _nodes)
        {
            Revive(node);
            foreach (AgreementNode other in _nodes) Meet(node, other);
        }
    }

    // After the last fault: everybody near the furthest, and every transaction that all know in a block (L2).
    private void CheckEnd()
    {
        if (_recovery is null || Config.Twins is not null) return;
        Height highest = Height.Genesis;
        foreach (AgreementNode node in _nodes)
        {
            if (node.Finalized > highest) highest = node.Finalized;
        }

        foreach (AgreementNode node in _nodes)
        {
            if (IsRequired(node) && node.Finalized.Number + 8 < highest.Number) Oracle.Violate($"L3: peer {node.Number} is at height {node.Finalized}, the furthest at {highest}");
        }

        // In their order: one waits for those that its sender sent before it.
        Instant[] known = new Instant[_owners.Length];
        foreach (SentTransaction sent in _outstanding)
        {
            if (Oracle.HasTransaction(sent.Bytes)) continue;
            Instant since = sent.KnownAt ?? new Instant(long.MaxValue);
            if (since > known[sent.Owner]) known[sent.Owner] = since;
            bool isLate = Time.Now - _healedAt > RecoveryMax && known[sent.Owner] < Time.Now - Duration.FromSeconds(10);
            if (isLate) Oracle.Violate($"L2: a transaction of {(sent.At - World.Start).Milliseconds} ms is in no block");
        }
    }

    private string Stragglers()
    {
        System.Text.StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"no new block everywhere within {RecoveryMax.Seconds} s of healing:");
        foreach (AgreementNode node in _nodes)
        {
            if (node.Number < PeerCount || node.IsTwin) text.Append(CultureInfo.InvariantCulture, $" [{node.Number} height {node.Finalized} view {node.Snapshot?.View}{(node.Snapshot is { IsFenced: true } ? " fenced" : string.Empty)}{(node.IsFaithful ? string.Empty : " liar")}]");
        }

        foreach (AgreementNode node in _nodes) text.Append("\n    ").Append(node.Number).Append(": ").Append(node.Describe());
        return text.ToString();
    }

    // Who hears which twin changes all the time.
    private void MixTwins()
    {
        if (_healedAt != default) return;
        Marks.Note(FaultClass.Twins);
        foreach (AgreementNode node in _nodes)
        {
            if (node.IsTwin) continue;
            foreach (AgreementNode twin in _nodes)
            {
                if (!twin.IsTwin) continue;
                bool isDeaf = _traffic.NextChance(400);
                _isDeaf[(node.Number * _nodes.Count) + twin.Number] = isDeaf;
                _isDeaf[(twin.Number * _nodes.Count) + node.Number] = isDeaf;
            }
        }

        Time.ScheduleAt(Time.Now + _traffic.NextDuration(Duration.FromMilliseconds(100), Duration.FromMilliseconds(1500)), MixTwins);
    }

    // ---- the stage ----

    public (int Now, int Next)? Leaders
    {
        get
        {
            ConsensusSnapshot? furthest = null;
            foreach (AgreementNode node in _nodes)
            {
                if (node.Snapshot is { } snapshot && (furthest is null || AtOf(snapshot) > AtOf(furthest))) furthest = snapshot;
            }

            if (furthest is null) return null;
            ValidatorSet set = furthest.Validators;
            return (_keys[set[furthest.Leader].Peer], _keys[set[LeaderSchedule.LeaderOf(_chain, set, furthest.View.Next)].Peer]);
        }
    }

    private static EpochView AtOf(ConsensusSnapshot snapshot) => new(snapshot.Validators.Epoch, snapshot.View);

    public void After(Duration delay, Action action) => Time.ScheduleAt(Time.Now + delay, action);

    public void Crash(int peer)
    {
        if (!_nodes[peer].IsUp) return;
        Marks.Note(FaultClass.Crash);
        _nodes[peer].Crash();
        if (_nodes.TrueForAll(static node => !node.IsUp)) Marks.Note(FaultClass.CrashAll);
    }

    public void CrashAtEffect(int peer) => _nodes[peer].CrashAtEffect();

    public void Restart(int peer) => Revive(_nodes[peer]);

    public void Pause(int peer, bool isPaused) => _nodes[peer].Pause(isPaused);

    public void Slow(int peer, bool isSlow) => _nodes[peer].IsSlow = isSlow;

    public void Wipe(int peer)
    {
        Taint(peer, !_isNetworkCalm);
        Marks.Note(FaultClass.WipedDisk);
        _nodes[peer].Crash();
        _nodes[peer].Disk.Erase();
    }

    public void Restore(int peer, Duration age)
    {
        AgreementNode node = _nodes[peer];
        node.Disk.Backup();
        // A first backup cannot be older than it is: it is put back when it has the age.
        After(age, () =>
        {
            if (_healedAt != default) return;
            Taint(peer, !_isNetworkCalm);
            Marks.Note(FaultClass.StaleRestore);
            node.Crash();
            node.Disk.Restore(age);
            Revive(node);
        });
    }

    public void Clone(int peer, Duration lasts)
    {
        int places = _nodes.Count - PeerCount;
        if (peer >= places) return;
        Taint(peer, true);
        AgreementNode clone = _nodes[PeerCount + peer];
        if (clone.IsUp || clone.IsTwin) return;
        Marks.Note(FaultClass.KeyClone);
        _nodes[peer].Disk.CopyTo(clone.Disk);
        clone.IsPresent = true;
        clone.IsVoterWatched = false;
        Revive(clone);
        if (lasts == Duration.Zero) return;
        After(lasts, () =>
        {
            clone.IsPresent = false;
            clone.Crash();
        });
    }

    public void Cut(IReadOnlyList<(int From, int To)> ways, FaultClass cause)
    {
        _links.Mend();
        foreach ((int from, int to) in ways) _links.Cut(from, to, cause);
        // A second machine of a key hears what the first one hears.
        foreach ((int from, int to) in ways)
        {
            int second = PeerCount;
            if (from + second < _nodes.Count && from < _nodes.Count - PeerCount) _links.Cut(from + second, to, cause);
            if (to + second < _nodes.Count && to < _nodes.Count - PeerCount) _links.Cut(from, to + second, cause);
        }

        Timeline?.CutBegan(Time.Now, cause.ToString());
        WatchMinorities();
    }

    public void Mend()
    {
        _cutNumber++;
        _links.Mend();
        Timeline?.CutEnded(Time.Now);
    }

    public void Link(LinkConditions conditions)
    {
        _links.Conditions = conditions;
        Timeline?.Noted(Time.Now, "links change");
    }

    public void Drip(int peer, int bytesPerSecond) => _links.Drip(peer, bytesPerSecond);

    public void Reset(int peer)
    {
        foreach (AgreementNode other in _nodes)
        {
            if (other.Id != _nodes[peer].Id) Reconnect(_nodes[peer], other);
        }
    }

    public void Disk(int peer, DiskFault fault, bool isOn)
    {
        AgreementNode node = _nodes[peer];
        switch (fault)
        {
            case DiskFault.Slow:
                node.Disk.IsSlow = isOn;
                Marks.Note(FaultClass.SlowDisk);
                break;
            case DiskFault.Full:
                node.Disk.Verdict = isOn ? JournalVerdict.DiskFull : JournalVerdict.Written;
                break;
            case DiskFault.Error:
                node.Disk.Verdict = isOn ? JournalVerdict.Failed : JournalVerdict.Written;
                break;
            case DiskFault.Rot when isOn:
                Taint(peer, !_isNetworkCalm);
                node.Crash();
                node.Disk.Rot("watermark");
                Marks.Note(FaultClass.BitRot);
                After(Duration.FromMilliseconds(500), () => Revive(node));
                break;
            case DiskFault.Torn when isOn:
                node.CrashAtEffect();
                After(Duration.FromMilliseconds(700), () => Revive(node));
                break;
            case DiskFault.Lost:
                Taint(peer, true);
                node.Disk.IsLying = isOn;
                break;
            case DiskFault.Rot:
            case DiskFault.Torn:
                break;
        }
    }

    public void Clock(int peer, ClockFault fault, Duration by, bool isOn)
    {
        NodeClock clock = _nodes[peer].Clock;
        Duration bounded = by > ClockErrorMax ? ClockErrorMax : by;
        switch (fault)
        {
            case ClockFault.Offset:
                Marks.Note(FaultClass.ClockOffset);
                clock.Offset = isOn ? bounded : Duration.Zero;
                break;
            case ClockFault.Jump:
                Marks.Note(FaultClass.ClockJump);
                clock.Offset = isOn ? bounded : Duration.Zero;
                break;
            case ClockFault.Drift:
                Marks.Note(FaultClass.ClockDrift);
                clock.Drift(Time.Now, isOn ? (peer % 2 == 0 ? 100 : -100) : 0);
                break;
            case ClockFault.Frozen:
                Marks.Note(FaultClass.ClockFrozen);
                clock.FrozenAt = isOn ? clock.Read(Time.Now) : null;
                break;
        }
    }

    public void Flood(int transactionsPerSecond) => _flood = transactionsPerSecond;

    // Whose disk lied, whose key runs twice, who lost what it signed while nobody could tell it: that key counts as faulty.
    private void Taint(int peer, bool isTainted)
    {
        if (!isTainted) return;
        _taintedKeys.Add(_nodes[peer].Key);
        _nodes[peer].IsVoterWatched = false;
    }

    // L5: a side without a quorum finalizes nothing new once what was on its way has arrived.
    private void WatchMinorities()
    {
        int cut = ++_cutNumber;
        List<int> minority = Minority();
        if (minority.Count == 0) return;
        After(CutGrace, () =>
        {
            if (cut != _cutNumber || _healedAt != default) return;
            Height highest = HighestOf(minority);
            WatchMinority(cut, minority, highest);
        });
    }

    private void WatchMinority(int cut, List<int> minority, Height highest)
    {
        if (cut != _cutNumber || _healedAt != default) return;
        if (HighestOf(minority) > highest) Oracle.Violate($"L5: a side of {minority.Count} without a quorum went on from height {highest} to {HighestOf(minority)}");
        After(LookEvery, () => WatchMinority(cut, minority, highest));
    }

    private Height HighestOf(List<int> side)
    {
        Height highest = Height.Genesis;
        foreach (int peer in side)
        {
            if (_nodes[peer].Finalized > highest) highest = _nodes[peer].Finalized;
        }

        return highest;
    }

    // Peers that nobody of a group of other peers with a quorum can tell anything: no way leads from outside into the side, and
    // its own weight is no quorum. Who follows may come into the set, and machines with a doubled key make sides hard to tell apart; those runs are not looked at.
    private List<int> Minority()
    {
        if (_taintedKeys.Count > 0 || Config.Observers > 0) return [];
        List<int> side = [];
        for (int start = 0; start < PeerCount; start++)
        {
            side.Clear();
            ulong weight = 0;
            for (int peer = 0; peer < PeerCount; peer++)
            {
                bool isJoined = peer == start || !_links.IsCut(peer, start);
                if (!isJoined) continue;
                side.Add(peer);
                weight += Genesis.Validators[peer].Weight;
            }

            if (weight < Genesis.ValidatorSet.Quorum && IsClosed(side)) return side;
        }

        return [];
    }

    private bool IsClosed(List<int> side)
    {
        foreach (int to in side)
        {
            for (int from = 0; from < PeerCount; from++)
            {
                if (!side.Contains(from) && !_links.IsCut(from, to)) return false;
            }
        }

        return true;
    }

    private sealed class SentTransaction(int owner, byte[] bytes, Instant at)
    {
        public int Owner { get; } = owner;

        public byte[] Bytes { get; } = bytes;

        public Instant At { get; } = at;

        /// <summary>Since when every honest peer holds it, or has settled it; null while the pool of one had no place for it.</summary>
        public Instant? KnownAt { get; set; }
    }
}
