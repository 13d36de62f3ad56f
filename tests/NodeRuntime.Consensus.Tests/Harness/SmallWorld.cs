using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus.Tests.Harness;

/// <summary>
/// A network of machines in virtual time: one queue of events, ordered by time and then by number, all chance from one
/// seed. First a phase of faults, then the world heals and every honest node must finalize again within 30 D.
/// </summary>
internal sealed class SmallWorld
{
    /// <summary>D0 of the chain under test.</summary>
    public static readonly Duration NetworkDelay = Duration.FromMilliseconds(100);

    private static readonly Duration IdleInterval = Duration.FromMilliseconds(400);

    private readonly PriorityQueue<Action, (long Time, long Number)> _events = new();
    private readonly List<SmallNode> _nodes = [];
    private readonly int[] _side;
    private readonly int[] _mix;
    private readonly Duration[] _skew;
    private long _eventNumber;

    public SmallWorld(WorldPlan plan)
    {
        Plan = plan;
        Prng = new Prng(plan.Seed);
        bool[] honest = new bool[plan.Validators];
        ImmutableArray<GenesisValidator>.Builder validators = ImmutableArray.CreateBuilder<GenesisValidator>();
        for (int i = 0; i < plan.Validators; i++)
        {
            ulong weight = plan.IsWeighted ? 1 + Prng.NextBelow(20UL) : 1;
            honest[i] = i >= plan.Twins;
            validators.Add(new GenesisValidator(KeyedHashSignatures.KeyOf(i), weight));
        }

        Genesis = new Genesis
        {
            Name = "harness",
            IsDevelopment = true,
            Nonce = Hasher.Sha256(BitConverter.GetBytes(plan.Seed)),
            Time = Now,
            Parameters = ChainParameters.Development with
            {
                NetworkDelay = NetworkDelay,
                BlockIntervalMin = Duration.FromMilliseconds(60),
                BlockIntervalIdle = IdleInterval,
                ClockDriftMax = Duration.FromSeconds(10),
            },
            Validators = validators.ToImmutable(),
            Allocations = [],
        };
        SortedSet<PublicKey> twins = [];
        for (int i = 0; i < plan.Validators; i++)
        {
            if (!honest[i]) twins.Add(KeyedHashSignatures.KeyOf(i));
        }

        Oracle = new Oracle(Genesis.ChainId, Genesis.ValidatorSet, twins, plan.MayFork);
        if (plan.SetBlocks > 0) Sets = MakeSets(plan);
        for (int i = 0; i < plan.Validators; i++)
        {
            bool isTwin = i < plan.Twins;
            bool isSilent = !isTwin && i < plan.Twins + plan.Silent;
            _nodes.Add(new SmallNode(this, _nodes.Count, i, honest[i]) { IsTwin = isTwin, IsSilent = isSilent });
        }

        for (int i = 0; i < plan.Twins; i++) _nodes.Add(new SmallNode(this, _nodes.Count, i, isHonest: false) { IsTwin = true });
        for (int i = 0; i < plan.Observers; i++) _nodes.Add(new SmallNode(this, _nodes.Count, 1000 + i, isHonest: true));
        _side = new int[_nodes.Count];
        _mix = new int[_nodes.Count];
        _skew = new Duration[_nodes.Count];
        if (!plan.HasSkewedClocks) return;
        for (int i = 0; i < _skew.Length; i++)
        {
            _skew[i] = Prng.NextDuration(Duration.FromMilliseconds(-2000), Duration.FromMilliseconds(2000));
        }
    }

    private static SetPlan MakeSets(WorldPlan plan)
    {
        ImmutableArray<int>.Builder faulty = ImmutableArray.CreateBuilder<int>();
        ImmutableArray<int>.Builder honest = ImmutableArray.CreateBuilder<int>();
        for (int i = 0; i < plan.Validators; i++) (i < plan.Twins + plan.Silent ? faulty : honest).Add(i);
        for (int i = 0; i < plan.Observers; i++) honest.Add(1000 + i);
        return new SetPlan(plan.Seed, plan.SetBlocks, faulty.ToImmutable(), honest.ToImmutable(), plan.IsWeighted);
    }

    public WorldPlan Plan { get; }

    public Prng Prng { get; }

    public Genesis Genesis { get; }

    public Oracle Oracle { get; }

    /// <summary>Null where one set votes for ever.</summary>
    public SetPlan? Sets { get; }

    public KeyedHashSignatures Signatures { get; } = new();

    public Instant Now { get; private set; } = Instant.FromMilliseconds(1_800_000_000_000);

    public IReadOnlyList<SmallNode> Nodes => _nodes;

    public long Inputs { get; set; }

    public bool IsHealed { get; private set; }

    /// <summary>For scripts: which messages never arrive.</summary>
    public Func<SmallNode, SmallNode, ConsensusMessage, bool> Loses { get; set; } = static (_, _, _) => false;

    /// <summary>For whoever debugs a seed: every input and effect as a line.</summary>
    public Action<string>? Log { get; set; }

    public long TimersSet { get; set; }

    public long Messages { get; private set; }

    public Instant ClockOf(int node) => Now + _skew[node];

    public bool IsHonest(PeerId peer) => _nodes.TrueForAll(node => node.Id != peer || node.IsHonest);

    /// <summary>Chaos, then healing; returns how long healing took.</summary>
    public Duration Run()
    {
        StartAll();
        if (Plan.HasCrashes) After(Duration.FromMilliseconds(500), CrashSomebody);
        if (Plan.HasPartitions) After(Duration.FromMilliseconds(800), Partition);
        if (Plan.Twins > 0) After(Duration.FromMilliseconds(300), MixTwins);
        RunFor(Plan.Chaos);
        return Heal();
    }

    public void StartAll()
    {
        foreach (SmallNode node in _nodes) node.Start();
        foreach (SmallNode node in _nodes) Connect(node);
    }

    /// <summary>Messages flow, everybody is up, and all honest nodes finalize a block that nobody had before.</summary>
    public Duration Heal()
    {
        IsHealed = true;
        Array.Clear(_side);
        foreach (SmallNode node in _nodes)
        {
            if (!node.IsUp) Restart(node);
        }

        Height target = default;
        foreach (SmallNode node in _nodes)
        {
            if (node.Finalized > target) target = node.Finalized;
        }

        // 30 D0 where all are honest. A silent leader costs 2D and a delay, D = 4 D0 at most after long chaos; where nothing
        // waits each leader has its pause.
        int faulty = Plan.Silent + Plan.Twins;
        // A seal on the way may need its views again, and those who were not ready ask before they vote.
        int sealing = Plan.SetBlocks > 0 ? 20 : 0;
        Duration within = (NetworkDelay * (30 + sealing + (10 * faulty))) + (Plan.IsBusy ? Duration.Zero : IdleInterval * (faulty + 1));
        Instant start = Now;
        while (!_nodes.TrueForAll(node => !node.IsHonest || node.IsSilent || node.Finalized > target))
        {
            if (Now - start > within) throw new HarnessException($"no progress within {within} after healing: {Describe()}");
            RunFor(Duration.FromMilliseconds(20));
        }

        Duration healed = Now - start;
        if (Sets is not null) AwaitSeal();
        return healed;
    }

    // L4: with everybody there, a set that becomes due is soon in force, on every honest node.
    private void AwaitSeal()
    {
        uint epoch = 0;
        foreach (SmallNode node in _nodes) epoch = Math.Max(epoch, node.IsHonest ? node.Validators.Epoch.Number : 0);
        int faulty = Plan.Silent + Plan.Twins;
        Duration block = (NetworkDelay * (4 + (4 * faulty))) + (Plan.IsBusy ? Duration.Zero : IdleInterval);
        Duration within = (block * (int)(3 * Plan.SetBlocks)) + (NetworkDelay * 60);
        Instant start = Now;
        while (!_nodes.TrueForAll(node => !node.IsHonest || node.IsSilent || node.Validators.Epoch.Number > epoch))
        {
            if (Now - start > within) throw new HarnessException($"no seal within {within} after healing: {Describe()}");
            RunFor(Duration.FromMilliseconds(20));
        }
    }

    public void RunFor(Duration length)
    {
        Instant end = Now + length;
        while (_events.TryPeek(out Action? action, out (long Time, long Number) at) && at.Time <= end.Microseconds)
        {
            _events.Dequeue();
            Now = new Instant(at.Time);
            action();
        }

        Now = end;
    }

    public void After(Duration delay, Action action) => _events.Enqueue(action, ((Now + delay).Microseconds, ++_eventNumber));

    public void Restart(SmallNode node)
    {
        node.Start();
        Connect(node);
    }

    public void Connect(SmallNode node)
    {
        foreach (SmallNode other in _nodes)
        {
            if (other.Id == node.Id || !other.IsUp) continue;
            node.Step(new ConsensusInput.PeerConnected(other.Id));
            other.Step(new ConsensusInput.PeerConnected(node.Id));
        }
    }

    public void Broadcast(SmallNode from, ConsensusMessage message)
    {
        foreach (SmallNode to in _nodes)
        {
            if (to.Id != from.Id) Carry(from, to, message);
        }
    }

    public void Send(SmallNode from, PeerId peer, ConsensusMessage message)
    {
        foreach (SmallNode to in _nodes)
        {
            if (to.Id == peer && to != from) Carry(from, to, message);
        }
    }

    /// <summary>For scripts: nodes of different sides do not hear each other.</summary>
    public void Side(int node, int side) => _side[node] = side;

    private void Carry(SmallNode from, SmallNode to, ConsensusMessage message)
    {
        Messages++;
        if (_side[from.Number] != _side[to.Number] || Loses(from, to, message)) return;
        if ((from.IsTwin || to.IsTwin) && (_mix[from.Number] | _mix[to.Number]) == 3) return;
        int loss = IsHealed ? 0 : Plan.LossPerMille;
        if (loss > 0 && Prng.NextChance(loss)) return;
        // Every so often through bytes: what one machine says, another one's decoder must take.
        if ((Messages & 63) == 0)
        {
            message = ConsensusMessage.Decode(message.Encode()) ?? throw new HarnessException("a message does not decode: " + message);
        }

        Deliver(from, to, message);
        if (!IsHealed && Plan.DuplicatePerMille > 0 && Prng.NextChance(Plan.DuplicatePerMille)) Deliver(from, to, message);
    }

    private void Deliver(SmallNode from, SmallNode to, ConsensusMessage message)
    {
        Duration longest = IsHealed && Plan.DelayMax > NetworkDelay * 3 / 5 ? NetworkDelay * 3 / 5 : Plan.DelayMax;
        After(Prng.NextDuration(Plan.DelayMin, longest), () => to.Hear(from.Id, message));
    }

    private void CrashSomebody()
    {
        if (IsHealed) return;
        int count = Prng.NextChance(150) ? _nodes.Count : 1 + Prng.NextBelow(2);
        for (int i = 0; i < count; i++)
        {
            SmallNode node = count == _nodes.Count ? _nodes[i] : _nodes[Prng.NextBelow(_nodes.Count)];
            if (!node.IsUp) continue;
            node.Crash();
            After(Prng.NextDuration(Duration.FromMilliseconds(10), Duration.FromMilliseconds(1500)), () =>
            {
                if (!node.IsUp) Restart(node);
            });
        }

        After(Prng.NextDuration(Duration.FromMilliseconds(100), Duration.FromMilliseconds(2500)), CrashSomebody);
    }

    private void Partition()
    {
        if (IsHealed) return;
        bool isWhole = Prng.NextChance(400);
        for (int i = 0; i < _side.Length; i++) _side[i] = isWhole ? 0 : Prng.NextBelow(2);
        After(Prng.NextDuration(Duration.FromMilliseconds(100), Duration.FromMilliseconds(2500)), Partition);
    }

    // Who hears which twin changes all the time: of two that are mixed as 1 and 2 neither hears the other, 0 hears all.
    private void MixTwins()
    {
        for (int i = 0; i < _mix.Length; i++) _mix[i] = Prng.NextBelow(3);
        After(Prng.NextDuration(Duration.FromMilliseconds(100), Duration.FromMilliseconds(1500)), MixTwins);
    }

    public string Describe()
    {
        System.Text.StringBuilder text = new();
        text.Append(Plan);
        foreach (SmallNode node in _nodes)
        {
            text.Append('\n').Append(node.Number).Append(node.IsHonest ? " honest " : " twin ").Append(node.IsSilent ? "silent " : "")
                .Append("epoch ").Append(node.Validators.Epoch).Append(" final ").Append(node.Finalized).Append(" view ").Append(node.Snapshot?.View).Append(node.Snapshot is { IsFenced: true } ? " fenced" : "");
        }

        return text.ToString();
    }
}
