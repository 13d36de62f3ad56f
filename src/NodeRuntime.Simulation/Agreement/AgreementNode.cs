using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Consensus;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Mempool;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Runtime.Consensus;
using NodeRuntime.Simulation.Atlas;

namespace NodeRuntime.Simulation.Agreement;

/// <summary>
/// The consensus machine with the real ledger, the real store on a simulated disk, and timers, driven as the supervisor drives
/// them: effects in order, records at the head of the queue written as one batch, everything behind them waiting for it.
/// </summary>
internal sealed class AgreementNode
{
    private const int HeldMax = 20_000;
    private const int TimerCount = 6;
    private static readonly Duration RestartAfterFailure = Duration.FromMilliseconds(500);
    private static readonly Duration InputCost = Duration.FromMilliseconds(8);

    private readonly AgreementWorld _world;
    private readonly Prng _prng;
    private readonly Queue<ConsensusEffect> _effects = [];
    private readonly Due?[] _timers = new Due?[TimerCount];
    private readonly List<Action> _held = [];
    private readonly bool[] _isNear;
    private ConsensusMachine? _machine;
    private ConsensusStore? _store;
    private LedgerChain? _chain;
    private MempoolMachine? _mempool;
    private IJournal? _journal;
    private Adversary? _adversary;
    private Instant _busyUntil;
    private EpochView _entered;
    private ValidatorSet? _due;
    private int _life;
    private int _crashIn = -1;
    private bool _writes;
    private bool _isPerforming;
    private bool _wasPending;
    private bool _lastHadEvents;

    public AgreementNode(AgreementWorld world, int number, int key, ISigner signer)
    {
        _world = world;
        Number = number;
        Key = key;
        Signer = signer;
        Id = signer.PublicKey.ToPeerId();
        _prng = world.Prng.Fork();
        _isNear = new bool[world.PeerCount];
        Disk = new SimulatedDisk(world.Time, _prng.Fork(), Faults.None) { OnDurable = batch => world.Oracle.Durable(this, batch) };
    }

    public int Number { get; }

    /// <summary>Whose key it holds: its index in the first set, or beyond it for an observer.</summary>
    public int Key { get; }

    public ISigner Signer { get; }

    public PeerId Id { get; }

    public SimulatedDisk Disk { get; }

    public NodeClock Clock { get; } = new();

    /// <summary>Its votes must keep every rule: no twin, no liar, nobody whose disk lied to it.</summary>
    public bool IsVoterWatched { get; set; } = true;

    /// <summary>It runs the rules as they are; what it finalizes must be what all finalize.</summary>
    public bool IsFaithful { get; set; } = true;

    public bool IsTwin { get; init; }

    public bool IsUp => _machine is not null;

    public bool IsPaused { get; private set; }

    public bool IsSlow { get; set; }

    /// <summary>Whether it is to start whenever the world heals.</summary>
    public bool IsPresent { get; set; } = true;

    public Height Finalized => _chain?.State.Height ?? Height.Genesis;

    public ConsensusSnapshot? Snapshot => _machine?.Snapshot;

    public string Describe() => _machine?.Describe() ?? "down";

    /// <summary>A key that it may vote with beside its node key; none where no set changes.</summary>
    public ISigner? SecondKey { get; init; }

    /// <summary>Behind both keys.</summary>
    public required ImmutableArray<RevealChain> Reveals { get; init; }

    public View EnteredView => _entered.View;

    public LedgerState? State => _chain?.State;

    public void Misbehave(FaultClass kind)
    {
        _adversary = new Adversary(kind, _world, this);
        IsVoterWatched = false;
        IsFaithful = false;
    }

    public void Start()
    {
        if (IsUp || !IsPresent) return;
        _life++;
        _busyUntil = _world.Time.Now;
        _journal = Disk.Open();
        _store = new ConsensusStore(_journal);
        Recovery recovery = Mutate(_store.Recover());
        NoteRecovery(recovery);
        _chain = new LedgerChain(_world.GenesisState, _world.Genesis.ChainId.Hash, PastEpochs.None, _world.Signatures);
        _mempool = new MempoolMachine(_chain.State, _world.Signatures, new DigestHashing(new Prng(0)));
        for (Height height = new(1); height <= _store.LastHeight; height = height.Next)
        {
            _chain.Finalize(_store.Read(height)!.Block, null);
            if (IsFaithful) _world.Oracle.Replayed(this, height, _chain.State);
        }

        _mempool.Reset(_chain.State);
        _wasPending = false;
        _lastHadEvents = false;
        _due = null;
        _machine = new ConsensusMachine(
            new ConsensusConfig
            {
                Chain = _world.Genesis.ChainId,
                ValidatorsAtStart = _world.Mutate(_chain.State.Validators),
                Past = _chain.Past,
                Parameters = _world.Genesis.Parameters,
                GenesisTime = _world.Genesis.Time,
                Signer = Signer,
                OtherSigners = SecondKey is { } second ? [second] : [],
                Signatures = _world.Signatures,
                Prng = _prng.Fork(),
                FencesOnForeignVotes = !IsTwin,
                Mutant = _world.RuleMutant,
            },
            recovery);
        _world.Timeline?.Started(_world.Time.Now, Number);
        bool isNewValidator = _machine.Snapshot.Self is not null && recovery is { Watermark: null, WatermarkIsLost: false };
        if (isNewValidator) Write([_store.FirstWatermark()]);
        Step(new ConsensusInput.Punished(Punished()));
        Step(new ConsensusInput.Start());
        NoteValidators();
    }

    private ImmutableArray<PublicKey> Punished() =>
        [.. _chain!.State.Records.Jailed(Limits.PunishedKeysToldMax).Select(static jail => jail.Key)];

    /// <summary>Kill -9, at once and wherever it stood.</summary>
    public void Crash()
    {
        if (!IsUp) return;
        (int underWay, int survived) = Disk.Crash();
        if (survived < underWay) _world.Marks.Note(FaultClass.TornBatch);
        if (Disk.IsLying) _world.Marks.Note(FaultClass.LostWrites);
        _machine = null;
        _life++;
        _writes = false;
        _crashIn = -1;
        _effects.Clear();
        _held.Clear();
        Array.Clear(_isNear);
        _isPerforming = false;
        IsPaused = false;
        for (int i = 0; i < TimerCount; i++) Cancel(i);
        _world.Timeline?.Crashed(_world.Time.Now, Number);
        _world.Vanished(this);
    }

    /// <summary>Within its next effects it dies.</summary>
    public void CrashAtEffect() => _crashIn = _prng.NextBelow(24);

    public void Pause(bool isPaused)
    {
        if (!IsUp || IsPaused == isPaused) return;
        IsPaused = isPaused;
        _world.Timeline?.Paused(_world.Time.Now, Number, isPaused);
        if (isPaused) return;
        _world.Marks.Note(FaultClass.Pause);
        Action[] held = [.. _held];
        _held.Clear();
        foreach (Action action in held) action();
    }

    /// <summary>Its disk, its clock and its processor are as they should be, and nothing is planned for it.</summary>
    public void Heal()
    {
        _crashIn = -1;
        Disk.IsSlow = false;
        Disk.Verdict = JournalVerdict.Written;
        if (Disk.IsLying) Disk.IsLying = false;
        Clock.Heal(_world.Time.Now);
        IsSlow = false;
        Pause(false);
    }

    public void Connected(AgreementNode other)
    {
        if (!IsUp || _isNear[other.Key]) return;
        _isNear[other.Key] = true;
        Input(new ConsensusInput.PeerConnected(other.Id));
    }

    public void Left(AgreementNode other)
    {
        if (!IsUp || !_isNear[other.Key]) return;
        _isNear[other.Key] = false;
        Input(new ConsensusInput.PeerLeft(other.Id));
    }

    public void Hear(AgreementNode from, Frame frame)
    {
        if (!IsUp || !_isNear[from.Key]) return;
        if (frame.Message is { } message)
        {
            _adversary?.Heard(message);
            Input(frame.HeardFrom(from.Id, message));
        }
        else
        {
            _world.Oracle.Violate($"I15: a frame of peer {from.Number} does not decode");
        }
    }

    /// <summary>A client's transaction, straight to this peer.</summary>
    /// <returns>Whether its pool had a place for it, or no need of it any more.</returns>
    public bool Submit(ReadOnlyMemory<byte> transaction)
    {
        if (!IsUp || IsPaused) return false;
        MempoolOutcome outcome = _mempool!.Add(transaction, Now);
        if (outcome.IsAccepted) NotePending();
        return outcome.Verdict is not (MempoolVerdict.SenderFull or MempoolVerdict.GapsFull or MempoolVerdict.LaneFull);
    }

    private Instant Now => Clock.Read(_world.Time.Now);

    // Where the machine is stopped or slow, what comes waits.
    private void Input(ConsensusInput input)
    {
        if (IsPaused) Hold(input);
        else if (IsSlow) Delay(input);
        else Step(input);
    }

    private void Hold(ConsensusInput input)
    {
        int life = _life;
        if (_held.Count < HeldMax) _held.Add(() => Later(life, input));
    }

    private void Delay(ConsensusInput input)
    {
        _world.Marks.Note(FaultClass.SlowPeer);
        Instant now = _world.Time.Now;
        _busyUntil = (_busyUntil > now ? _busyUntil : now) + InputCost;
        int life = _life;
        _world.Time.ScheduleAt(_busyUntil, () => Later(life, input));
    }

    private void Later(int life, ConsensusInput input)
    {
        if (life != _life) return;
        if (IsPaused) Input(input);
        else Step(input);
    }

    private void Step(ConsensusInput input)
    {
        if (_machine is null) return;
        _world.Inputs++;
        _world.Hash.Add(_world.Time.Now.Microseconds, Number);
        foreach (ConsensusEffect effect in _machine.Step(Now, input)) _effects.Enqueue(effect);
        Perform();
    }

    private void Perform()
    {
        if (_isPerforming) return;
        _isPerforming = true;
        int life = _life;
        while (!_writes && _effects.TryPeek(out ConsensusEffect? effect))
        {
            if (_crashIn >= 0 && --_crashIn < 0)
            {
                _world.Marks.Note(FaultClass.CrashAtEffect);
                Crash();
                return;
            }

            if (effect is ConsensusEffect.Persist) PersistAll();
            else Do(_effects.Dequeue());
            if (life != _life) return;
        }

        _isPerforming = false;
    }

    private void PersistAll()
    {
        List<JournalWrite> writes = [];
        List<ConsensusEffect>? early = null;
        while (_effects.TryPeek(out ConsensusEffect? effect) && effect is ConsensusEffect.Persist persist)
        {
            _store!.Append(persist.Record, writes);
            NotePersist(persist.Record);
            _effects.Dequeue();
        }

        Write([.. writes]);
        if (_world.Config.Mutant != Mutant.SendBeforePersist) return;
        while (_effects.TryPeek(out ConsensusEffect? effect) && effect is not ConsensusEffect.Persist) (early ??= []).Add(_effects.Dequeue());
        foreach (ConsensusEffect effect in early ?? []) Do(effect);
    }

    private void Write(ImmutableArray<JournalWrite> writes)
    {
        _writes = true;
        int life = _life;
        _journal!.Write(new JournalBatch(writes), verdict =>
        {
            if (life != _life) return;
            if (IsPaused) _held.Add(() => Written(life, verdict));
            else Written(life, verdict);
        });
    }

    private void Written(int life, JournalVerdict verdict)
    {
        if (life != _life) return;
        if (verdict != JournalVerdict.Written)
        {
            // The supervisor stops and begins anew from the disk.
            _world.Marks.Note(verdict == JournalVerdict.DiskFull ? FaultClass.DiskFull : FaultClass.WriteError);
            Crash();
            _world.After(RestartAfterFailure, () => _world.Revive(this));
            return;
        }

        _writes = false;
        Perform();
    }

    private void Do(ConsensusEffect effect)
    {
        switch (effect)
        {
            case ConsensusEffect.Send m:
                Say(m.Peer, m.Message);
                break;
            case ConsensusEffect.Broadcast m:
                NoteBroadcast(m.Message);
                SayToAll(m.Message);
                break;
            case ConsensusEffect.SetTimer m:
                SetTimer(m);
                break;
            case ConsensusEffect.CancelTimer m:
                Cancel((int)m.Timer);
                break;
            case ConsensusEffect.Build m:
                Build(m);
                break;
            case ConsensusEffect.Check m:
                Check(m);
                break;
            case ConsensusEffect.Deliver m:
                Deliver(m);
                break;
            case ConsensusEffect.ServeChain m:
                (ImmutableArray<Block> blocks, Certificate? finalization) = _store!.ReadChain(m.From);
                if (finalization is not null) Say(m.Peer, new ConsensusMessage.Chain(blocks, finalization));
                break;
            case ConsensusEffect.ServeBranch m:
                ImmutableArray<Block> branch = _store!.ReadBranch(m.Top, m.Digest);
                if (!branch.IsEmpty) Say(m.Peer, new ConsensusMessage.Branch(branch));
                break;
            case ConsensusEffect.FarBehind:
                // Nothing is pruned in this layer, and nobody keeps a snapshot: blocks are the way.
                Step(new ConsensusInput.NoSnapshot());
                break;
            case ConsensusEffect.Accuse m:
                _world.Marks.Note(ProtocolRule.R11);
                if (IsFaithful) _world.Oracle.Accused(this, m.Evidence);
                break;
            case ConsensusEffect.Halt m:
                _world.Oracle.Halted(this, m.First, m.Second);
                break;
            case ConsensusEffect.Blame m:
                if (IsFaithful) _world.Oracle.Blamed(this, m.Peer, m.Fault);
                break;
            case ConsensusEffect.Persist:
                Invariant.Break("a record out of order");
                break;
            default:
                Invariant.Break("an effect without a hand");
                break;
        }
    }

    // ---- what is said ----

    private void Say(PeerId peer, ConsensusMessage message)
    {
        bool isPull = message is ConsensusMessage.WantBlock or ConsensusMessage.WantCertificate or ConsensusMessage.WantChain;
        if (isPull) _world.Marks.Note(ProtocolRule.R10);
        if (isPull && _world.Config.Mutant == Mutant.NoPull) return;
        if (IsVoterWatched) _world.Oracle.Says(this, message);
        int key = _world.KeyOf(peer);
        if (_adversary is null) _world.Carry(this, key, new Frame(message));
        else _adversary.Say(key, message);
    }

    private void SayToAll(ConsensusMessage message)
    {
        if (IsVoterWatched) _world.Oracle.Says(this, message);
        if (_adversary is null) _world.CarryToAll(this, _isNear, new Frame(message));
        for (int key = 0; key < _isNear.Length && _adversary is not null; key++)
        {
            if (_isNear[key]) _adversary.Say(key, message);
        }

        bool isCanary = _world.Config.Mutant == Mutant.Canary && message is ConsensusMessage.Voted { Vote.Slot.Kind: VoteKind.Notarize };
        if (isCanary && message is ConsensusMessage.Voted { Vote: { } vote })
        {
            SayToAll(new ConsensusMessage.Voted(_world.SignVote(this, vote.Slot with { Kind = VoteKind.Finalize }, vote.Voter, null)));
        }
    }

    private void NoteBroadcast(ConsensusMessage message)
    {
        Marks marks = _world.Marks;
        switch (message)
        {
            case ConsensusMessage.Ready:
                marks.Note(FaultClass.ReadinessSaid);
                break;
            case ConsensusMessage.Reseal:
                marks.Note(FaultClass.SealVotedAgain);
                break;
            case ConsensusMessage.Propose m:
                marks.Note(ProtocolRule.R2);
                _world.Timeline?.Proposed(_world.Time.Now, Number, m.Block.Header.View);
                break;
            case ConsensusMessage.Voted { Vote: { Slot.Kind: VoteKind.Notarize } } m:
                marks.Note(ProtocolRule.R3);
                _world.Timeline?.Voted(_world.Time.Now, Number, m.Vote);
                break;
            case ConsensusMessage.Voted m:
                marks.Note(m.Vote.Value is null ? ProtocolRule.R5 : ProtocolRule.R4);
                if (m.Vote.Value is null && Snapshot is { IsLeaderSkipped: true }) marks.Note(ProtocolRule.R01);
                _world.Timeline?.Voted(_world.Time.Now, Number, m.Vote);
                break;
            case ConsensusMessage.HaveCertificate m:
                marks.Note(ProtocolRule.R1);
                EpochView at = new(m.Epoch, m.View.Next);
                if (at.Epoch == _entered.Epoch && at.View.Number > _entered.View.Number + 1) marks.Note(ProtocolRule.R7);
                if (at > _entered)
                {
                    _entered = at;
                    _world.Timeline?.Entered(_world.Time.Now, Number, at.View);
                    if (IsFaithful) _world.Oracle.Entered(this, at);
                }

                break;
            default:
                break;
        }
    }

    private void NotePersist(LogRecord record)
    {
        switch (record)
        {
            case LogRecord.Held m:
                _world.Marks.Note(ProtocolRule.R6);
                if (IsFaithful) _world.Oracle.Certified(m.Certificate);
                break;
            case LogRecord.Fence { VotesFrom: not null }:
                _world.Marks.Note(ProtocolRule.R33);
                break;
            default:
                break;
        }
    }

    private void NoteRecovery(Recovery recovery)
    {
        if (!recovery.Records.IsEmpty) _world.Marks.Note(ProtocolRule.R32);
        EpochView floor = recovery.Tip is { } tip ? new EpochView(tip.Block.Header.Epoch, tip.Block.Header.View) : default;
        if (recovery.Watermark is { } mark && new EpochView(mark.Slot.Epoch, mark.Slot.View) > floor) _world.Marks.Note(ProtocolRule.R31);
    }

    private Recovery Mutate(Recovery recovery)
    {
        switch (_world.Config.Mutant)
        {
            case Mutant.ForgetWatermark:
                ImmutableArray<LogRecord>.Builder kept = ImmutableArray.CreateBuilder<LogRecord>();
                foreach (LogRecord record in recovery.Records)
                {
                    if (record is not LogRecord.OwnVote) kept.Add(record);
                }

                return recovery with { Watermark = null, WatermarkIsLost = false, Records = kept.ToImmutable() };
            case Mutant.ForgetLog:
                return recovery with { Records = [] };
            default:
                return recovery;
        }
    }

    // ---- timers ----

    private void SetTimer(ConsensusEffect.SetTimer set)
    {
        if (set.Timer == ConsensusTimer.Retry && _world.Config.Mutant == Mutant.NoRetry) return;
        Cancel((int)set.Timer);
        Due due = new(this, set.Timer, _life);
        _timers[(int)set.Timer] = due;
        _world.Time.ScheduleAt(_world.Time.Now + Clock.Stretch(set.Delay), due);
    }

    private void Cancel(int timer)
    {
        if (_timers[timer] is { } due) due.IsCancelled = true;
        _timers[timer] = null;
    }

    private sealed class Due(AgreementNode node, ConsensusTimer timer, int life) : IDelayed
    {
        public bool IsCancelled { get; set; }

        public void Fire()
        {
            if (node._life != life) return;
            if (node.IsPaused)
            {
                node._held.Add(Fire);
                return;
            }

            if (IsCancelled || node._timers[(int)timer] != this) return;
            node._timers[(int)timer] = null;
            if (timer == ConsensusTimer.Retry) node._world.Marks.Note(ProtocolRule.R9);
            node.Input(new ConsensusInput.TimerFired(timer));
        }
    }

    // ---- the ledger ----

    private void Build(ConsensusEffect.Build build)
    {
        if (_chain!.After(build.Parent) is not { } parent) return;
        if (_machine!.Snapshot.Self is not { } self || _machine.Snapshot.Validators.Epoch != parent.Validators.Epoch) return;
        ImmutableArray<Evidence> evidence = _chain.Punishable(parent, build.Evidence);
        if (_chain.Propose(parent, build, self, evidence, Reveals) is not { } block)
        {
            Invariant.Break("a validator without its reveals");
            return;
        }

        MempoolSelection selection = _mempool!.Select(parent, block);
        Step(new ConsensusInput.Built(build.View, build.Parent, build.Time, selection.Body, parent.Root)
        {
            Evidence = evidence,
            Due = parent.ValidatorsDue,
            Reveal = block.Turn!.Reveal,
            Beacon = block.Turn.Beacon,
        });
    }

    private void Check(ConsensusEffect.Check check)
    {
        BlockOutcome? outcome = _chain!.Execute(check.Block, check.Digest, _mempool);
        bool isAccepted = outcome is { Verdict: BlockVerdict.Accepted };
        if (isAccepted && IsVoterWatched) _world.Oracle.Checked(this, check.Digest);
        Step(new ConsensusInput.Checked(check.Digest, isAccepted));
    }

    private void Deliver(ConsensusEffect.Deliver deliver)
    {
        _world.Marks.Note(ProtocolRule.R8);
        foreach (Block block in deliver.Blocks)
        {
            BlockOutcome outcome = _chain!.Finalize(block, _mempool);
            _mempool!.Committed(outcome);
            _lastHadEvents = !outcome.Events.IsEmpty;
            _world.Delivered(this, block, _chain.State);
        }

        if (IsFaithful) _world.Oracle.Certified(deliver.Finalization);
        List<JournalWrite> writes = [];
        _store!.Finalize(deliver.Blocks, deliver.Finalization, writes);
        Write([.. writes]);
        if (deliver.Blocks[^1].Header.IsSeal) _world.Marks.Note(ProtocolRule.R12);
        NotePending();
        NoteValidators();
    }

    // As the supervisor does: the machine turns to the next set by itself, and the ledger must have come to the same.
    private void NoteValidators()
    {
        // It may have died of what came before.
        if (_machine is null) return;
        ConsensusSnapshot snapshot = _machine.Snapshot;
        LedgerState state = _chain!.State;
        if (snapshot.Finalized == state.Height) Invariant.Holds(snapshot.Validators.Hash == state.Validators.Hash);
        ValidatorSet? due = state.ValidatorsDue;
        if (due?.Hash == _due?.Hash) return;
        _due = due;
        Input(new ConsensusInput.SetDue(due));
    }

    // A block is asked for while transactions wait, and once more after one with transactions.
    private void NotePending()
    {
        bool isPending = _mempool!.Count > _mempool.GapCount || _lastHadEvents;
        if (isPending == _wasPending) return;
        _wasPending = isPending;
        Input(new ConsensusInput.Pending(isPending));
    }
}

/// <summary>A message on its way. It is encoded once, and decoded once for all who hear it: decoding is a function of the bytes.</summary>
internal sealed class Frame
{
    private ConsensusMessage? _decoded;
    private bool _isDecoded;

    private ConsensusInput.Received? _heard;

    public Frame(ConsensusMessage message) => Bytes = message.Encode();

    public byte[] Bytes { get; }

    public ConsensusMessage? Message
    {
        get
        {
            if (_isDecoded) return _decoded;
            _isDecoded = true;
            _decoded = ConsensusMessage.Decode(Bytes);
            return _decoded;
        }
    }

    /// <summary>The input that it is at everybody's machine.</summary>
    public ConsensusInput.Received HeardFrom(PeerId peer, ConsensusMessage message)
    {
        if (_heard is null || _heard.Peer != peer) _heard = new ConsensusInput.Received(peer, message);
        return _heard;
    }
}
