using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Fraud;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>
/// A peer's part in the calendar of events: its own seconds, and, where it validates, those of its children, and the calendar. Rounds of one second by the
/// peer's own clock.
/// <code>
/// OwnSeconds -- Closed --> ParentDesk (level 1) -- Closed --> ParentDesk (level 2, at all validators) --> CalendarDesk --> ledger
///            &lt;-- Taken --                                                                                 |
///            &lt;-- Spine ----------- PassDown &lt;----------------------- a quorum's checkpoint ----------------
/// </code>
/// </summary>
public sealed class ProvenanceMachine
{
    /// <summary>Closed rounds of a parent whose spine may still come.</summary>
    private const int RoundsWaiting = 16;

    private readonly ProvenanceScene _scene;
    private readonly FraudDesk _fraud;
    private readonly OwnSeconds _own;
    private readonly ParentDesk _parent;
    private readonly ParentDesk _top;
    private readonly CalendarDesk _calendar;
    private readonly PublicationDesk _publications;
    private readonly SortedDictionary<Round, (EnteredRound Entered, ProvenanceMessage.Closed Told)> _told = [];
    private readonly SortedSet<Round> _passed = [];
    private readonly SortedDictionary<PeerId, int> _frames = [];
    private readonly SortedSet<Round> _asked = [];
    private ulong _shown;
    private Round _framesOf;
    private bool _hasStarted;

    /// <param name="signer">The node key's.</param>
    /// <param name="voters">Keys that may sign checkpoints.</param>
    /// <param name="seed">Random; salts are drawn from it, and forgotten with it.</param>
    public ProvenanceMachine(
        ChainId chain, ISigner signer, ImmutableArray<ISigner> voters, ISignatureVerifier signatures, ProvenanceSettings settings, CalendarEpochs epochs,
        Hash256 seed)
    {
        _scene = new ProvenanceScene(chain, signer, signatures, settings, epochs);
        _fraud = new FraudDesk(_scene);
        _own = new OwnSeconds(_scene, _fraud, seed);
        _parent = new ParentDesk(_scene, _fraud, 1, settings.ParentCloses, TellValidators, seed);
        _top = new ParentDesk(_scene, _fraud, 2, settings.TopCloses, closed => _calendar!.Close(closed), seed);
        _calendar = new CalendarDesk(_scene, _fraud, voters);
        _publications = new PublicationDesk(_scene, _calendar);
    }

    public ProvenanceStatus Status => new(
        _own.LastClosed, _own.LastSettled, _own.Taken, _own.Settled, _own.Promises, _own.Refused, _own.Repeated, _parent.Children, _parent.Refused,
        _calendar.Size, _calendar.Certified, _calendar.Backfilled)
    {
        Frauds = (_fraud.Found, _fraud.Punished, _fraud.Refused),
        Published = _publications.Asked,
    };

    /// <summary>RFC 9162's proof that the calendar only grew between two sizes; null where this peer does not keep one so large.</summary>
    public ImmutableArray<Hash256>? CalendarGrowth(ulong from, ulong size) => _calendar.Growth(from, size);

    /// <summary>The place of a second in the calendar of a size, from below; null where this peer does not keep one so large.</summary>
    public ImmutableArray<Hash256>? CalendarWay(ulong index, ulong size) => _calendar.Way(index, size)?.Path;

    /// <summary>When to tick next: at the end of a second, and at each moment of the round behind it.</summary>
    public Instant NextTick(Instant now)
    {
        Instant second = Instant.FromMilliseconds((long)EpochPlans.RoundOf(now).Second * 1000);
        Instant next = second + Duration.FromSeconds(1);
        foreach (Duration offset in (System.ReadOnlySpan<Duration>)[_scene.Settings.TopCloses, _scene.Settings.ParentCloses, _scene.Settings.SaysAgain])
        {
            Instant at = second + offset;
            if (at > now && at < next) next = at;
        }

        return next;
    }

    public IReadOnlyList<ProvenanceEffect> Step(ProvenanceInput input)
    {
        _scene.Effects.Clear();
        Take(input);
        while (true)
        {
            while (_scene.ToSelf.TryDequeue(out ProvenanceMessage? message)) Hear(_scene.Self, message);
            if (_shown == _calendar.Certified) break;
            _shown = _calendar.Certified;
            PassDown();
        }

        return [.. _scene.Effects];
    }

    private void Take(ProvenanceInput input)
    {
        switch (input)
        {
            case ProvenanceInput.RecoveredSecond m:
                _own.Recover(m.Second);
                break;
            case ProvenanceInput.RecoveredBatch m:
                _own.Recover(m.Batch);
                break;
            case ProvenanceInput.RecoveredLeaf m:
                _calendar.Recover(m.Leaf);
                break;
            case ProvenanceInput.RecoveredAct m:
                _own.Recover(m);
                break;
            case ProvenanceInput.RecoveredFraud m:
                _fraud.Recover(m.Number, m.Report);
                break;
            case ProvenanceInput.Started m:
                _scene.Now = m.Now;
                _hasStarted = true;
                _parent.Start(_own.LastClosed);
                _top.Start(_own.LastClosed);
                _own.Advance();
                break;
            case ProvenanceInput.Advanced m:
                _scene.Epochs = m.Epochs;
                _calendar.Advanced(m.CalendarSize, m.CalendarRoot, _hasStarted ? m.Seconds : []);
                if (m.State is not { } state) break;
                _fraud.Advanced(state);
                _publications.Advanced(state);
                break;
            case ProvenanceInput.Connected m:
                _scene.Connected[m.Peer] = m.Key;
                break;
            case ProvenanceInput.Left m:
                _scene.Connected.Remove(m.Peer);
                break;
            case ProvenanceInput.Heard m:
                Pass(m.Now);
                if (_scene.Connected.ContainsKey(m.From) && MayStillSpeak(m.From, m.Message)) Hear(m.From, m.Message);
                break;
            case ProvenanceInput.Offered m:
                Pass(m.Now);
                _own.Offer(m.Number, m.Drafts);
                break;
            case ProvenanceInput.Compared m:
                Pass(m.Now);
                Compare(m.Seconds);
                break;
            case ProvenanceInput.Acted m:
                Pass(m.Now);
                _own.Act(m.Act);
                break;
            case ProvenanceInput.MachineIs m:
                _own.MachineIs(m.State);
                break;
            case ProvenanceInput.BatchStored m:
                Pass(m.Now);
                _own.BatchStored(m.First);
                break;
            case ProvenanceInput.SecondStored m:
                Pass(m.Now);
                _own.SecondStored(m.Round);
                break;
            case ProvenanceInput.LeavesRead m:
                _calendar.LeavesRead(m.From, m.Leaves);
                break;
            case ProvenanceInput.FraudStored m:
                Pass(m.Now);
                _fraud.Stored(m.Number);
                break;
            case ProvenanceInput.Ticked m:
                Pass(m.Now);
                _own.SayAgain();
                _own.AskWhatWasEntered();
                _calendar.FillGap();
                _publications.Tick();
                break;
            default:
                Invariant.Break("an input without a rule");
                break;
        }
    }

    // Whatever happens first ends what is over.
    private void Pass(Instant now)
    {
        Invariant.Holds(_hasStarted);
        _scene.Now = now;
        _own.Advance();
        _parent.Advance();
        _top.Advance();
    }

    // A question for the calendar is answered with megabytes out of the log, and a complaint takes a look at all of it: four a second. A whole tree is tens
    // of kilobytes.
    private bool MayStillSpeak(PeerId peer, ProvenanceMessage message)
    {
        int cost = message switch
        {
            ProvenanceMessage.WantLeaves or ProvenanceMessage.Complaint => Limits.ProvenanceFramesPerSecondMax / 4,
            ProvenanceMessage.WantSlot { IsWhole: true } => Limits.ProvenanceFramesPerSecondMax / 16,
            _ => 1,
        };
        if (_framesOf != _scene.Current)
        {
            _framesOf = _scene.Current;
            _frames.Clear();
        }

        int frames = _frames.GetValueOrDefault(peer);
        _frames[peer] = frames + cost;
        return frames + cost <= Limits.ProvenanceFramesPerSecondMax;
    }

    private void Hear(PeerId from, ProvenanceMessage message)
    {
        switch (message)
        {
            case ProvenanceMessage.Enrol m:
                _parent.Enrol(from, m.Epoch);
                break;
            case ProvenanceMessage.Enrolled m:
                _own.Enrolled(from, m);
                break;
            case ProvenanceMessage.Closed m:
                if (m.Leaf.Level == 1) _parent.Enter(from, m);
                else if (m.Leaf.Level == 2) _top.Enter(from, m);
                break;
            case ProvenanceMessage.Taken m:
                if (m.Acknowledgement.Level == 1) _own.Acknowledged(from, m);
                break;
            case ProvenanceMessage.Spine m:
                if (m.Level == 1) _own.Spine(from, m);
                break;
            case ProvenanceMessage.WantTop m:
                _calendar.Wanted(from, m);
                break;
            case ProvenanceMessage.TopShown m:
                Shown(m);
                break;
            case ProvenanceMessage.Leaves m:
                _calendar.Heard(from, m);
                break;
            case ProvenanceMessage.WantLeaves m:
                _calendar.Wanted(from, m);
                break;
            case ProvenanceMessage.Signed m:
                _calendar.Signed(from, m);
                break;
            case ProvenanceMessage.Shown m:
                (m.Leaf.Level == 1 ? _parent : _top).Compare(m);
                break;
            case ProvenanceMessage.WantSlot m:
                Show(from, m);
                break;
            case ProvenanceMessage.SlotShown m:
                _own.Shown(from, m);
                break;
            case ProvenanceMessage.Complaint m:
                _fraud.Heard(m);
                break;
            default:
                Invariant.Break("a message without a rule");
                break;
        }
    }

    // Whoever is a parent may have heard otherwise: this peer, and those whom it sees.
    private void Compare(ImmutableArray<ProvenanceMessage.Shown> seconds)
    {
        foreach (ProvenanceMessage.Shown it in seconds)
        {
            _parent.Compare(it);
            foreach (PeerId parent in _scene.Epochs.At(it.Leaf.Round).Parents)
            {
                if (parent != _scene.Self && parent != it.Leaf.Child && _scene.IsReachable(parent)) _scene.Send(parent, it);
            }
        }

        if (seconds.Length < 2) return;
        _fraud.Hold(
            FraudKind.SlotContradiction, seconds[0].Child, [(seconds[0].Leaf.Encode(), seconds[0].Signature), (seconds[1].Leaf.Encode(), seconds[1].Signature)], [], []);
    }

    // ---- a parent towards the topmost tree ----

    private void TellValidators(EnteredRound entered)
    {
        int slot = entered.Epoch.Parents.IndexOf(_scene.Self);
        AggregationLeaf leaf = entered.Tree.ToLeaf(_scene.Self, slot);
        ProvenanceMessage.Closed told = new(leaf, _scene.Signer.Sign(leaf.SigningDigest(_scene.Chain)));
        _told.Add(leaf.Round, (entered, told));
        if (_told.Count > RoundsWaiting) _told.Remove(System.Linq.Enumerable.First(_told.Keys));
        foreach (PeerId validator in entered.Epoch.Parents)
        {
            if (_scene.IsReachable(validator)) _scene.Send(validator, told);
        }
    }

    private void Show(PeerId child, ProvenanceMessage.WantSlot want)
    {
        if (!_told.TryGetValue(want.Round, out (EnteredRound Entered, ProvenanceMessage.Closed Told) told)) return;
        ImmutableArray<ReadOnlyMemory<byte>> records = told.Entered.Tree.Records;
        if (want.Slot >= records.Length) return;
        Segment way = Segment.Of(told.Entered.Tree.Prove(want.Slot), null);
        _scene.Send(child, new ProvenanceMessage.SlotShown(told.Told.Leaf, told.Told.Signature, way, want.IsWhole ? records : [records[want.Slot]]));
    }

    // Where this peer's own topmost tree stands in the calendar it knows the way; where another's does, whoever has that one is asked.
    private void PassDown()
    {
        foreach (Round round in new List<Round>(_told.Keys))
        {
            if (_passed.Contains(round) || !_calendar.IsSettled(round)) continue;
            if (_calendar.WayUp(round) is { } way) PassDown(round, way);
            else if (_asked.Add(round)) _scene.SendToOthers(_scene.Epochs.At(round), new ProvenanceMessage.WantTop(round));
        }

        while (_asked.Count > RoundsWaiting) _asked.Remove(_asked.Min);
    }

    private void Shown(ProvenanceMessage.TopShown shown)
    {
        if (!_told.TryGetValue(shown.Round, out (EnteredRound Entered, ProvenanceMessage.Closed Told) told) || !_asked.Contains(shown.Round)) return;
        if (_passed.Contains(shown.Round) || shown.Way.Fold(told.Told.Leaf.Hash, out Hash256 root) != ReceiptCode.None) return;
        if (_calendar.WayUp(shown.Round, root, shown.Way) is { } way) PassDown(shown.Round, way);
    }

    // A child checks its spine itself; that what is above this parent's tree is right shows there.
    private void PassDown(Round round, ImmutableArray<Segment> above)
    {
        // Once, and what was told stays to be asked for.
        _passed.Add(round);
        if (_passed.Count > RoundsWaiting) _passed.Remove(_passed.Min);
        (EnteredRound entered, ProvenanceMessage.Closed told) = _told[round];
        byte[] leaf = told.Leaf.Encode();
        foreach ((PeerId child, int slot) in entered.Children)
        {
            Segment first = Segment.Of(entered.Tree.Prove(slot), leaf);
            _scene.Send(child, new ProvenanceMessage.Spine(1, round, [first, .. above], _calendar.Note));
        }
    }
}
