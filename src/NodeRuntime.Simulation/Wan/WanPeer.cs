using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Consensus;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Simulation.Wan;

/// <summary>
/// The consensus machine as it ships behind a link, a processor and a disk that take their time. Inputs wait for the actor's turn, in order;
/// effects come when the turn is over; what stands behind a record waits for the disk.
/// </summary>
internal sealed class WanPeer
{
    private const int TimerCount = 6;

    private readonly WanWorld _world;
    private readonly MeteredSignatures _signatures;
    private readonly ConsensusMachine _machine;
    private readonly Prng _prng;
    private readonly Queue<ConsensusEffect> _effects = [];
    private readonly Due?[] _timers = new Due?[TimerCount];
    private Instant _processorFree;
    private Instant _linkOutFree;
    private Instant _linkInFree;
    private bool _writes;

    public WanPeer(WanWorld world, int number, ISigner signer, ISignatureVerifier signatures, Prng prng)
    {
        _world = world;
        _prng = prng;
        _signatures = new MeteredSignatures(signatures);
        Number = number;
        Id = signer.PublicKey.ToPeerId();
        Genesis genesis = world.Genesis;
        _machine = new ConsensusMachine(
            new ConsensusConfig
            {
                Chain = genesis.ChainId,
                ValidatorsAtStart = genesis.ValidatorSet,
                Past = PastEpochs.None,
                Parameters = genesis.Parameters,
                GenesisTime = genesis.Time,
                Signer = signer,
                Signatures = _signatures,
                Prng = prng.Fork(),
            },
            Recovery.Fresh);
    }

    public int Number { get; }

    public PeerId Id { get; }

    public long SignaturesVerified => _signatures.Count;

    public long BytesSent { get; private set; }

    private WanCosts Costs => _world.Config.Costs;

    /// <summary>A turn of the actor: as soon as it is free, for as long as the input takes.</summary>
    public void Input(ConsensusInput input, Duration work)
    {
        Instant now = Later(_world.Time.Now, _linkInFree);
        Instant begins = Later(now, _processorFree);
        long verified = _signatures.Count;
        ImmutableArray<ConsensusEffect> effects = _machine.Step(begins, input);
        Duration spent = work + (Costs.Verify * (_signatures.Count - verified));
        foreach (ConsensusEffect effect in effects) spent += CostOf(effect);
        _processorFree = begins + spent;
        if (!effects.IsEmpty) _world.Time.ScheduleAt(_processorFree, () => Perform(effects));
    }

    /// <summary>A frame's last byte has come as far as our link.</summary>
    public void Hear(WanPeer from, ConsensusMessage message, int bytes)
    {
        _linkInFree = Later(_world.Time.Now, _linkInFree) + TimeOf(bytes);
        Duration work = Costs.Message;
        if (message is ConsensusMessage.Propose) work += Costs.RebuildThousand * _world.Config.Transactions / 1000;
        Input(new ConsensusInput.Received(from.Id, message), work);
    }

    /// <summary>Our link is free for a frame from then on, and its last byte leaves then.</summary>
    public Instant Leave(int bytes)
    {
        BytesSent += bytes;
        _linkOutFree = Later(_world.Time.Now, _linkOutFree) + TimeOf(bytes);
        return _linkOutFree;
    }

    private Duration TimeOf(int bytes) => Costs.BytesPerSecond == 0 ? Duration.Zero : new Duration(bytes * 1_000_000L / Costs.BytesPerSecond);

    private Duration CostOf(ConsensusEffect effect) => effect switch
    {
        ConsensusEffect.Persist { Record: LogRecord.OwnVote } => Costs.Sign,
        ConsensusEffect.Broadcast => Costs.Enqueue * (_world.Peers.Count - 1),
        ConsensusEffect.Send => Costs.Enqueue,
        _ => Duration.Zero,
    };

    private void Perform(ImmutableArray<ConsensusEffect> effects)
    {
        foreach (ConsensusEffect effect in effects) _effects.Enqueue(effect);
        Perform();
    }

    private void Perform()
    {
        while (!_writes && _effects.TryPeek(out ConsensusEffect? effect))
        {
            if (effect is ConsensusEffect.Persist) PersistAll();
            else Do(_effects.Dequeue());
        }
    }

    private void PersistAll()
    {
        while (_effects.TryPeek(out ConsensusEffect? effect) && effect is ConsensusEffect.Persist) _effects.Dequeue();
        Write();
    }

    private void Write()
    {
        _writes = true;
        _world.Time.ScheduleAt(_world.Time.Now + _prng.NextDuration(Costs.DiskMin, Costs.DiskMax), () =>
        {
            _writes = false;
            Perform();
        });
    }

    private void Do(ConsensusEffect effect)
    {
        switch (effect)
        {
            case ConsensusEffect.Send m:
                _world.Send(this, m.Peer, m.Message);
                break;
            case ConsensusEffect.Broadcast m:
                Note(m.Message);
                _world.Broadcast(this, m.Message);
                break;
            case ConsensusEffect.SetTimer m:
                Cancel(m.Timer);
                Due due = new(this, m.Timer);
                _timers[(int)m.Timer] = due;
                _world.Time.ScheduleAt(_world.Time.Now + m.Delay, due);
                break;
            case ConsensusEffect.CancelTimer m:
                Cancel(m.Timer);
                break;
            case ConsensusEffect.Build m:
                _world.Report.Began(m.View, _world.Time.Now);
                Input(new ConsensusInput.Built(m.View, m.Parent, m.Time, WanWorld.MakeBody(m.View), Hash256.Zero), Costs.ExecuteThousand * _world.Config.Transactions / 1000);
                break;
            case ConsensusEffect.Check m:
                Input(new ConsensusInput.Checked(m.Digest, true), Costs.ExecuteThousand * _world.Config.Transactions / 1000);
                break;
            case ConsensusEffect.Deliver m:
                foreach (Block block in m.Blocks) _world.Report.Finalized(Number, block, _world.Time.Now);
                Write();
                break;
            case ConsensusEffect.Persist or ConsensusEffect.Accuse or ConsensusEffect.Halt or ConsensusEffect.Blame:
            case ConsensusEffect.ServeChain or ConsensusEffect.ServeBranch or ConsensusEffect.FarBehind:
                Invariant.Break("nothing goes wrong in this world, and nobody falls behind");
                break;
            default:
                Invariant.Break("an effect without a hand");
                break;
        }
    }

    private void Note(ConsensusMessage message)
    {
        switch (message)
        {
            case ConsensusMessage.Voted { Vote: { Slot.Kind: VoteKind.Notarize } vote }:
                _world.Report.Accepted(vote.Slot.View, _world.Time.Now);
                break;
            case ConsensusMessage.Voted { Vote: { Value: not null } vote }:
                _world.Report.Notarized(vote.Slot.View, _world.Time.Now);
                break;
            default:
                break;
        }
    }

    private void Cancel(ConsensusTimer timer)
    {
        if (_timers[(int)timer] is { } due) due.IsCancelled = true;
        _timers[(int)timer] = null;
    }

    private static Instant Later(Instant one, Instant other) => one > other ? one : other;

    private sealed class Due(WanPeer peer, ConsensusTimer timer) : IDelayed
    {
        public bool IsCancelled { get; set; }

        public void Fire()
        {
            peer._timers[(int)timer] = null;
            peer.Input(new ConsensusInput.TimerFired(timer), Duration.Zero);
        }
    }
}
