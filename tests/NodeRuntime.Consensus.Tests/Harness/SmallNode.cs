using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus.Tests.Harness;

/// <summary>
/// A machine with a ledger, a disk and timers, driven as the runtime drives it: effects in order, records at the head of
/// the queue written as one batch, everything behind them waiting until the batch is durable.
/// </summary>
internal sealed class SmallNode
{
    private readonly SmallWorld _world;
    private readonly Prng _prng;
    private readonly Queue<ConsensusEffect> _effects = [];
    private readonly SortedDictionary<ConsensusTimer, long> _timers = [];
    private SmallLedger _ledger;
    private ConsensusMachine? _machine;
    private bool _writes;
    private int _life;
    private List<Action>? _batch;

    public SmallNode(SmallWorld world, int number, int key, bool isHonest)
    {
        _world = world;
        Number = number;
        Key = key;
        IsHonest = isHonest;
        Id = KeyedHashSignatures.KeyOf(key).ToPeerId();
        _prng = world.Prng.Fork();
        _ledger = new SmallLedger(world.Genesis.ChainId, world.Genesis.ValidatorSet, world.Sets);
    }

    public int Number { get; }

    public int Key { get; }

    public PeerId Id { get; }

    public bool IsHonest { get; }

    /// <summary>Says nothing, hears everything.</summary>
    public bool IsSilent { get; init; }

    /// <summary>One of two nodes with one key.</summary>
    public bool IsTwin { get; init; }

    public SmallDisk Disk { get; private set; } = new();

    public bool IsUp => _machine is not null;

    public Height Finalized => _ledger.Height;

    public ValidatorSet Validators => _ledger.Validators;

    public Hash256 Root => _ledger.Root;

    public ConsensusSnapshot? Snapshot => _machine?.Snapshot;

    public ConsensusMachine? Machine => _machine;

    public int Accusations { get; private set; }

    public IReadOnlySet<PublicKey> Jail => _ledger.Jail;

    public void Start()
    {
        if (IsUp) throw new HarnessException("started twice");
        _life++;
        _ledger = new SmallLedger(_world.Genesis.ChainId, _world.Genesis.ValidatorSet, _world.Sets);
        foreach ((Block block, Certificate? _) in Disk.Blocks.Values) _ledger.Finalize(block);
        Recovery recovery = Disk.Recover();
        Disk.IsDamaged = false;
        _machine = new ConsensusMachine(
            new ConsensusConfig
            {
                Chain = _world.Genesis.ChainId,
                ValidatorsAtStart = _ledger.Validators,
                Past = _ledger.Past,
                Parameters = _world.Genesis.Parameters,
                GenesisTime = _world.Genesis.Time,
                Signer = new KeyedHashSigner(Key),
                OtherSigners = IsHonest ? [new KeyedHashSigner(SetPlan.OtherKeyOf(Key))] : [],
                Signatures = _world.Signatures,
                Prng = _prng.Fork(),
                FencesOnForeignVotes = !IsTwin,
            },
            recovery);
        Step(new ConsensusInput.Pending(_world.Plan.IsBusy));
        Step(new ConsensusInput.Punished([.. _ledger.Jail]));
        Step(new ConsensusInput.Start());
        Step(new ConsensusInput.SetDue(_ledger.Due));
    }

    /// <summary>What was not durable is gone; of a batch under way the disk keeps all or nothing.</summary>
    public void Crash()
    {
        if (!IsUp) return;
        if (_batch is { } batch && _prng.NextChance(500))
        {
            foreach (Action write in batch) write();
        }

        _machine = null;
        _batch = null;
        _writes = false;
        _effects.Clear();
        _timers.Clear();
        _life++;
    }

    public void LoseWatermark() => Disk.IsDamaged = true;

    /// <summary>An operator puts back a backup: the disk as it was.</summary>
    public void Restore(SmallDisk backup) => Disk = backup;

    public void Hear(PeerId from, ConsensusMessage message)
    {
        if (IsUp) Step(new ConsensusInput.Received(from, message));
    }

    public void Step(ConsensusInput input)
    {
        if (_machine is null) return;
        _world.Inputs++;
        _world.Log?.Invoke($"{Number} <- {input}");
        foreach (ConsensusEffect effect in _machine.Step(_world.ClockOf(Number), input))
        {
            _world.Log?.Invoke($"{Number}    {effect}");
            _effects.Enqueue(effect);
        }

        Perform();
    }

    private void Perform()
    {
        while (!_writes && _effects.TryPeek(out ConsensusEffect? effect))
        {
            if (effect is ConsensusEffect.Persist)
            {
                List<Action> batch = [];
                while (_effects.TryPeek(out ConsensusEffect? next) && next is ConsensusEffect.Persist persist)
                {
                    _effects.Dequeue();
                    batch.Add(() => Disk.Append(persist.Record));
                }

                Write(batch);
            }
            else
            {
                Do(_effects.Dequeue());
            }
        }
    }

    private void Write(List<Action> batch)
    {
        _writes = true;
        _batch = batch;
        int life = _life;
        _world.After(_world.Plan.DiskDelay(_prng, _world.IsHealed), () =>
        {
            if (life != _life) return;
            foreach (Action write in batch) write();
            _batch = null;
            _writes = false;
            Perform();
        });
    }

    private void Do(ConsensusEffect effect)
    {
        switch (effect)
        {
            case ConsensusEffect.Send m:
                Watch(m.Message);
                if (!IsSilent) _world.Send(this, m.Peer, m.Message);
                break;
            case ConsensusEffect.Broadcast m:
                Watch(m.Message);
                if (!IsSilent) _world.Broadcast(this, m.Message);
                break;
            case ConsensusEffect.SetTimer m:
                SetTimer(m);
                break;
            case ConsensusEffect.CancelTimer m:
                _timers.Remove(m.Timer);
                break;
            case ConsensusEffect.Build m:
                Build(m);
                break;
            case ConsensusEffect.Check m:
                int life = _life;
                bool isAccepted = _ledger.Check(m.Block);
                _world.After(_world.Plan.LedgerDelay(_prng), () =>
                {
                    if (life == _life) Step(new ConsensusInput.Checked(m.Digest, isAccepted));
                });
                break;
            case ConsensusEffect.Deliver m:
                Deliver(m);
                break;
            case ConsensusEffect.ServeChain m:
                (ImmutableArray<Block> blocks, Certificate? finalization) = Disk.ReadChain(m.From, _world.Plan.ChainCount);
                if (finalization is not null && !IsSilent) _world.Send(this, m.Peer, new ConsensusMessage.Chain(blocks, finalization));
                break;
            case ConsensusEffect.ServeBranch m:
                ImmutableArray<Block> branch = Disk.ReadBranch(m.Top, m.Digest, _world.Plan.ChainCount);
                if (!branch.IsEmpty && !IsSilent) _world.Send(this, m.Peer, new ConsensusMessage.Branch(branch));
                break;
            case ConsensusEffect.Accuse m:
                Accusations++;
                if (IsHonest) _world.Oracle.Accused(m.Evidence);
                break;
            case ConsensusEffect.Halt:
                if (IsHonest && !_world.Plan.MayFork) throw new HarnessException($"node {Number} halted");
                break;
            case ConsensusEffect.Blame m:
                if (IsHonest && _world.IsHonest(m.Peer)) throw new HarnessException($"node {Number} blames an honest peer for {m.Fault}");
                break;
            case ConsensusEffect.Persist:
                throw new HarnessException("a record out of order");
            default:
                throw new HarnessException("an effect without a hand: " + effect);
        }
    }

    private void Build(ConsensusEffect.Build build)
    {
        // A ledger that does not know the parent stays silent, as the runtime's does.
        if (_ledger.After(build.Parent) is not { } parent) return;
        ImmutableArray<ReadOnlyMemory<byte>>.Builder body = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        for (int i = _prng.NextBelow(3); i > 0; i--) body.Add(BitConverter.GetBytes(_prng.NextUInt64()));
        ImmutableArray<Evidence> evidence = SmallLedger.Punishable(parent, build.Evidence);
        int life = _life;
        _world.After(_world.Plan.LedgerDelay(_prng), () =>
        {
            if (life == _life) Step(new ConsensusInput.Built(build.View, build.Parent, build.Time, body.ToImmutable(), parent.Root) { Due = parent.Due, Evidence = evidence });
        });
    }

    private void Deliver(ConsensusEffect.Deliver deliver)
    {
        foreach (Block block in deliver.Blocks)
        {
            _ledger.Finalize(block);
            if (IsHonest) _world.Oracle.Delivered(Number, block);
        }

        if (IsHonest) _world.Oracle.CertificateSeen(deliver.Finalization);
        Write([() => Disk.Finalize(deliver.Blocks, deliver.Finalization)]);
        Step(new ConsensusInput.SetDue(_ledger.Due));
    }

    private bool IsOwn(Vote vote)
    {
        ValidatorSet set = _ledger.Validators;
        if (!set.Contains(vote.Voter)) return false;
        PublicKey voter = set[vote.Voter].Key;
        return voter == KeyedHashSignatures.KeyOf(Key) || voter == KeyedHashSignatures.KeyOf(SetPlan.OtherKeyOf(Key));
    }

    private void SetTimer(ConsensusEffect.SetTimer set)
    {
        long generation = ++_world.TimersSet;
        _timers[set.Timer] = generation;
        int life = _life;
        _world.After(set.Delay, () =>
        {
            if (life != _life || !_timers.TryGetValue(set.Timer, out long current) || current != generation) return;
            _timers.Remove(set.Timer);
            Step(new ConsensusInput.TimerFired(set.Timer));
        });
    }

    private void Watch(ConsensusMessage message)
    {
        if (!IsHonest) return;
        switch (message)
        {
            case ConsensusMessage.Propose m:
                _world.Oracle.VoteLeaves(Number, m.LeaderVote, Disk, _ledger.Validators);
                if (m.Block.Justification.Parent is { } parent) _world.Oracle.CertificateSeen(parent);
                foreach (Certificate skip in m.Block.Justification.Skips) _world.Oracle.CertificateSeen(skip);
                break;
            case ConsensusMessage.Reseal m:
                _world.Oracle.Resealed(m.LeaderVote);
                _world.Oracle.VoteLeaves(Number, m.LeaderVote, Disk, _ledger.Validators);
                _world.Oracle.CertificateSeen(m.Justification.Parent!);
                foreach (Certificate skip in m.Justification.Skips) _world.Oracle.CertificateSeen(skip);
                break;
            // Another's vote is shown to whoever it contradicts (R11).
            case ConsensusMessage.Voted m when IsOwn(m.Vote):
                _world.Oracle.VoteLeaves(Number, m.Vote, Disk, _ledger.Validators);
                break;
            case ConsensusMessage.Certified m:
                _world.Oracle.CertificateSeen(m.Certificate);
                break;
            default:
                break;
        }
    }
}
