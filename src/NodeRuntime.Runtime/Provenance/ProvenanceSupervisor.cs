using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Provenance.Fraud;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Uses;
using NodeRuntime.Runtime.Consensus;
using NodeRuntime.Runtime.Posture;
using NodeRuntime.Runtime.Settlement;
using NodeRuntime.Runtime.Snapshots;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>Drives the machine of a peer's events: tells it what happens in the peer, on the network and on the disk, and does what it asks.</summary>
public sealed class ProvenanceSupervisor : Actor<ProvenanceCommand>
{
    private const string Timer = "tick";
    private const int EarlyActsMax = 1024;

    private readonly NodeModel _model;
    private readonly NodePorts _ports;
    private readonly NodeDoors _doors;
    private readonly ActorRef<SettlementCommand> _settlement;
    private readonly ProvenanceMachine _machine;
    private readonly ProvenanceStore _store;
    private readonly SortedDictionary<ulong, ActorRef<OfferAnswer>> _offers = [];
    private readonly SortedSet<PeerId> _connected = [];
    private readonly Queue<PeerAct> _early = [];
    private readonly Queue<(ulong Sequence, ActorRef<RecordAnswer> Reply)> _recording = [];
    private readonly RecentEvents _recent = new();
    private readonly CustodyMarks _marks = new();
    private readonly Cosignatures _cosignatures;
    private bool _hasRecovered;
    private CalendarEpochs _epochs;
    private ulong _nextOffer;
    private Height? _tip;
    private Epoch? _keysOf;
    private Round? _reported;
    private ActorRef<ProvenanceCommand>? _self;

    public ProvenanceSupervisor(NodeModel model, NodePorts ports, NodeDoors doors, ProvenanceSettings settings, ActorRef<SettlementCommand> settlement)
    {
        _doors = doors;
        _model = model;
        _ports = ports;
        _settlement = settlement;
        _store = new ProvenanceStore(ports.Journal);
        _cosignatures = new Cosignatures(ports.Journal, settings.RoundsKept);
        _epochs = new CalendarEpochs(CalendarEpoch.Of(model.Genesis, []));
        Span<byte> seed = stackalloc byte[Hash256.ByteCount];
        ports.Entropy.Fill(seed);
        _machine = new ProvenanceMachine(model.Chain, ports.Signer, ports.ConsensusSigners, ports.Signatures, settings, _epochs, new Hash256(seed));
    }

    /// <summary>The custody of what the chain itself is: each block follows the one before.</summary>
    public static Hash256 CustodyOfBlocks { get; } = Hasher.Sha256("blocks"u8);

    protected override void PreStart()
    {
        _self = Context.Self;
        foreach (ClosedSecond second in _store.RecentlyClosed()) Step(new ProvenanceInput.RecoveredSecond(second));
        foreach (EventBatch batch in _store.BatchesFrom(_machine.Status.Settled + 1)) Step(new ProvenanceInput.RecoveredBatch(batch));
        foreach ((ulong number, Message.ReportFraud report) in _store.Frauds()) Step(new ProvenanceInput.RecoveredFraud(number, report));
        ulong taken = _machine.Status.Taken;
        foreach (CustodyMark mark in _store.Marks()) _marks.Add(mark);
        foreach (EventBatch batch in _store.BatchesFrom(taken - Math.Min(taken, Limits.EventsRecentMax)))
        {
            _recent.Put(batch);
            RecoverActs(batch);
        }

        Context.Subscribe<LedgerTip>(static tip => new ProvenanceCommand.Advanced(tip));
        Context.Subscribe<PostureStatus>(static status => new ProvenanceCommand.MachineIs(
            new MachineState(status.Summary.Root, status.Summary.Sight.Level, status.Summary.Alerts)));
        Context.Subscribe<PeerAct>(static act => new ProvenanceCommand.Acted(act));
    }

    // What is done next in a custody follows what was done before the start. What was kept as a leaf alone says not what it was.
    private void RecoverActs(EventBatch batch)
    {
        for (int i = 0; i < batch.Records.Length; i++)
        {
            if (_marks.CustodyOf(batch.First + (ulong)i) is not { } custody || EventLeaf.TryDecode(batch.Records[i], out EventLeaf? leaf) != RecordVerdict.Accepted) continue;
            // Acts that somebody else had done stand beside it.
            if (leaf!.Actor == _ports.Signer.PublicKey.ToPeerId().Hash) Step(new ProvenanceInput.RecoveredAct(custody, leaf.Kind, batch.LeafAt(i)));
        }
    }

    // The next instance knows of no connection, and the network tells of each but once: they are ended, to be told of anew.
    protected override void PreRestart(Exception cause)
    {
        foreach (PeerId peer in _connected) _ports.Network.Disconnect(peer, DisconnectReason.Closed);
    }

    protected override void Receive(ProvenanceCommand message)
    {
        switch (message)
        {
            case ProvenanceCommand.Advanced m:
                Advance(m.Tip);
                break;
            case ProvenanceCommand.PeerConnected m:
                if (!PublicKey.TryParse(m.Key.Span, out PublicKey key)) break;
                _connected.Add(m.Peer);
                Step(new ProvenanceInput.Connected(m.Peer, key));
                break;
            case ProvenanceCommand.PeerLeft m:
                if (_connected.Remove(m.Peer)) Step(new ProvenanceInput.Left(m.Peer));
                break;
            case ProvenanceCommand.Frame m:
                Hear(m.Peer, m.Bytes);
                break;
            case ProvenanceCommand.Offer m:
                Offer(m);
                break;
            case ProvenanceCommand.Acted m:
                Act(m.Act);
                break;
            case ProvenanceCommand.Record m:
                Record(m);
                break;
            case ProvenanceCommand.Compare m:
                if (_hasRecovered) Step(new ProvenanceInput.Compared(m.Seconds, Context.Now));
                break;
            case ProvenanceCommand.MachineIs m:
                Step(new ProvenanceInput.MachineIs(m.State));
                break;
            case ProvenanceCommand.WantReceipt m:
                m.Reply.Tell(EventReceiptMaker.Make(_store, m.Sequence, _machine.Status.Taken, _epochs, _ports.Signer));
                break;
            case ProvenanceCommand.WantEvent m:
                m.Reply.Tell(Find(m.Sequence ?? _recent.Find(m.Leaf) ?? 0));
                break;
            case ProvenanceCommand.WantRecent m:
                m.Reply.Tell(new RecentOfActor(_recent.OfActor(m.Actor, m.From), _machine.Status.Settled));
                break;
            case ProvenanceCommand.WantCustody m:
                m.Reply.Tell(new FoundCustody(_marks.Of(m.Custody)));
                break;
            case ProvenanceCommand.WantGrowth m:
                m.Reply.Tell(new CalendarGrowth(_machine.CalendarGrowth(m.From, m.Size)));
                break;
            case ProvenanceCommand.WantWay m:
                m.Reply.Tell(new CalendarWay(_machine.CalendarWay(m.Index, m.Size), _machine.CalendarGrowth(m.From, m.Size)));
                break;
            case ProvenanceCommand.Cosigned m:
                _cosignatures.Add(m.Size, m.Line);
                break;
            case ProvenanceCommand.WantCosignatures m:
                m.Reply.Tell(new CalendarCosignatures(_cosignatures.LinesOf(m.Size)));
                break;
            case ProvenanceCommand.Written m:
                // Nothing that depends on it may happen: start again from what is durable.
                if (m.Verdict != JournalVerdict.Written) Invariant.Break("the log of events cannot be written: " + m.Verdict);
                if (m.Then is { } then) Step(then(Context.Now));
                break;
            case ProvenanceCommand.Tick:
                Step(new ProvenanceInput.Ticked(Context.Now));
                TickNext();
                Report();
                break;
            default:
                Invariant.Break("a command without a rule");
                break;
        }
    }

    // The calendar's log needs every plan that it was written under: it is read when the ledger is there.
    private void Advance(LedgerTip tip)
    {
        if (tip.Seals.Length + 1 != _epochs.All.Length) _epochs = new CalendarEpochs(CalendarEpoch.Of(_model.Genesis, tip.Seals));
        EventCalendarRecord calendar = tip.State.Records.EventCalendar;
        Step(new ProvenanceInput.Advanced(_epochs, calendar.Size, calendar.Root, tip.Seconds) { State = tip.State });
        if (!_hasRecovered)
        {
            foreach (RoundLeaf leaf in _store.LeavesFrom(0)) Step(new ProvenanceInput.RecoveredLeaf(leaf));
            _hasRecovered = true;
            Step(new ProvenanceInput.Started(Context.Now));
            while (_early.TryDequeue(out PeerAct? act)) Step(new ProvenanceInput.Acted(act, Context.Now));
            TickNext();
        }
        else if (tip.Certified is { } certified && _tip is { } before && tip.Height > before)
        {
            Step(new ProvenanceInput.Acted(new PeerAct(EventKind.Store, Hasher.Sha256(certified.Header.Encode()), CustodyOfBlocks), Context.Now));
        }

        EnterVotingKeys(tip);
        _tip = tip.Height;
    }

    // Which keys of this peer vote is entered at each start, and with each epoch.
    private void EnterVotingKeys(LedgerTip tip)
    {
        Epoch epoch = tip.State.Validators.Epoch;
        if (_keysOf == epoch) return;
        _keysOf = epoch;
        foreach (ISigner signer in _ports.ConsensusSigners)
        {
            if (tip.State.Validators.IndexOf(signer.PublicKey) is null) continue;
            KeyUse use = new(KeyPurpose.Votes, signer.PublicKey, epoch, null);
            Step(new ProvenanceInput.Acted(new PeerAct(EventKind.KeyUse, use.Content, PeerAct.CustodyOfKeys), Context.Now));
        }
    }

    // What is done while the log is read is entered behind it.
    private void Act(PeerAct act)
    {
        if (_hasRecovered) Step(new ProvenanceInput.Acted(act, Context.Now));
        else if (_early.Count < EarlyActsMax) _early.Enqueue(act);
        else Context.Publish(new NodeLog(LogLevel.Warning, "provenance", $"an act of this peer has no event: {act.Kind}: the log is still read"));
    }

    private void Record(ProvenanceCommand.Record wanted)
    {
        ulong before = _machine.Status.Taken;
        if (_hasRecovered && _recording.Count < EarlyActsMax) Step(new ProvenanceInput.Acted(wanted.Act, Context.Now));
        ulong number = _machine.Status.Taken;
        if (number == before) wanted.Reply.Tell(new RecordAnswer(null));
        else _recording.Enqueue((number, wanted.Reply));
    }

    private void Hear(PeerId peer, ReadOnlyMemory<byte> bytes)
    {
        if (!_hasRecovered || !_connected.Contains(peer)) return;
        if (ProvenanceMessage.Decode(bytes) is { } message) Step(new ProvenanceInput.Heard(peer, message, Context.Now));
        else _ports.Network.Disconnect(peer, DisconnectReason.FrameMalformed);
    }

    private void Offer(ProvenanceCommand.Offer offer)
    {
        if (!_hasRecovered)
        {
            offer.Reply.Tell(new OfferAnswer(OfferVerdict.NoSecond, null));
            return;
        }

        ulong number = _nextOffer++;
        _offers.Add(number, offer.Reply);
        Step(new ProvenanceInput.Offered(number, offer.Drafts, Context.Now));
    }

    private FoundEvent Find(ulong sequence)
    {
        ReceiptAnswer receipt = EventReceiptMaker.Make(_store, sequence, _machine.Status.Taken, _epochs, _ports.Signer);
        if (receipt.Verdict == ReceiptWant.Unknown) return FoundEvent.None;
        ReadOnlyMemory<byte> record = default;
        if (receipt.Verdict == ReceiptWant.Made && EventReceipt.TryDecode(receipt.Receipt, out EventReceipt? made) == ReceiptCode.None) record = made!.Record;
        else if (_recent.RecordOf(sequence) is { } kept) record = kept;
        ImmutableArray<FoundChild>.Builder children = ImmutableArray.CreateBuilder<FoundChild>();
        if (!record.IsEmpty)
        {
            foreach (EventLeaf child in _recent.ChildrenOf(RecordHash.Leaf(record.Span))) children.Add(new FoundChild(child, _marks.CustodyOf(child.Sequence)));
        }

        return new FoundEvent(sequence, record, _marks.CustodyOf(sequence), receipt, children.ToImmutable());
    }

    // Chains of blocks, snapshots and keys have no owner who asks for them, and no end.
    private static bool IsOwned(CustodyMark mark) => mark.Custody != CustodyOfBlocks && mark.Custody != SnapshotSupervisor.CustodyOfSnapshots && mark.Custody != PeerAct.CustodyOfKeys;

    private void StoreBatch(ProvenanceEffect.StoreBatch effect)
    {
        ImmutableArray<CustodyMark> marks = [.. effect.Marks.Where(IsOwned)];
        _store.Put(effect.Batch, marks, effect.Labels, Then(now =>
        {
            _recent.Put(effect.Batch);
            foreach (CustodyMark mark in marks) _marks.Add(mark);
            Context.Publish(new EventsDurable(effect.Batch));
            while (_recording.TryPeek(out (ulong Sequence, ActorRef<RecordAnswer> Reply) waiting) && waiting.Sequence <= effect.Batch.Last)
            {
                _recording.Dequeue();
                waiting.Reply.Tell(new RecordAnswer(waiting.Sequence));
            }

            return new ProvenanceInput.BatchStored(effect.Batch.First, now);
        }));
    }

    private void TickNext() => Context.StartTimer(Timer, new ProvenanceCommand.Tick(), _machine.NextTick(Context.Now) - Context.Now);

    private void Report()
    {
        ProvenanceStatus status = _machine.Status;
        if (status.LastClosed == _reported) return;
        _reported = status.LastClosed;
        Context.Publish(status);
    }

    private void Step(ProvenanceInput input)
    {
        foreach (ProvenanceEffect effect in _machine.Step(input)) Do(effect);
    }

    private void Do(ProvenanceEffect effect)
    {
        switch (effect)
        {
            case ProvenanceEffect.StoreBatch m:
                StoreBatch(m);
                break;
            case ProvenanceEffect.ShrinkBatch m:
                _recent.Shrink(m.Batch);
                _store.Put(m.Batch, [], [], Then(null));
                break;
            case ProvenanceEffect.StoreSecond m:
                _store.Put(m.Second, Then(now =>
                {
                    Context.Publish(new SecondTold(m.Second));
                    return new ProvenanceInput.SecondStored(m.Second.Round, now);
                }));
                break;
            case ProvenanceEffect.StoreSpine m:
                _store.Put(m.Second, Then(null));
                break;
            case ProvenanceEffect.OfferSeconds m:
                _doors.Consensus.Tell(new ConsensusCommand.OfferSeconds(m.Seconds));
                break;
            case ProvenanceEffect.ReadLeaves m:
                Step(new ProvenanceInput.LeavesRead(m.From, [.. _store.LeavesFrom(m.From).Take(Limits.CalendarLeavesPerFrameMax)]));
                break;
            case ProvenanceEffect.StoreLeaves m:
                _store.Put(m.From, m.Leaves, Then(null));
                break;
            case ProvenanceEffect.Send m:
                // What is lost is said again, or the next second takes its place.
                _ports.Network.Send(m.Peer, FrameClass.Membership, m.Message.Encode());
                break;
            case ProvenanceEffect.SendLeaves m:
                SendLeaves(m);
                break;
            case ProvenanceEffect.Certified m:
                Context.Publish(new CalendarCertified(m.Size, m.Checkpoint));
                break;
            case ProvenanceEffect.Answer m:
                if (m.What.Promised is { } promised) Context.Publish(promised);
                if (_offers.Remove(m.Number, out ActorRef<OfferAnswer>? reply)) reply.Tell(m.What);
                break;
            case ProvenanceEffect.Prune m:
                _store.Prune(m.Below, m.Settled, Then(null));
                break;
            case ProvenanceEffect.StoreFraud m:
                if (FraudProof.TryDecode(m.Report.Proof.AsMemory()) is { } proof) Context.Publish(new LieProven(proof.Culprit.ToPeerId(), proof.Kind));
                _store.Put(m.Number, m.Report, Then(now => new ProvenanceInput.FraudStored(m.Number, now)));
                break;
            case ProvenanceEffect.ForgetFrauds m:
                _store.ForgetFrauds(m.Below, Then(null));
                break;
            case ProvenanceEffect.ReportFraud m:
                _settlement.Tell(new SettlementCommand.Submit(m.Report));
                break;
            case ProvenanceEffect.Publish m:
                _settlement.Tell(new SettlementCommand.Submit(m.Publication));
                break;
            case ProvenanceEffect.Warn m:
                Context.Publish(new NodeLog(LogLevel.Warning, "provenance", m.Text));
                break;
            default:
                Invariant.Break("an effect without a rule");
                break;
        }
    }

    private Action<JournalVerdict> Then(Func<Instant, ProvenanceInput>? then)
    {
        ActorRef<ProvenanceCommand> self = _self!;
        return verdict => self.Tell(new ProvenanceCommand.Written(then, verdict));
    }

    private void SendLeaves(ProvenanceEffect.SendLeaves wanted)
    {
        ImmutableArray<RoundLeaf> leaves = [.. _store.LeavesFrom(wanted.From).Take(wanted.Count)];
        // What is not durable yet is asked for again.
        if (leaves.Length < wanted.Count) return;
        ProvenanceMessage message = new ProvenanceMessage.Leaves(wanted.From, wanted.Size, leaves, wanted.Path);
        _ports.Network.Send(wanted.Peer, FrameClass.Membership, message.Encode());
    }
}
