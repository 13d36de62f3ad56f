using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Lanes;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Fraud;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Trees;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>
/// A peer's own events and seconds. An event gets its number at once, is written, then promised; when its second ends, the second's tree is written and
/// told to two parents.
/// <code>
///  r           r+1        +80 ms      +300       +500             about +600        r+2            r+3
///  | events ... | close    say again   parents    topmost tree     spine is here     | close        | close
///               | r told                                                             | r not acknowledged: its events are entered again
///                                                                                                   | r not in the calendar: likewise
/// </code>
/// So what was promised in r for r+2 has three seconds to be entered in, and an event that is entered twice has one number and one leaf in both. A
/// heartbeat names the second before it and the number before its first event: a second that is missing can be seen.
/// </summary>
internal sealed class OwnSeconds(ProvenanceScene scene, FraudDesk fraud, Hash256 seed)
{
    /// <summary>Seconds since one of ours was last seen in the calendar after which nothing is promised: one that is late, and its repetition.</summary>
    private const ulong ReachSeconds = 5;

    /// <summary>Seconds that a spine may come late.</summary>
    private const ulong SpineSeconds = 16;

    private const ulong PruneEverySeconds = 60;

    /// <summary>Seconds after which a parent that acknowledged one of ours and has shown no way from it to the calendar is asked what it entered.</summary>
    private const ulong AskAfterSeconds = 4;

    /// <summary>One in so many seconds a parent's whole tree is asked for, and added up.</summary>
    private const ulong AuditEverySeconds = 64;

    private readonly IShortSha256 _hasher = ShortSha256.Open();
    private readonly SortedDictionary<Round, PendingSecond> _seconds = [];
    private readonly List<EventBatch> _batches = [];
    private readonly SortedDictionary<ulong, ImmutableArray<Share>> _writing = [];
    private readonly SortedDictionary<(Epoch Epoch, PeerId Parent), int> _slots = [];
    private readonly Custodies _custodies = new();
    private Gathering? _gathering;
    private SecondTree? _live;
    private ulong _next = 1;
    private HeartbeatCounters _counters;
    private MachineState _state = MachineState.Unwatched;
    private Round? _lastClosed;
    private Round? _lastSettled;
    private ulong _prunedAt;

    /// <summary>Events up to this number are in the calendar.</summary>
    public ulong Settled { get; private set; }

    public ulong Taken => _next - 1;

    public ulong Refused { get; private set; }

    public ulong Promises { get; private set; }

    /// <summary>Seconds that were told and whose events were entered again.</summary>
    public ulong Repeated { get; private set; }

    public Round? LastClosed => _lastClosed;

    public Round? LastSettled => _lastSettled;

    // ---- after a start ----

    public void Recover(ClosedSecond second)
    {
        Settled = Math.Max(Settled, second.SettledBefore);
        if (second.IsSettled && second.Sequence <= Settled) Settled = Math.Max(Settled, second.Last);
        if (second.IsSettled) scene.Believe(second.Spine[^1].Size, second.Checkpoint);
        _lastClosed = second.Round;
        _next = Math.Max(_next, second.Last + 1);
    }

    public void Recover(EventBatch batch)
    {
        _next = Math.Max(_next, batch.Last + 1);
        if (batch.Last > Settled) _batches.Add(batch);
    }

    public void Recover(ProvenanceInput.RecoveredAct act) => _custodies.Add(act.Custody, act.Kind, act.Leaf);

    // ---- the clock ----

    /// <summary>Ends a second that is over and begins the one that is now.</summary>
    public void Advance()
    {
        Round now = scene.Current;
        if (_live is not null && _live.Heartbeat.Round < now) Close();
        // A clock that went back waits until there is a second that was not told yet.
        if (_live is null && !(now <= _lastClosed)) Open(now);
    }

    private void Open(Round round)
    {
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(number, round.Second);
        Hash256 secret = Hasher.Tagged(HashDomain.ProvenanceSecret, seed.AsSpan(), number);
        Heartbeat heartbeat = new(
            EventSalts.Of(_hasher, secret.AsSpan(), 0), scene.Self, round, _lastClosed, _next - 1, _state.Root, null, null, _counters, 0, _state.Level);
        _live = new SecondTree(_hasher, heartbeat, secret.AsSpan(), keepsNodes: true);
        _counters = default;
    }

    private void Close()
    {
        Flush();
        SecondTree live = _live!;
        Round round = live.Heartbeat.Round;
        ulong from = EnterFrom(round);
        SecondTree tree = from == live.Heartbeat.Sequence ? live : Again(live, from);
        ClosedSecond second = new(tree.HeartbeatRecord, tree.Close(0, scene.Epochs.At(round).Plan.Epoch), [], string.Empty)
        {
            Sequence = from,
            SettledBefore = Settled,
        };
        _seconds.Add(round, new PendingSecond(second, tree.Prove(0)!.Path));
        _lastClosed = round;
        _live = null;
        scene.Effects.Add(new ProvenanceEffect.StoreSecond(second));
        Forget(round);
    }

    // The number before the first event that is neither in the calendar nor well on its way there.
    private ulong EnterFrom(Round closing)
    {
        ulong from = Settled;
        foreach ((Round round, PendingSecond pending) in _seconds)
        {
            bool isOnItsWay = pending.Second.IsSettled || (round.Next == closing && pending.Acknowledged.Count > 0);
            if (isOnItsWay && pending.Second.Sequence <= from) from = Math.Max(from, pending.Second.Last);
        }

        return from;
    }

    private SecondTree Again(SecondTree live, ulong from)
    {
        Repeated++;
        SecondTree tree = new(_hasher, live.Heartbeat with { Sequence = from }, new byte[EventSalts.SecretByteCount], keepsNodes: true);
        foreach (EventBatch batch in _batches)
        {
            if (batch.First <= from) continue;
            Invariant.Holds(batch.First == tree.NextSequence);
            IntakeVerdict verdict = tree.Carry(batch.Leaves.Span, batch.FirstTime, batch.LastTime);
            Invariant.Holds(verdict == IntakeVerdict.Accepted);
        }

        Invariant.Holds(tree.NextSequence == _next);
        return tree;
    }

    private void Forget(Round closing)
    {
        foreach (Round round in new List<Round>(_seconds.Keys))
        {
            if (round.Second + SpineSeconds < closing.Second) _seconds.Remove(round);
        }

        ulong kept = (ulong)scene.Settings.RoundsKept;
        if (closing.Second < _prunedAt + PruneEverySeconds || closing.Second <= kept) return;
        _prunedAt = closing.Second;
        scene.Effects.Add(new ProvenanceEffect.Prune(new Round(closing.Second - kept), Settled));
    }

    // ---- the machine ----

    /// <summary>The next second says so: the one that is open has its heartbeat already.</summary>
    public void MachineIs(MachineState state)
    {
        // A watch that began anew counts anew.
        ulong alerts = state.Alerts >= _state.Alerts ? state.Alerts - _state.Alerts : state.Alerts;
        _counters = _counters with { Alerts = _counters.Alerts + alerts };
        _state = state;
    }

    // ---- events ----

    public void Offer(ulong number, ImmutableArray<EventDraft> drafts)
    {
        OfferVerdict verdict = Take(drafts, number, null);
        if (verdict == OfferVerdict.Accepted) return;
        Refused += (ulong)drafts.Length;
        _counters = _counters with { Refused = _counters.Refused + (ulong)drafts.Length };
        scene.Effects.Add(new ProvenanceEffect.Answer(number, new OfferAnswer(verdict, null)));
    }

    /// <summary>An act of this peer needs no promise: it is entered when that can be.</summary>
    public void Act(PeerAct act)
    {
        EventDraft draft = new(act.Kind, act.Content, act.Actor ?? scene.Self.Hash, 0, act.Parents ?? _custodies.ParentsOf(act), null, scene.Settings.Zone);
        OfferVerdict verdict = Take([draft], null, act.Custody);
        if (verdict == OfferVerdict.Accepted)
        {
            if (act.Actor is not null) return;
            _custodies.Add(act.Custody, act.Kind, _gathering is { } gathering ? gathering.LastLeaf : _batches[^1].LeafAt(_batches[^1].Count - 1));
            return;
        }

        Refused++;
        _counters = _counters with { Refused = _counters.Refused + 1 };
        scene.Effects.Add(new ProvenanceEffect.Warn($"an act of this peer has no event: {act.Kind}: {verdict}"));
    }

    private OfferVerdict Take(ImmutableArray<EventDraft> drafts, ulong? offer, Hash256? custody)
    {
        if (drafts.IsEmpty) return OfferVerdict.Empty;
        if (drafts.Length > Limits.EventsPerCallMax) return OfferVerdict.TooMany;
        if (_live is null) return OfferVerdict.NoSecond;
        bool isInReach = _lastSettled is { } settled && settled.Second + ReachSeconds >= scene.Current.Second;
        if (offer is not null && !isInReach) return OfferVerdict.OutOfReach;
        if (Taken - Settled + (ulong)drafts.Length > Limits.EventsUnsettledMax) return OfferVerdict.Backlogged;
        EventDraft[] timed = new EventDraft[drafts.Length];
        for (int i = 0; i < timed.Length; i++) timed[i] = drafts[i] with { Time = (ulong)Math.Max(0, scene.Now.Microseconds) * 1000 };
        switch (_live.Take(timed, out Intake intake))
        {
            case IntakeVerdict.Accepted:
                break;
            case IntakeVerdict.KindUnknown:
                return OfferVerdict.KindUnknown;
            case IntakeVerdict.TooManyParents:
                return OfferVerdict.TooManyParents;
            case IntakeVerdict.ZoneMalformed:
                return OfferVerdict.ZoneMalformed;
            case IntakeVerdict.TimeOutOfRange:
                return OfferVerdict.ClockWrong;
            case IntakeVerdict.Full:
            case IntakeVerdict.TooMany:
            case IntakeVerdict.Closed:
            default:
                return OfferVerdict.Backlogged;
        }

        Gather(intake, timed, offer, custody);
        return OfferVerdict.Accepted;
    }

    // While one batch is on its way to the disk the next gathers: so one write, and one signature, serve all that came meanwhile.
    private void Gather(Intake intake, EventDraft[] drafts, ulong? offer, Hash256? custody)
    {
        Invariant.Holds(intake.First == _next);
        _next += (ulong)drafts.Length;
        _counters = _counters with { Taken = _counters.Taken + (ulong)drafts.Length };
        if (_gathering is { } full && !full.HasRoomFor(drafts.Length, intake.Records.Length)) Flush();
        _gathering ??= new Gathering(_live!.Heartbeat.Round, intake.First);
        _gathering.Add(intake, drafts, offer, scene.Settings.Retention == EventRetention.Full);
        if (custody is { } known) _gathering.Mark(intake.First, known);
        if (_writing.Count == 0) Flush();
    }

    private void Flush()
    {
        if (_gathering is not { } gathered) return;
        _gathering = null;
        EventBatch batch = gathered.ToBatch(scene.Epochs.At(gathered.Round).Plan.Epoch);
        _batches.Add(batch);
        _writing.Add(batch.First, gathered.Shares);
        scene.Effects.Add(new ProvenanceEffect.StoreBatch(batch, gathered.Marks, gathered.Labels));
    }

    public void BatchStored(ulong first)
    {
        bool wasWritten = _writing.Remove(first, out ImmutableArray<Share> shares);
        Invariant.Holds(wasWritten);
        if (!shares.IsEmpty)
        {
            // Until it is durable a batch cannot be settled: it is still here.
            EventBatch batch = _batches.Find(it => it.First == first)!;
            (EventPromise promise, Signature signature) = PromisedEvents.Sign(batch, scene.Chain, scene.Signer);
            Promises += (ulong)batch.Count;
            foreach (Share share in shares)
            {
                PromisedEvents promised = new(batch, share.Offset, share.Count, scene.Signer.PublicKey, promise, signature);
                scene.Effects.Add(new ProvenanceEffect.Answer(share.Offer, new OfferAnswer(OfferVerdict.Accepted, promised)));
            }
        }

        if (_writing.Count == 0) Flush();
    }

    // ---- parents ----

    public void SecondStored(Round round)
    {
        if (!_seconds.TryGetValue(round, out PendingSecond? pending)) return;
        pending.IsStored = true;
        Tell(pending);
    }

    /// <summary>What a parent has not acknowledged is said again, while it may still count.</summary>
    public void SayAgain()
    {
        foreach ((Round round, PendingSecond pending) in _seconds)
        {
            if (pending.IsStored && !pending.Second.IsSettled && round.Next >= scene.Current) Tell(pending);
        }
    }

    public void Enrolled(PeerId parent, ProvenanceMessage.Enrolled message)
    {
        // Said again, it changes nothing: a tree that is open already has no slot for a child that came late.
        if (scene.Epochs.Of(message.Epoch) is not { } epoch || !epoch.Parents.Contains(parent)) return;
        if (message.Slot is not { } slot || (_slots.TryGetValue((message.Epoch, parent), out int known) && known == slot)) return;
        // Two epochs at most are alive.
        foreach ((Epoch Epoch, PeerId Parent) old in new List<(Epoch Epoch, PeerId Parent)>(_slots.Keys))
        {
            if (old.Epoch.Number + 1 < message.Epoch.Number) _slots.Remove(old);
        }

        _slots[(message.Epoch, parent)] = slot;
        SayAgain();
    }

    public void Acknowledged(PeerId parent, ProvenanceMessage.Taken message)
    {
        SlotAcknowledgement said = message.Acknowledgement;
        if (said.Parent != parent || said.Level != 1 || !_seconds.TryGetValue(said.Round, out PendingSecond? pending)) return;
        if (!scene.Epochs.At(said.Round).Parents.Contains(parent) || (pending.Second.Leaf with { Slot = said.Slot }).Hash != said.Leaf) return;
        if (scene.IsSigned(parent, said.SigningDigest(scene.Chain), message.Signature)) pending.Acknowledged[parent] = message;
    }

    public void Spine(PeerId parent, ProvenanceMessage.Spine spine)
    {
        if (!_seconds.TryGetValue(spine.Round, out PendingSecond? pending) || pending.Shown.Contains(parent)) return;
        // To check one takes a quorum of signatures: not everybody may ask for that.
        if (!scene.Epochs.At(spine.Round).Parents.Contains(parent)) return;
        if (spine.Segments[0].Index >= Limits.ProvenanceSlotsMax) return;
        AggregationLeaf leaf = pending.Second.Leaf with { Slot = (int)spine.Segments[0].Index };
        ReceiptCode code = SpineRules.Check(spine, leaf, pending.Second.Heartbeat, pending.HeartbeatPath, scene.Epochs, scene.Signatures, pending.Second.Checkpoint);
        // What is wrong with totals that do not contain ours the whole tree shows.
        if (code is ReceiptCode.EventsMismatch or ReceiptCode.TimesMismatch) Ask(pending, parent, leaf.Slot, isWhole: true);
        if (code != ReceiptCode.None) return;
        pending.Shown.Add(parent);
        if ((spine.Round.Second + scene.Self.Hash.AsSpan()[0]) % AuditEverySeconds == 0) Ask(pending, parent, leaf.Slot, isWhole: true);
        if (pending.Second.IsSettled) return;
        pending.Second = pending.Second with { Leaf = leaf, Spine = spine.Segments, Checkpoint = spine.Checkpoint };
        scene.Believe(spine.Segments[^1].Size, spine.Checkpoint);
        scene.Effects.Add(new ProvenanceEffect.StoreSpine(pending.Second));
        if (!(_lastSettled >= spine.Round)) _lastSettled = spine.Round;
        foreach (PendingSecond second in _seconds.Values)
        {
            if (second.Second.IsSettled && second.Second.Sequence <= Settled) Settled = Math.Max(Settled, second.Second.Last);
        }

        Release();
    }

    /// <summary>A parent that took a second and shows no way from it is asked, once, what it entered in its place.</summary>
    public void AskWhatWasEntered()
    {
        foreach ((Round round, PendingSecond pending) in _seconds)
        {
            if (round.Second + AskAfterSeconds > scene.Current.Second) break;
            foreach ((PeerId parent, ProvenanceMessage.Taken taken) in pending.Acknowledged)
            {
                if (!pending.Shown.Contains(parent)) Ask(pending, parent, taken.Acknowledgement.Slot, isWhole: false);
            }
        }
    }

    /// <summary>What a parent says that it entered, with its signature under the tree: against its word that it had ours, and against its own sums.</summary>
    public void Shown(PeerId parent, ProvenanceMessage.SlotShown shown)
    {
        AggregationLeaf tree = shown.Tree;
        if (tree.Child != parent || tree.Level != 2 || !_seconds.TryGetValue(tree.Round, out PendingSecond? pending) || !pending.Asked.Contains(parent)) return;
        if (scene.KeyOf(parent) is not { } key || !scene.IsSigned(parent, tree.SigningDigest(scene.Chain), shown.Signature)) return;
        (byte[] Statement, Signature Signature) signed = (tree.Encode(), shown.Signature);
        bool isWhole = (ulong)shown.Records.Length == tree.ChildSize;
        if (isWhole) fraud.Hold(FraudKind.WrongTotals, key, [signed], [], shown.Records);
        if (pending.Acknowledged.TryGetValue(parent, out ProvenanceMessage.Taken? taken) && (!isWhole || shown.Way.Index < tree.ChildSize))
        {
            fraud.Hold(
                FraudKind.AcknowledgementBroken, key, [(taken.Acknowledgement.Encode(), taken.Signature), signed], [shown.Way],
                [shown.Records[isWhole ? (int)shown.Way.Index : 0]]);
        }

        // All validators were told a tree as well: whether it was this one.
        foreach (PeerId validator in scene.ParentsIn(scene.Epochs.At(tree.Round)))
        {
            if (validator != parent) scene.Send(validator, new ProvenanceMessage.Shown(tree, shown.Signature, key));
        }
    }

    private void Ask(PendingSecond pending, PeerId parent, int slot, bool isWhole)
    {
        if (parent != scene.Self && scene.IsReachable(parent) && pending.Asked.Add(parent))
        {
            scene.Send(parent, new ProvenanceMessage.WantSlot(pending.Second.Round, slot, isWhole));
        }
    }

    private void Release()
    {
        foreach (EventBatch batch in _batches)
        {
            if (batch.Last <= Settled && scene.Settings.Retention == EventRetention.Commit) scene.Effects.Add(new ProvenanceEffect.ShrinkBatch(batch.WithoutRecords()));
        }

        _batches.RemoveAll(batch => batch.Last <= Settled);
    }

    private void Tell(PendingSecond pending)
    {
        AggregationLeaf leaf = pending.Second.Leaf;
        if (scene.Epochs.Of(leaf.Epoch) is not { } epoch) return;
        foreach (PeerId parent in scene.ParentsIn(epoch))
        {
            if (pending.Acknowledged.ContainsKey(parent)) continue;
            if (!_slots.TryGetValue((leaf.Epoch, parent), out int slot))
            {
                scene.Send(parent, new ProvenanceMessage.Enrol(leaf.Epoch));
                continue;
            }

            AggregationLeaf told = leaf with { Slot = slot };
            scene.Send(parent, new ProvenanceMessage.Closed(told, scene.Signer.Sign(told.SigningDigest(scene.Chain))));
        }
    }

    /// <summary>A second that was told and is not yet forgotten.</summary>
    private sealed class PendingSecond(ClosedSecond second, ImmutableArray<Hash256> heartbeatPath)
    {
        public ClosedSecond Second { get; set; } = second;

        public ImmutableArray<Hash256> HeartbeatPath { get; } = heartbeatPath;

        public bool IsStored { get; set; }

        /// <summary>Parents that have shown a way from it to the calendar.</summary>
        public SortedSet<PeerId> Shown { get; } = [];

        /// <summary>Parents that were asked what they entered.</summary>
        public SortedSet<PeerId> Asked { get; } = [];

        /// <summary>What parents signed: whoever wrote `absent` all the same is convicted by it.</summary>
        public SortedDictionary<PeerId, ProvenanceMessage.Taken> Acknowledged { get; } = [];
    }

    /// <summary>The events of one offer in a batch.</summary>
    private readonly record struct Share(ulong Offer, int Offset, int Count);

    /// <summary>A batch that still grows.</summary>
    private sealed class Gathering(Round round, ulong first)
    {
        private readonly ImmutableArray<ReadOnlyMemory<byte>>.Builder _records = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        private readonly ImmutableArray<Share>.Builder _shares = ImmutableArray.CreateBuilder<Share>();
        private readonly ImmutableArray<CustodyMark>.Builder _marks = ImmutableArray.CreateBuilder<CustodyMark>();
        private readonly ImmutableArray<LabelledEvent>.Builder _labels = ImmutableArray.CreateBuilder<LabelledEvent>();
        private readonly List<byte> _leaves = [];
        private readonly List<byte> _contents = [];
        private int _bytes;
        private ulong _firstTime;
        private ulong _lastTime;

        public Round Round { get; } = round;

        public ImmutableArray<Share> Shares => _shares.ToImmutable();

        public ImmutableArray<CustodyMark> Marks => _marks.ToImmutable();

        public ImmutableArray<LabelledEvent> Labels => _labels.ToImmutable();

        public Hash256 LastLeaf => new(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_leaves)[^Hash256.ByteCount..]);

        public bool HasRoomFor(int count, int bytes) =>
            _records.Count + count <= Limits.PromiseEventsMax && _bytes + bytes <= Limits.EventBatchBytesMax;

        public void Add(Intake intake, EventDraft[] drafts, ulong? offer, bool keepsContents)
        {
            if (offer is { } number) _shares.Add(new Share(number, _records.Count, drafts.Length));
            byte[] records = intake.Records.ToArray();
            int start = 0;
            for (int i = 0; i < drafts.Length; i++)
            {
                _records.Add(records.AsMemory(start, intake.Ends[i] - start));
                start = intake.Ends[i];
                if (drafts[i].Label is { } label) _labels.Add(new LabelledEvent(intake.First + (ulong)i, label));
                if (keepsContents) _contents.AddRange(drafts[i].Content.AsSpan());
                if (_firstTime == 0 || drafts[i].Time < _firstTime) _firstTime = drafts[i].Time;
                _lastTime = Math.Max(_lastTime, drafts[i].Time);
            }

            _bytes += records.Length;
            _leaves.AddRange(intake.Leaves);
        }

        public void Mark(ulong sequence, Hash256 custody) => _marks.Add(new CustodyMark(sequence, custody));

        public EventBatch ToBatch(Epoch epoch) =>
            new(Round, epoch, first, _firstTime, _lastTime, _records.ToImmutable(), _leaves.ToArray(), _contents.ToArray());
    }
}
