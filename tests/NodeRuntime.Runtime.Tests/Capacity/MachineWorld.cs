using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Capacity;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Capacity;
using NodeRuntime.Ledger.Reveals;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Runtime.Capacity;
using NodeRuntime.Simulation;
using NodeRuntime.Simulation.Capacity;

namespace NodeRuntime.Runtime.Tests.Capacity;

/// <summary>
/// Four peers with capacity around a real ledger, in virtual time: a block every half second, messages that may be lost, logs and disks that take their time.
/// Slices of 30 s, of which 2 s are duty and 12 s for a claim.
/// </summary>
internal sealed class MachineWorld
{
    public const int PeerCount = 4;

    public static CapacityTerms Terms { get; } = CapacityTerms.Development with
    {
        Proofs = new CapacityParameters(
            CpuParameters.Development with
            {
                Slice = Duration.FromSeconds(30),
                Duty = Duration.FromSeconds(2),
                SubmitBy = Duration.FromSeconds(12),
                MemoryPreparation = Duration.Zero,
                WorkPerShare = 4,
                BucketNonces = 12,
                BucketBits = 3,
                UnitBits = 2,
                ReferenceRate = 1,
            },
            SpaceParameters.Development with { RowMemory = 8, Epoch = Duration.FromSeconds(30), Window = Duration.FromSeconds(12), UnitsMax = 4 }),
    };

    private static readonly Duration Pace = Duration.FromMilliseconds(500);

    private readonly SimulatedSignatures _signatures = new();
    private readonly Prng _prng;
    private readonly SortedDictionary<(Instant At, ulong Order), Action> _due = [];
    private readonly Peer[] _peers;
    private ulong _order;

    public MachineWorld(ulong seed, int lossPerCent = 0)
    {
        _prng = new Prng(seed);
        LossPerCent = lossPerCent;
        ISigner validator = _signatures.CreateSigner(_prng);
        ISigner[] signers = [.. Enumerable.Range(0, PeerCount).Select(_ => _signatures.CreateSigner(_prng))];
        Genesis genesis = new()
        {
            Name = "capacity",
            IsDevelopment = true,
            Nonce = Hasher.Sha256("capacity"u8),
            Time = Instant.FromMilliseconds(1_000_000_000),
            Parameters = ChainParameters.Development with { Capacity = Terms },
            Validators = [new GenesisValidator(validator.PublicKey, 1)],
            Allocations =
            [
                .. signers.Select(static it => new GenesisAllocation(KeyPolicy.Single(it.PublicKey).ToAccountId(), Amount.FromTokens(1_000), Amount.FromTokens(200)))
                    .OrderBy(static it => it.Account),
            ],
        };
        State = LedgerState.FromGenesis(genesis);
        Now = genesis.Time;
        _peers = [.. signers.Select((signer, index) => new Peer(this, index, signer))];
    }

    public int LossPerCent { get; }

    public LedgerState State { get; private set; }

    public Instant Now { get; private set; }

    public List<LedgerEvent> Events { get; } = [];

    /// <summary>What a peer says instead of what its machine would have it say; null for nothing.</summary>
    public Func<int, Message, Message?> Tamper { get; set; } = static (_, message) => message;

    /// <summary>What a peer's engine answers instead.</summary>
    public Func<int, CapacityTask, CapacityResult, CapacityResult> Bend { get; set; } = static (_, _, result) => result;

    /// <summary>How long a peer's log takes.</summary>
    public Func<int, Duration> LogTime { get; set; } = static _ => Duration.FromMilliseconds(20);

    /// <summary>What each peer's plan says of maintenance: read when its machine begins.</summary>
    public Func<int, ImmutableArray<MaintenanceWindow>> Maintenance { get; set; } = static _ => [];

    public Duration ScanTime { get; set; } = Duration.FromMilliseconds(300);

    public AccountId Account(int peer) => KeyPolicy.Single(_peers[peer].Signer.PublicKey).ToAccountId();

    public CapacityDutyRecord? Record(CapacityKind kind, int peer) => State.Records.CapacityDuty(kind, Account(peer));

    public Amount Bonded(int peer) => State.Records.Bond(Account(peer)).Bonded;

    public IEnumerable<T> Happened<T>()
        where T : LedgerEvent => Events.OfType<T>();

    /// <summary>The process ends and another begins; what was durable it finds again, its engine's work it does not.</summary>
    public void Restart(int peer) => _peers[peer].Restart();

    public void RunSlices(int count)
    {
        int told = Events.Count;
        Instant until = Now + (Terms.Proofs.Cpu.Slice * count);
        while (Now < until)
        {
            Now += Pace;
            while (_due.Count > 0 && _due.Keys.First().At <= Now)
            {
                (Instant At, ulong Order) first = _due.Keys.First();
                _due.Remove(first, out Action? action);
                action!();
            }

            Build();
            ImmutableArray<LedgerEvent> news = [.. Events.Skip(told)];
            told = Events.Count;
            foreach (Peer peer in _peers) peer.Step(new CapacityInput.Advanced(State, Now) { Events = news });
        }
    }

    private void Later(Duration time, Action action) => _due.Add((Now + time, _order++), action);

    // One transaction after another, each with the messages that are not refused, and the audit behind each block.
    private void Build()
    {
        List<Transaction> transactions = [];
        foreach (Peer peer in _peers)
        {
            foreach (Message message in peer.TakeWaiting()) Try(peer, message);
        }

        Apply(Now, []);
        Assert.Equal(AuditVerdict.Sound, LedgerAudit.Run(State));

        void Try(Peer peer, Message message)
        {
            Transaction transaction = TransactionBuilder.Sign(
                peer.Signer, State.Chain, State.Records.Account(KeyPolicy.Single(peer.Signer.PublicKey).ToAccountId()).Sequence,
                State.Parameters.TransactionFee, new Height(State.Height.Number + 10), [message]);
            Apply(State.Time + Duration.FromMilliseconds(1), [transaction.Encode()]);
        }
    }

    private void Apply(Instant time, ImmutableArray<ReadOnlyMemory<byte>> body)
    {
        if (time <= State.Time) time = State.Time + Duration.FromMilliseconds(1);
        BlockTurn turn = new(new ValidatorIndex(0), []) { Beacon = Beacon.Next(State.Beacon, null) };
        BlockOutcome outcome = BlockApplication.Apply(State, BlockContext.After(State, time) with { Turn = turn }, body, _signatures);
        // A refused transaction is in no block.
        if (outcome.State is not { } state) return;
        State = state;
        Events.AddRange(outcome.Events);
    }

    private sealed class Peer
    {
        private readonly MachineWorld _world;
        private readonly int _index;
        private readonly List<Message> _waiting = [];
        private CapacityMachine _machine;
        private SimulatedCapacityEngine _engine;
        private CapacityWork? _durable;
        private int _life;

        public Peer(MachineWorld world, int index, ISigner signer)
        {
            _world = world;
            _index = index;
            Signer = signer;
            (_machine, _engine) = Begin();
        }

        public ISigner Signer { get; }

        public void Restart()
        {
            _life++;
            _waiting.Clear();
            (_machine, _engine) = Begin();
            if (_durable is not null) Step(new CapacityInput.Recovered(_durable));
        }

        public Message[] TakeWaiting()
        {
            Message[] waiting = [.. _waiting];
            _waiting.Clear();
            return waiting;
        }

        public void Step(CapacityInput input)
        {
            foreach (CapacityEffect effect in _machine.Step(input)) Do(effect);
        }

        private (CapacityMachine, SimulatedCapacityEngine) Begin() => (
            new CapacityMachine(_world.State.Chain, Signer.PublicKey, new CapacityPlan(1, 1, "eu", []) { Maintenance = _world.Maintenance(_index) }, Hasher.Sha256(Signer.PublicKey.AsSpan())),
            new SimulatedCapacityEngine(Terms.Proofs, PortableWorkHashes.Instance, _world.Later, 40, _world.ScanTime));

        private void Do(CapacityEffect effect)
        {
            int life = _life;
            switch (effect)
            {
                case CapacityEffect.Start m:
                    _engine.Start(m.Task, result =>
                    {
                        if (_life == life) Step(new CapacityInput.Done(_world.Bend(_index, m.Task, result)));
                    });
                    break;
                case CapacityEffect.Cancel m:
                    _engine.Cancel(m.Number);
                    break;
                case CapacityEffect.Store m:
                    _world.Later(_world.LogTime(_index), () =>
                    {
                        if (_life != life) return;
                        _durable = m.Work;
                        Step(new CapacityInput.Stored(m.Work));
                    });
                    break;
                case CapacityEffect.Submit m:
                    if ((int)_world._prng.NextBelow(100) < _world.LossPerCent) return;
                    if (_world.Tamper(_index, m.Message) is { } said) _waiting.Add(said);
                    break;
                default:
                    break;
            }
        }
    }
}
