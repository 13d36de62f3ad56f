using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Consensus.Sync;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.State;
using NodeRuntime.Membership;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Light;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Runtime.Consensus;
using NodeRuntime.Runtime.Membership;
using NodeRuntime.Runtime.Provenance;

namespace NodeRuntime.Runtime.Snapshots;

/// <summary>
/// Writes the ledger's state down from time to time, serves what it wrote, and fetches a snapshot where the ledger is far behind. An
/// actor of its own, so that no vote waits for it: a state is a value that may be read here while consensus goes on, chunks are
/// encoded one at a time, and the next is not begun before the last is on the disk.
/// </summary>
public sealed class SnapshotSupervisor : Actor<SnapshotCommand>
{
    internal static readonly Hash256 CustodyOfSnapshots = Hasher.Sha256("snapshots"u8);

    private readonly NodeModel _model;
    private readonly NodePorts _ports;
    private readonly NodeDoors _doors;
    private readonly SnapshotStore _store;
    private readonly ConsensusStore _blocks;
    private readonly SnapshotSyncMachine _machine;
    private readonly SortedSet<PeerId> _peers = [];
    private readonly SortedDictionary<PeerId, (Instant Since, int Count)> _served = [];
    private readonly SortedDictionary<ulong, Action> _waiting = [];
    private List<(int Slot, SnapshotHead Head)> _heads = [];
    private (int Slot, SnapshotPlan Plan)? _plan;
    private Taking? _taking;
    private ulong _token;
    private int _saidTenths;
    private SnapshotStatus? _reported;

    public SnapshotSupervisor(ActorContext<SnapshotCommand> context, NodeModel model, NodePorts ports, NodeDoors doors)
    {
        _model = model;
        _ports = ports;
        _doors = doors;
        _store = new SnapshotStore(ports.Journal);
        _blocks = new ConsensusStore(ports.Journal);
        _machine = new SnapshotSyncMachine(new SnapshotSyncConfig
        {
            Chain = model.Chain,
            Signatures = ports.Signatures,
            NetworkDelay = model.Genesis.Parameters.NetworkDelay,
            Prng = context.Prng.Fork(),
        });
    }

    protected override void PreStart()
    {
        // Faults are named by consensus, which starts from these.
        _heads = _store.ReadHeads([]);
        _plan = _store.ReadPlan();
        Report();
    }

    // The next instance knows of no connection and of no search: the one is told of anew, the other asked for again.
    protected override void PreRestart(Exception cause)
    {
        _doors.Consensus.Tell(new ConsensusCommand.NoSnapshot());
        foreach (PeerId peer in _peers) _ports.Network.Disconnect(peer, DisconnectReason.Closed);
    }

    protected override void Receive(SnapshotCommand message)
    {
        switch (message)
        {
            case SnapshotCommand.PeerConnected m:
                _peers.Add(m.Peer);
                Step(new SnapshotSyncInput.PeerConnected(m.Peer));
                break;
            case SnapshotCommand.PeerLeft m:
                _peers.Remove(m.Peer);
                _served.Remove(m.Peer);
                Step(new SnapshotSyncInput.PeerLeft(m.Peer));
                break;
            case SnapshotCommand.Frame m:
                if (SyncMessage.Decode(m.Bytes) is { } heard) Hear(m.Peer, heard);
                else _doors.Membership.Tell(new MembershipCommand.Misbehaved(m.Peer, Misdeed.Malformed));
                break;
            case SnapshotCommand.Take m:
                Take(m);
                break;
            case SnapshotCommand.Join m:
                Join(m);
                break;
            case SnapshotCommand.Joined:
                ForgetPlan();
                break;
            case SnapshotCommand.Timer:
                Step(new SnapshotSyncInput.TimerFired());
                break;
            case SnapshotCommand.Written m:
                if (m.Verdict != JournalVerdict.Written) Invariant.Break("a snapshot cannot be written: " + m.Verdict);
                if (_waiting.Remove(m.Token, out Action? then)) then();
                break;
            default:
                Invariant.Break("a command without a rule");
                break;
        }

        Report();
    }

    // ---- taking ----

    private void Take(SnapshotCommand.Take take)
    {
        Height height = take.State.Height;
        if (_taking is not null || _machine.Phase != SnapshotSyncPhase.Idle)
        {
            Say(LogLevel.Debug, $"no snapshot at height {height}: another one is under way");
            return;
        }

        if (_heads.Exists(head => head.Head.Height >= height)) return;
        // Everything is added up from the records themselves: whatever a block claims, money is neither made nor lost.
        AuditVerdict audit = LedgerAudit.Run(take.State);
        if (audit != AuditVerdict.Sound) Invariant.Break($"the ledger's audit at height {height}: {audit}");
        LedgerSnapshot snapshot = LedgerSnapshot.Of(take.State);
        if (snapshot.Manifest.Chunks.Length > Limits.SnapshotChunksMax)
        {
            Say(LogLevel.Warning, $"no snapshot at height {height}: {snapshot.Manifest.Chunks.Length} chunks are more than {Limits.SnapshotChunksMax}");
            return;
        }

        int slot = FreeSlot();
        _heads.RemoveAll(head => head.Slot == slot);
        _taking = new Taking(snapshot, slot, new SnapshotHead(height, take.Digest, take.State.Root, snapshot.Manifest));
        Taking taking = _taking;
        Write(() => WriteNext(taking), SnapshotStore.Clear(slot));
    }

    private void WriteNext(Taking taking)
    {
        // A snapshot that is fetched puts an end to one that is taken.
        if (taking != _taking) return;
        if (taking.Next == taking.Head.Manifest.Chunks.Length)
        {
            Write(() => Finish(taking), SnapshotStore.PutHead(taking.Slot, taking.Head));
            return;
        }

        int index = taking.Next++;
        Write(() => WriteNext(taking), SnapshotStore.PutChunk(taking.Slot, index, taking.Snapshot.EncodeChunk(index)));
    }

    private void Finish(Taking taking)
    {
        if (taking != _taking) return;
        _taking = null;
        Kept(taking.Slot, taking.Head);
        Say(LogLevel.Information, $"snapshot at height {taking.Head.Height}: {taking.Snapshot.State.Tree.Count} records in {taking.Head.Manifest.Chunks.Length} chunks");
    }

    private void Kept(int slot, SnapshotHead head)
    {
        _heads.RemoveAll(other => other.Slot == slot);
        _heads.Insert(0, (slot, head));
        Context.Publish(new PeerAct(EventKind.Store, head.Root, CustodyOfSnapshots));
        // One may rot: what the one before it needs stays as well.
        _doors.Consensus.Tell(new ConsensusCommand.SnapshotKept(OldestNeeded(_heads)));
    }

    /// <summary>The oldest snapshot that a start may have to begin at; genesis while there is only one.</summary>
    internal static Height OldestNeeded(List<(int Slot, SnapshotHead Head)> heads) => heads.Count < 2 ? Height.Genesis : heads[^1].Head.Height;

    private int FreeSlot()
    {
        int chosen = -1;
        Height lowest = new(ulong.MaxValue);
        for (int slot = 0; slot < Limits.SnapshotsKeptMax; slot++)
        {
            if (_plan is { } plan && plan.Slot == slot) continue;
            int at = _heads.FindIndex(head => head.Slot == slot);
            if (at < 0) return slot;
            if (_heads[at].Head.Height >= lowest) continue;
            lowest = _heads[at].Head.Height;
            chosen = slot;
        }

        Invariant.Holds(chosen >= 0);
        return chosen;
    }

    // ---- serving ----

    private void Hear(PeerId peer, SyncMessage message)
    {
        switch (message)
        {
            case SyncMessage.WantOffers:
                if (MayServe(peer)) Offer(peer);
                break;
            case SyncMessage.WantSeals m:
                if (MayServe(peer)) Send(peer, new SyncMessage.Seals(m.From, _blocks.ReadSeals(m.From, Limits.SealsPerAnswerMax)));
                break;
            case SyncMessage.WantManifest m:
                if (!MayServe(peer)) break;
                Send(peer, Find(m.Height) is { } manifested ? new SyncMessage.Manifest(m.Height, manifested.Head.Manifest) : new SyncMessage.Gone(m.Height));
                break;
            case SyncMessage.WantAnchor m:
                if (MayServe(peer)) Send(peer, AnchorOf(m.Height));
                break;
            case SyncMessage.WantChunk m:
                if (!MayServe(peer)) break;
                ReadOnlyMemory<byte>? bytes = Find(m.Height) is { } found ? _store.ReadChunk(found.Slot, m.Index) : null;
                Send(peer, bytes is { } chunk ? new SyncMessage.Chunk(m.Height, m.Index, chunk) : new SyncMessage.Gone(m.Height));
                break;
            default:
                Step(new SnapshotSyncInput.Received(peer, message));
                break;
        }
    }

    private void Offer(PeerId peer)
    {
        ImmutableArray<Height>.Builder heights = ImmutableArray.CreateBuilder<Height>();
        foreach ((int _, SnapshotHead head) in _heads)
        {
            // A snapshot without a block above it cannot be proven yet.
            if (_blocks.LastHeight > head.Height) heights.Add(head.Height);
        }

        Send(peer, new SyncMessage.Offers(heights.ToImmutable()));
    }

    private SyncMessage AnchorOf(Height height)
    {
        if (Find(height) is null) return new SyncMessage.Gone(height);
        (ImmutableArray<Block> blocks, Certificate? finalization) = _blocks.ReadChain(height.Next);
        bool isAnchor = finalization is not null && !blocks.IsEmpty && blocks[0].Header.Height == height.Next;
        if (!isAnchor) return new SyncMessage.Gone(height);
        return new SyncMessage.Anchor(height, blocks, finalization!);
    }

    private (int Slot, SnapshotHead Head)? Find(Height height)
    {
        foreach ((int Slot, SnapshotHead Head) head in _heads)
        {
            if (head.Head.Height == height) return head;
        }

        return null;
    }

    private bool MayServe(PeerId peer)
    {
        if (!_peers.Contains(peer)) return false;
        (Instant since, int count) = _served.TryGetValue(peer, out (Instant Since, int Count) served) ? served : (Context.Now, 0);
        if (Context.Now - since >= Duration.FromSeconds(1)) (since, count) = (Context.Now, 0);
        if (count >= Limits.SyncRequestsPerSecondMax) return false;
        _served[peer] = (since, count + 1);
        return true;
    }

    // What a full queue refuses is asked for again by whoever lacks it.
    private void Send(PeerId peer, SyncMessage message) => _ports.Network.Send(peer, FrameClass.Sync, message.Encode());

    // ---- fetching ----

    private void Join(SnapshotCommand.Join join)
    {
        if (_plan is { } stale && stale.Plan.Height <= join.Floor) ForgetPlan();
        string why = join.Target is { } target
            ? $"the chain is final up to height {target}, {target.Number - join.Floor.Number} blocks above ours"
            : $"the chain is in a later epoch than {join.Validators.Epoch}, far above height {join.Floor}";
        Say(LogLevel.Information, why + ": looking for a snapshot");
        _saidTenths = 0;
        (SnapshotPlan? plan, ImmutableArray<bool> held) = _plan is { } begun && _machine.Phase == SnapshotSyncPhase.Idle
            ? (begun.Plan, _store.HeldOf(begun.Slot, begun.Plan))
            : (null, []);
        Step(new SnapshotSyncInput.Begin(join.Floor, join.Target, join.Validators, plan, held));
    }

    private void Step(SnapshotSyncInput input)
    {
        foreach (SnapshotSyncEffect effect in _machine.Step(Context.Now, input)) Do(effect);
    }

    private void Do(SnapshotSyncEffect effect)
    {
        switch (effect)
        {
            case SnapshotSyncEffect.Send m:
                Send(m.Peer, m.Message);
                break;
            case SnapshotSyncEffect.SetTimer m:
                Context.StartTimer("sync", new SnapshotCommand.Timer(), m.Delay);
                break;
            case SnapshotSyncEffect.KeepPlan m:
                KeepPlan(m.Plan);
                break;
            case SnapshotSyncEffect.KeepChunk m:
                Write(
                    () => Step(new SnapshotSyncInput.Kept(m.Height, m.Index)),
                    SnapshotStore.PutChunk(_plan!.Value.Slot, m.Index, m.Bytes));
                SayProgress();
                break;
            case SnapshotSyncEffect.Complete m:
                Complete(m.Plan, m.Seals);
                break;
            case SnapshotSyncEffect.GiveUp m:
                Say(LogLevel.Warning, $"no snapshot to be had: {m.Why}. Going on with blocks, if a peer has kept them.");
                _doors.Consensus.Tell(new ConsensusCommand.NoSnapshot());
                break;
            case SnapshotSyncEffect.Blame m:
                Say(LogLevel.Warning, $"peer {m.Peer} is no source of snapshots: {m.Fault}");
                _doors.Membership.Tell(new MembershipCommand.Misbehaved(m.Peer, Misdeed.RuleBroken));
                break;
            default:
                Invariant.Break("an effect without a hand");
                break;
        }
    }

    private void KeepPlan(SnapshotPlan plan)
    {
        ForgetPlan();
        // A snapshot of our own that is under way would be of no use any more.
        _taking = null;
        int slot = FreeSlot();
        _heads.RemoveAll(head => head.Slot == slot);
        _plan = (slot, plan);
        Write(static () => { }, SnapshotStore.Clear(slot), SnapshotStore.PutPlan(slot, plan));
        Say(LogLevel.Information, $"fetching the snapshot at height {plan.Height}: {plan.Manifest.Chunks.Length} chunks");
    }

    private void ForgetPlan()
    {
        if (_plan is null) return;
        _plan = null;
        Write(static () => { }, SnapshotStore.ForgetPlan());
    }

    private void Complete(SnapshotPlan plan, ImmutableArray<Seal> seals)
    {
        int slot = _plan!.Value.Slot;
        SnapshotVerdict verdict = _store.TryAdopt(_model.Chain, slot, plan, out LedgerState? state);
        if (state is null)
        {
            // Chunks were right when they came. A disk that changes them, or rules that are not the chain's: named, and begun anew.
            Say(LogLevel.Error, $"the snapshot at height {plan.Height} was fetched whole and is not sound: {verdict}");
            ForgetPlan();
            _doors.Consensus.Tell(new ConsensusCommand.NoSnapshot());
            return;
        }

        SnapshotHead head = new(plan.Height, plan.Digest, plan.Root, plan.Manifest);
        Write(
            () =>
            {
                Kept(slot, head);
                Say(LogLevel.Information, $"the snapshot at height {plan.Height} is here: {state.Tree.Count} records");
                _doors.Consensus.Tell(new ConsensusCommand.Restored(state, plan, seals));
            },
            SnapshotStore.PutHead(slot, head));
    }

    // ---- small things ----

    private void SayProgress()
    {
        if (_machine.ChunksTotal == 0) return;
        int tenths = _machine.ChunksKept * 10 / _machine.ChunksTotal;
        if (tenths <= _saidTenths) return;
        _saidTenths = tenths;
        Say(LogLevel.Information, $"{_machine.ChunksKept} of {_machine.ChunksTotal} chunks are here");
    }

    private void Write(Action then, params ImmutableArray<JournalWrite> writes)
    {
        ActorRef<SnapshotCommand> self = Context.Self;
        ulong token = ++_token;
        _waiting.Add(token, then);
        _ports.Journal.Write(new JournalBatch(writes), verdict => self.Tell(new SnapshotCommand.Written(token, verdict)));
    }

    private void Report()
    {
        SnapshotProgress? restoring = _machine.Phase == SnapshotSyncPhase.Idle
            ? null
            : new SnapshotProgress(_machine.Height ?? Height.Genesis, _machine.ChunksKept, _machine.ChunksTotal);
        SnapshotStatus status = new(_heads.Count == 0 ? Height.Genesis : _heads[0].Head.Height, _heads.Count, restoring);
        if (status == _reported) return;
        _reported = status;
        Context.Publish(status);
    }

    private void Say(LogLevel level, string text) => Context.Publish(new NodeLog(level, "sync", text));

    private sealed class Taking(LedgerSnapshot snapshot, int slot, SnapshotHead head)
    {
        public LedgerSnapshot Snapshot { get; } = snapshot;

        public int Slot { get; } = slot;

        public SnapshotHead Head { get; } = head;

        public int Next { get; set; }
    }
}
