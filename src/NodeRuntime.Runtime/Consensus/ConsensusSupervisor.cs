using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Consensus;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Mempool;
using NodeRuntime.Ledger.Seconds;
using NodeRuntime.Ledger.Slashing;
using NodeRuntime.Ledger.State;
using NodeRuntime.Membership;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Light;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Runtime.Flight;
using NodeRuntime.Runtime.Membership;
using NodeRuntime.Runtime.Proposals;
using NodeRuntime.Runtime.Provenance;
using NodeRuntime.Runtime.Snapshots;
using NodeRuntime.Runtime.Transactions;

namespace NodeRuntime.Runtime.Consensus;

/// <summary>
/// Where agreement and ledger meet: drives the consensus machine, executes and stores blocks, keeps the pool of
/// transactions and spreads them. What the machine asks behind a record happens once that record is durable; records that
/// are asked for together are written together. After a failure it is built anew from the disk.
/// </summary>
public sealed partial class ConsensusSupervisor : Actor<ConsensusCommand>
{
    private const string LookTimer = "look";

    private readonly NodeModel _model;
    private readonly NodePorts _ports;
    private readonly NodeDoors _doors;
    private readonly ConsensusStore _store;
    private readonly ConsensusMachine _machine;
    private readonly FlightRecorder<ConsensusInput, ConsensusEffect> _recorder;
    private LedgerChain _chain;
    private readonly MempoolMachine _mempool;
    private readonly OutlookWatch _outlook = new();
    private readonly Queue<ConsensusEffect> _effects = [];
    private readonly SortedSet<PeerId> _peers = [];
    private readonly SortedDictionary<PeerId, Instant> _heardAt = [];
    private LedgerTip? _tip;
    private ImmutableArray<Seal> _seals = [];
    private ulong _token;
    private bool _writes;
    private bool _wasPending;
    private ImmutableArray<EnteredSecond> _offered = [];
    private bool _leads;
    private ValidatorSet? _due;
    private bool _isPerforming;
    private long _evidenceSeen;
    private long _evidenceIncluded;
    private Amount _slashed;
    private ConsensusStatus? _reported;
    private ActorRef<ConsensusCommand>? _self;

    public ConsensusSupervisor(ActorContext<ConsensusCommand> context, NodeModel model, NodePorts ports, NodeDoors doors)
    {
        _model = model;
        _ports = ports;
        _doors = doors;
        _store = new ConsensusStore(ports.Journal);
        Recovery recovery = _store.Recover();
        _start = FindStart();
        if (_start.IsLost) recovery = recovery with { Tip = null };
        _seals = _start.IsLost ? [] : _store.ReadSeals();
        PastEpochs past = PastEpochs.Of(model.Genesis.ValidatorSet, _seals[..(int)_start.State.Validators.Epoch.Number]);
        _chain = new LedgerChain(_start.State.With(ports.Work), _start.Digest, past, ports.Signatures);
        DigestHashing hashing = new(context.Prng.Fork());
        _mempool = new MempoolMachine(_chain.State, ports.Signatures, hashing);
        // First the ledger: it says who votes.
        Replay();
        ValidatorSet validators = _chain.State.Validators;
        Prng prng = context.Prng.Fork();
        (_machine, _recorder) = FlightRecorder<ConsensusInput, ConsensusEffect>.Around(
            FlightMachine.Consensus, model, ports,
            recorded => new ConsensusMachine(
                new ConsensusConfig
                {
                    Chain = model.Chain,
                    ValidatorsAtStart = validators,
                    Past = _chain.Past,
                    Parameters = model.Genesis.Parameters,
                    GenesisTime = model.Genesis.Time,
                    Signer = recorded(ports.ConsensusSigners[0]),
                    OtherSigners = [.. ports.ConsensusSigners.Skip(1).Select(recorded)],
                    Signatures = ports.Signatures,
                    Prng = prng,
                    SnapshotBehind = model.Sync.SnapshotBehind,
                },
                recovery),
            static (machine, now, input) => machine.Step(now, input));
        _isNewValidator = _machine.Snapshot.Self is not null && recovery.Watermark is null && !recovery.WatermarkIsLost;
        _gossip = new GossipMachine(_mempool, model.Genesis.Parameters.NetworkDelay, context.Prng.Fork(), hashing);
        _proposals = new ProposalMachine(_mempool, model.Genesis.Parameters.NetworkDelay, context.Prng.Fork());
    }

    private readonly bool _isNewValidator;
    private readonly List<(LogLevel Level, string Text)> _startSayings = [];

    protected override void PreStart()
    {
        _self = Context.Self;
        foreach ((LogLevel level, string text) in _startSayings) Say(level, text);
        _startSayings.Clear();
        Context.Publish(_tip!);
        TellMembership();
        KnowValidators();
        List<JournalWrite> writes = [];
        if (_start.IsLost) writes.AddRange(_store.ForgetBlocks());
        if (_isNewValidator) writes.Add(_store.FirstWatermark());
        if (writes.Count > 0) Write([.. writes]);
        Step(new ConsensusInput.Punished(Punished()));
        Step(new ConsensusInput.Start());
        Step(new ConsensusInput.SetDue(_chain.State.ValidatorsDue));
        Context.StartTimer(LookTimer, new ConsensusCommand.Look(), OutlookWatch.Interval);
    }

    // The next instance knows of no connection, and the network tells of each but once: they are ended, to be told of anew.
    protected override void PreRestart(Exception cause)
    {
        foreach (PeerId peer in _peers) _ports.Network.Disconnect(peer, DisconnectReason.Closed);
    }


    protected override void Receive(ConsensusCommand message)
    {
        switch (message)
        {
            case ConsensusCommand.PeerConnected m:
                _peers.Add(m.Peer);
                Gossip(new GossipInput.PeerConnected(m.Peer));
                Rebuild(new ProposalInput.PeerConnected(m.Peer));
                Step(new ConsensusInput.PeerConnected(m.Peer));
                break;
            case ConsensusCommand.PeerLeft m:
                _peers.Remove(m.Peer);
                _heardAt.Remove(m.Peer);
                Gossip(new GossipInput.PeerLeft(m.Peer));
                Rebuild(new ProposalInput.PeerLeft(m.Peer));
                Step(new ConsensusInput.PeerLeft(m.Peer));
                break;
            case ConsensusCommand.Frame m:
                Hear(m);
                break;
            case ConsensusCommand.Timer m:
                Step(new ConsensusInput.TimerFired(m.Fired));
                break;
            case ConsensusCommand.Written m:
                // Promised nothing yet that depends on it: stop here and begin again from what is on the disk.
                if (m.Verdict != JournalVerdict.Written) Invariant.Break("the consensus log cannot be written: " + m.Verdict);
                if (m.Token == _token) _writes = false;
                Perform();
                break;
            case ConsensusCommand.Look:
                Look();
                break;
            case ConsensusCommand.SnapshotKept m:
                _oldestSnapshot = m.Oldest;
                break;
            case ConsensusCommand.Restored m:
                _restored = m;
                Perform();
                break;
            case ConsensusCommand.NoSnapshot:
                Step(new ConsensusInput.NoSnapshot());
                break;
            case ConsensusCommand.Describe m:
                m.Reply.Tell($"{_machine.Describe()} writes {_writes} effects {_effects.Count} peers {_peers.Count}");
                break;
            case ConsensusCommand.Accuse m:
                Accuse(m);
                break;
            case ConsensusCommand.OfferSeconds m:
                _offered = m.Seconds;
                NotePending();
                break;
            case ConsensusCommand.Submit m:
                Submit(m.Transaction, m.Reply);
                break;
            case ConsensusCommand.Verified m:
                Gossip(new GossipInput.Verified(m.From, m.Transactions));
                break;
            case ConsensusCommand.GossipTimer m:
                Gossip(new GossipInput.TimerFired(m.Fired));
                break;
            case ConsensusCommand.ProposalTimer:
                Rebuild(new ProposalInput.TimerFired());
                break;
            default:
                Invariant.Break("a command without a rule");
                break;
        }

        Report();
    }

    private void Hear(ConsensusCommand.Frame frame)
    {
        if (_peers.Contains(frame.Peer)) _heardAt[frame.Peer] = Context.Now;
        if (frame.FrameClass == FrameClass.Transactions)
        {
            if (TransactionMessage.Decode(frame.Bytes) is { } transactions) Gossip(new GossipInput.Received(frame.Peer, transactions));
            else Blame(frame.Peer, Misdeed.Malformed);
            return;
        }

        if (CompactMessage.Decode(frame.Bytes) is { } compact) Rebuild(new ProposalInput.Received(frame.Peer, compact));
        else if (ConsensusMessage.Decode(frame.Bytes) is not { } message) Blame(frame.Peer, Misdeed.Malformed);
        else if (!IsTooMuch(message)) Step(new ConsensusInput.Received(frame.Peer, message), frame.Bytes.Length);
    }

    /// <param name="weight">About how many bytes the input holds.</param>
    private void Step(ConsensusInput input, int weight = 0)
    {
        foreach (ConsensusEffect effect in _recorder.Step(Context.Now, input, weight)) _effects.Enqueue(effect);
        Perform();
    }

    // In order. Records at the head of the queue are written as one batch; what stands behind them waits for it.
    private void Perform()
    {
        if (_isPerforming) return;
        _isPerforming = true;
        while (!_writes && _effects.TryPeek(out ConsensusEffect? effect))
        {
            if (effect is ConsensusEffect.Persist) PersistAll();
            else Do(_effects.Dequeue());
        }

        _isPerforming = false;
        if (!_writes && _restored is not null) Jump();
    }

    private void PersistAll()
    {
        List<JournalWrite> writes = [];
        while (_effects.TryPeek(out ConsensusEffect? effect) && effect is ConsensusEffect.Persist persist)
        {
            _store.Append(persist.Record, writes);
            _effects.Dequeue();
        }

        Write([.. writes]);
    }

    private void Write(ImmutableArray<JournalWrite> writes)
    {
        ActorRef<ConsensusCommand> self = _self!;
        ulong token = ++_token;
        _writes = true;
        _ports.Journal.Write(new JournalBatch(writes), verdict => self.Tell(new ConsensusCommand.Written(token, verdict)));
    }

    private void Do(ConsensusEffect effect)
    {
        switch (effect)
        {
            case ConsensusEffect.Send m:
                Send(m.Peer, m.Message);
                break;
            case ConsensusEffect.Broadcast m:
                byte[] frame = m.Message is ConsensusMessage.Propose propose && _proposals.Shorten(propose) is { } compact
                    ? compact.Encode()
                    : m.Message.Encode();
                foreach (PeerId peer in _peers) _ports.Network.Send(peer, FrameClass.Consensus, frame);
                break;
            case ConsensusEffect.SetTimer m:
                Context.StartTimer(m.Timer.ToString(), new ConsensusCommand.Timer(m.Timer), m.Delay);
                break;
            case ConsensusEffect.CancelTimer m:
                Context.CancelTimer(m.Timer.ToString());
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
                Serve(m);
                break;
            case ConsensusEffect.ServeBranch m:
                Serve(m);
                break;
            case ConsensusEffect.FarBehind m:
                _doors.Snapshots.Tell(new SnapshotCommand.Join(_chain.State.Height, m.Target, _chain.State.Validators));
                break;
            case ConsensusEffect.Accuse m:
                _evidenceSeen++;
                PublicKey? voter = VotersOf(m.Evidence) is { } voters ? voters[m.Evidence.Voter].Key : null;
                bool isOurs = _ports.ConsensusSigners.Any(signer => signer.PublicKey == voter);
                string whose = isOurs ? "our own key runs somewhere else too: " : string.Empty;
                Say(isOurs ? LogLevel.Error : LogLevel.Warning, $"{whose}validator {m.Evidence.Voter} of epoch {m.Evidence.First.Slot.Epoch} signed two contradicting votes in view {m.Evidence.View}: {m.Evidence.Fault}");
                break;
            case ConsensusEffect.Halt m:
                Say(LogLevel.Error, $"two finalizations contradict each other, in views {m.First.Slot.View} and {m.Second.Slot.View}: halted");
                break;
            case ConsensusEffect.Blame m:
                Blame(m.Peer, m.Fault == ConsensusFault.SignatureWrong ? Misdeed.BadSignature : Misdeed.RuleBroken);
                break;
            case ConsensusEffect.Persist:
                Invariant.Break("a record is written before it is done");
                break;
            default:
                Invariant.Break("an effect without a hand");
                break;
        }
    }

    private void Send(PeerId peer, ConsensusMessage message)
    {
        FrameClass frameClass = message switch
        {
            ConsensusMessage.WantChain or ConsensusMessage.Chain or ConsensusMessage.WantBranch or ConsensusMessage.Branch => FrameClass.Sync,
            ConsensusMessage.BlockBody or ConsensusMessage.Pruned => FrameClass.Sync,
            _ => FrameClass.Consensus,
        };
        // What a full queue refuses is asked for again by whoever lacks it.
        _ports.Network.Send(peer, frameClass, message.Encode());
    }

    // ---- blocks ----

    private void Build(ConsensusEffect.Build build)
    {
        if (_chain.After(build.Parent) is not { } parent) return;
        // A leader builds, and a leader is of the set; where the machine has meanwhile come into the next one, nobody waits for the block.
        if (_machine.Snapshot.Self is not { } self || _machine.Snapshot.Validators.Epoch != parent.Validators.Epoch) return;
        ImmutableArray<Evidence> evidence = _chain.Punishable(parent, build.Evidence);
        if (_chain.Propose(parent, build, self, evidence, _ports.Reveals) is not { } block)
        {
            Say(LogLevel.Error, $"view {build.View} goes without our block: the reveals that this key committed to are not of its key file, or its length is another");
            return;
        }

        CalendarEntry? entry = EventCalendarRules.Select(parent.Records.EventCalendar, build.Time, _offered);
        MempoolSelection selection = _mempool.Select(parent, block with { Seconds = entry }, arrivedBy: SpreadBy());
        foreach (DroppedTransaction dropped in selection.Dropped) Say(LogLevel.Debug, $"transaction {dropped.Id} dropped: {dropped.Reason}");
        Step(new ConsensusInput.Built(build.View, build.Parent, build.Time, BlockBody.Of(entry, selection.Body), parent.Root)
        {
            Evidence = evidence,
            Due = parent.ValidatorsDue,
            Reveal = block.Turn!.Reveal,
            Beacon = block.Turn.Beacon,
        });
    }

    private void Check(ConsensusEffect.Check check)
    {
        BlockOutcome? outcome = _chain.Execute(check.Block, check.Digest, _mempool);
        bool isAccepted = outcome is { Verdict: BlockVerdict.Accepted };
        if (!isAccepted) Say(LogLevel.Warning, $"block {check.Digest.ToShortString()} at height {check.Block.Header.Height} refused: {outcome}");
        Step(new ConsensusInput.Checked(check.Digest, isAccepted));
    }

    private void Deliver(ConsensusEffect.Deliver deliver)
    {
        ImmutableArray<LedgerEvent>.Builder events = ImmutableArray.CreateBuilder<LedgerEvent>();
        ImmutableArray<TransactionId>.Builder included = ImmutableArray.CreateBuilder<TransactionId>();
        ImmutableArray<RoundLeaf>.Builder seconds = ImmutableArray.CreateBuilder<RoundLeaf>();
        LedgerState proven = _chain.State;
        foreach (Block block in deliver.Blocks)
        {
            proven = _chain.State;
            BlockOutcome outcome = _chain.Finalize(block, _mempool);
            Settle(outcome, _mempool.Committed(outcome));
            events.AddRange(outcome.Events);
            seconds.AddRange(outcome.Seconds);
            foreach (TransactionReceipt receipt in outcome.Receipts) included.Add(receipt.Id);
            NoteSnapshot(block);
            NoteSlashed(outcome);
        }

        if (ConsensusStore.SealOf(deliver.Blocks[^1], deliver.Finalization) is { } seal) _seals = _seals.Add(seal);
        List<JournalWrite> writes = [];
        _store.Finalize(deliver.Blocks, deliver.Finalization, writes);
        KeepSeconds(seconds, writes);
        Prune(writes);
        Write([.. writes]);
        TakeSnapshot();
        _tip = new LedgerTip
        {
            Certified = new CertifiedHeader(deliver.Blocks[^1].Header, deliver.Finalization),
            State = _chain.State,
            Proven = proven,
            Events = events.ToImmutable(),
            Included = included.ToImmutable(),
            Seconds = seconds.ToImmutable(),
            Seals = _seals,
        };
        Context.Publish(_tip);
        NotePending();
        NoteValidators();
    }

    // A validator serves the calendar of events: what a block entered is written with it. Whoever becomes one later fetches what is missing.
    private void KeepSeconds(ImmutableArray<RoundLeaf>.Builder seconds, List<JournalWrite> writes)
    {
        if (_model.Provenance is null || _machine.Snapshot.Self is null) return;
        ulong first = _chain.State.Records.EventCalendar.Size - (ulong)seconds.Count;
        for (int i = 0; i < seconds.Count; i++) writes.Add(ProvenanceStore.PutLeaf(first + (ulong)i, seconds[i]));
    }

    // The machine turns to the next set by itself, at the seal; the ledger must have come to the same.
    private void NoteValidators()
    {
        ConsensusSnapshot snapshot = _machine.Snapshot;
        ValidatorSet validators = _chain.State.Validators;
        if (snapshot.Finalized == _chain.State.Height) Invariant.Holds(snapshot.Validators.Hash == validators.Hash);
        bool isNewEpoch = _tip!.Proven.Validators.Epoch != validators.Epoch;
        if (isNewEpoch)
        {
            Say(LogLevel.Information, $"epoch {validators.Epoch} begins with {validators.Count} validators, {validators.TotalWeight} votes");
            TellMembership();
            KnowValidators();
        }

        ValidatorSet? due = _chain.State.ValidatorsDue;
        if (due?.Hash == _due?.Hash) return;
        if (!isNewEpoch && _due is not null)
        {
            string ready = snapshot.Due is { } last ? $"{last.ReadyWeight} of the {last.Set.Quorum} votes that it needs were ready" : "it was not ready";
            Say(LogLevel.Warning, $"epoch {validators.Epoch} goes on: the set of {_due.Count} validators that was due is so no more; {ready}");
        }

        if (due is not null) Say(LogLevel.Information, $"a set of {due.Count} validators is due; it begins when {due.Quorum} of its {due.TotalWeight} votes are ready");
        _due = due;
        Step(new ConsensusInput.SetDue(due));
    }

    private void TellMembership()
    {
        ImmutableArray<PeerId>.Builder peers = ImmutableArray.CreateBuilder<PeerId>();
        foreach (ValidatorMember member in _chain.State.Validators.Members) peers.Add(member.Peer);
        _doors.Membership.Tell(new MembershipCommand.Validators(peers.ToImmutable()));
    }

    // More than these evidence against is kept until a block that we build leaves it out.
    private ImmutableArray<PublicKey> Punished() =>
        [.. _chain.State.Records.Jailed(Limits.PunishedKeysToldMax).Select(static jail => jail.Key)];

    private ValidatorSet? VotersOf(Evidence evidence) => _chain.Past.VotersOf(evidence.First.Slot.Epoch, _chain.State.Validators);

    private void NoteSlashed(BlockOutcome outcome)
    {
        foreach (LedgerEvent happened in outcome.Events)
        {
            if (happened is not LedgerEvent.Slashed slashed) continue;
            _evidenceIncluded++;
            _slashed += slashed.Taken;
            Say(LogLevel.Warning, $"validator key {slashed.Key} is punished for {slashed.Fault} in view {slashed.View}: {slashed.Taken} units of its bond, "
                + $"{slashed.Compensated} to its tenants, {slashed.Rewarded} to {slashed.Reporter}, {slashed.Burned} burned");
        }
    }

    // From a person: the machine keeps it if it convicts, and then spreads it like its own.
    private void Accuse(ConsensusCommand.Accuse accuse)
    {
        ConsensusSnapshot snapshot = _machine.Snapshot;
        // Of an epoch that is not known here the set in force says WrongEpoch.
        ValidatorSet validators = VotersOf(accuse.Evidence) ?? _chain.State.Validators;
        bool isYoung = _chain.Past.IsYoung(
            accuse.Evidence, _chain.State.Validators, snapshot.FinalizedView, _chain.State.Time, _model.Genesis.Parameters);
        EvidenceVerdict verdict = EvidenceRules.Check(accuse.Evidence, _model.Chain, validators, _ports.Signatures, out _);
        AccusationAnswer answer = verdict != EvidenceVerdict.Accepted ? new AccusationAnswer(false, verdict.ToString())
            : !isYoung ? new AccusationAnswer(false, "TooOld")
            : SlashingRules.IsJailed(_chain.State.Records, validators[accuse.Evidence.Voter].Key) ? new AccusationAnswer(false, nameof(SlashingVerdict.AlreadyPunished))
            : new AccusationAnswer(true, nameof(EvidenceVerdict.Accepted));
        if (answer.IsAccepted) Step(new ConsensusInput.Brought(accuse.Evidence));
        accuse.Reply.Tell(answer);
    }

    // A block is asked for while transactions wait, and once more after one with transactions: its state is proven by its child. A second of the calendar
    // waits for whoever leads alone: another may have its tree later, and is given the time of a quiet chain.
    private void NotePending()
    {
        bool isPending = _mempool.Count > _mempool.GapCount || (_tip is { Events.IsEmpty: false })
            || (_leads && !_offered.IsEmpty && EventCalendarRules.Select(_chain.FurthestCalendar(), Context.Now, _offered) is not null);
        if (isPending == _wasPending) return;
        _wasPending = isPending;
        Step(new ConsensusInput.Pending(isPending));
    }

    // ---- what we see of the others ----

    private void Look()
    {
        Context.StartTimer(LookTimer, new ConsensusCommand.Look(), OutlookWatch.Interval);
        ValidatorSet validators = _chain.State.Validators;
        // A connection may outlive the way it went: who is in sight was heard. Validators of a chain that stands still repeat themselves.
        int heard = 0;
        foreach (Instant at in _heardAt.Values)
        {
            if (IsRecent(at)) heard++;
        }

        ulong weight = 0;
        PeerId own = _ports.Signer.PublicKey.ToPeerId();
        foreach (ValidatorMember validator in validators.Members)
        {
            bool isInSight = validator.Peer == own
                || (_heardAt.TryGetValue(validator.Peer, out Instant at) && IsRecent(at));
            if (isInSight) weight += validator.Weight;
        }

        ChainOutlook before = _outlook.Outlook;
        ChainOutlook outlook = _outlook.Look(Context.Now, _chain.State.Time, heard, weight, validators);
        if (outlook == before) return;
        string tip = $"the newest block, {_chain.State.Height}, is {(Context.Now - _chain.State.Time).Milliseconds / 1000} s old";
        string sight = $"{heard} peers are heard, and {weight} of the {validators.Quorum} votes that decide are in sight";
        switch (outlook)
        {
            case ChainOutlook.Fresh:
                Say(LogLevel.Information, "the chain moves again: height " + _chain.State.Height);
                break;
            case ChainOutlook.Alone:
                Say(LogLevel.Error, $"Alone: {tip} and no peer is heard. Check `seeds:`, `listen:` and the firewall.");
                break;
            case ChainOutlook.Eclipsed:
                Say(LogLevel.Error, $"Eclipsed: {tip}; {sight}. The others are down, or the seeds keep them from us: add seeds of other operators.");
                break;
            case ChainOutlook.Stalled:
                Say(LogLevel.Error, $"Stalled: {tip}; {sight}. The chain stands still, or this machine's clock is wrong: see `noderuntime status` of the validators.");
                break;
        }
    }

    private bool IsRecent(Instant at) => Context.Now - at <= OutlookWatch.AgeMax;

    // ---- small things ----

    private void Report()
    {
        ConsensusSnapshot snapshot = _machine.Snapshot;
        Follow(snapshot);
        ConsensusMode mode = snapshot switch
        {
            { IsHalted: true } => ConsensusMode.Halted,
            { IsFenced: true } => ConsensusMode.Fenced,
            { SyncTarget: not null } => ConsensusMode.Syncing,
            { Self: not null } => ConsensusMode.Voting,
            _ => ConsensusMode.Observing,
        };
        ConsensusStatus status = new(snapshot.View, mode, _mempool.Count, snapshot.SyncTarget?.Number ?? 0)
        {
            Outlook = _outlook.Outlook,
            Epoch = snapshot.Validators.Epoch,
            Validators = snapshot.Validators.Count,
            FirstBlock = _store.FirstHeight,
            Stranded = snapshot.Stranded,
            EvidenceSeen = _evidenceSeen,
            EvidenceHeld = snapshot.EvidenceHeld,
            EvidenceIncluded = _evidenceIncluded,
            Slashed = _slashed,
        };
        SayWhereStranded(status);
        if (status == _reported) return;
        _reported = status;
        Context.Publish(status);
    }

    private void Blame(PeerId peer, Misdeed misdeed) => _doors.Membership.Tell(new MembershipCommand.Misbehaved(peer, misdeed));

    private void Say(LogLevel level, string text) => Context.Publish(new NodeLog(level, "consensus", text));
}
