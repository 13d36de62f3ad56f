using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Consensus;
using NodeRuntime.Consensus.Sync;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Light;
using NodeRuntime.Runtime.Snapshots;

namespace NodeRuntime.Runtime.Consensus;

// What a peer keeps of the past and how it comes back to now: starts from a snapshot and the blocks above it, goes on from a snapshot that
// was fetched, takes one from time to time, forgets what nobody needs.
public sealed partial class ConsensusSupervisor
{
    // A long replay says where it is.
    private const ulong ReplaySaidEvery = 20_000;

    private readonly ChainStart _start;
    private Height _oldestSnapshot;
    private (LedgerState State, Hash256 Digest)? _snapshotDue;
    private ConsensusCommand.Restored? _restored;
    private Height? _saidStranded;

    // ---- starting ----

    // The youngest sound snapshot below the youngest block; genesis where there is none.
    private ChainStart FindStart()
    {
        List<string> faults = [];
        SnapshotStore snapshots = new(_ports.Journal);
        Height last = _store.LastHeight;
        Height first = _store.FirstHeight;
        List<(int Slot, SnapshotHead Head)> heads = snapshots.ReadHeads(faults);
        _oldestSnapshot = SnapshotSupervisor.OldestNeeded(heads);
        foreach ((int slot, SnapshotHead head) in heads)
        {
            // One that was fetched and never stood upon, or whose blocks above it are gone, is no place to start.
            if (head.Height >= last || head.Height.Next < first) continue;
            LedgerState? state = null;
            SnapshotVerdict verdict = SnapshotVerdict.RootMismatch;
            if (IsOfThisChain(head)) verdict = snapshots.TryRestore(_model.Chain, slot, head, out state);
            if (state is not null) return new ChainStart(state, head.Digest, faults, IsLost: false);
            faults.Add($"the snapshot at height {head.Height} is damaged: {verdict}");
        }

        // Blocks whose beginning was pruned lead nowhere without a state to begin at.
        return new ChainStart(LedgerState.FromGenesis(_model.Genesis), _model.Chain.Hash, faults, IsLost: first > Height.Genesis.Next);
    }

    // The block above a state names its root and its maker.
    private bool IsOfThisChain(SnapshotHead head) =>
        _store.Read(head.Height.Next) is { } above
        && above.Block.Header.ParentDigest == head.Digest && above.Block.Header.ParentStateRoot == head.Root;

    // The finalized chain is the state: what was delivered before is executed again, and published once. Signatures of transactions are not
    // verified again: each body is the one that its header names, each header the one that its child names, and a quorum has signed the
    // last. The same bytes were verified by us before they were stored, and by that quorum before it voted.
    private void Replay()
    {
        foreach (string fault in _start.Faults) SayAtStart(LogLevel.Error, fault + "; an older one, or the blocks themselves, take its place");
        LedgerState proven = _chain.State;
        StoredBlock? last = null;
        if (_start.IsLost)
        {
            SayAtStart(LogLevel.Error, $"no sound snapshot below block {_store.FirstHeight}, the oldest that is here: beginning anew from what the peers have");
        }
        else
        {
            Hash256 parent = _start.Digest;
            foreach (StoredBlock stored in _store.ReadFrom(_start.State.Height.Next))
            {
                BlockHeader header = stored.Block.Header;
                if (header.ParentDigest != parent || !BlockLinks.NamesItsParts(stored.Block)) Invariant.Break($"block {header.Height} on disk does not follow the one below it");
                parent = header.Digest;
                proven = _chain.State;
                _chain.Replay(stored.Block, parent);
                last = stored;
                if (header.Height.Number % ReplaySaidEvery == 0) SayAtStart(LogLevel.Information, $"replayed up to height {header.Height} of {_store.LastHeight}");
            }

            if (last is not null) CheckTip(last, proven.Validators);
            if (_start.State.Height > Height.Genesis) SayAtStart(LogLevel.Information, $"started at height {_chain.State.Height} from the snapshot at height {_start.State.Height}");
        }

        _mempool.Reset(_chain.State);
        CertifiedHeader? certified = last is null ? null : new CertifiedHeader(last.Block.Header, last.Finalization!);
        Invariant.Holds((uint)_seals.Length == _chain.State.Validators.Epoch.Number);
        _tip = new LedgerTip { Certified = certified, State = _chain.State, Proven = proven, Events = [], Seals = _seals };
    }

    private void SayAtStart(LogLevel level, string text) => _startSayings.Add((level, text));

    // By the set of the state that it stands on.
    private void CheckTip(StoredBlock tip, ValidatorSet validators)
    {
        CertificateVerdict verdict = tip.Finalization is { } finalization && BlockLinks.Finalizes(finalization, tip.Block.Header)
            ? CertificateRules.Check(finalization, _model.Chain, validators, _ports.Signatures, out _)
            : CertificateVerdict.BelowQuorum;
        if (verdict != CertificateVerdict.Accepted) Invariant.Break($"block {tip.Block.Header.Height} on disk has no certificate that holds: {verdict}");
    }

    // ---- going on from a snapshot ----

    // Once nothing is under way: what was asked for before belongs to the old place.
    private void Jump()
    {
        if (_restored is not { } restored) return;
        _restored = null;
        ImmutableArray<Block> anchor = restored.Plan.Anchor;
        ImmutableArray<Seal> passed = [.. restored.Seals.Where(seal => seal.Certified.Header.Epoch.CompareTo(_chain.State.Validators.Epoch) >= 0)];
        ValidatorSet expected = passed.IsEmpty ? _chain.State.Validators : passed[^1].Next;
        // Who votes above the snapshot the seals have proven; what the snapshot says of it is the same, or it is of other rules than ours.
        if (anchor[^1].Header.Height <= _chain.State.Height || restored.State.Validators.Hash != expected.Hash)
        {
            Step(new ConsensusInput.NoSnapshot());
            return;
        }

        _seals = _seals.AddRange(passed);
        PastEpochs past = PastEpochs.Of(_model.Genesis.ValidatorSet, _seals);
        LedgerChain chain = new(restored.State, restored.Plan.Digest, past, _ports.Signatures);
        LedgerState proven = restored.State;
        foreach (Block block in anchor)
        {
            proven = chain.State;
            chain.Finalize(block, null);
        }

        _chain = chain;
        _mempool.Reset(chain.State);
        _snapshotDue = null;
        List<JournalWrite> writes = [];
        _store.Jump(anchor, restored.Plan.Finalization, passed, writes);
        Write([.. writes]);
        _doors.Snapshots.Tell(new SnapshotCommand.Joined());
        CertifiedHeader certified = new(anchor[^1].Header, restored.Plan.Finalization);
        if (ConsensusStore.SealOf(anchor[^1], restored.Plan.Finalization) is { } seal) _seals = _seals.Add(seal);
        Invariant.Holds((uint)_seals.Length == chain.State.Validators.Epoch.Number);
        _tip = new LedgerTip { Certified = certified, State = chain.State, Proven = proven, Events = [], Seals = _seals };
        Context.Publish(_tip);
        Say(LogLevel.Information, $"the ledger goes on at height {chain.State.Height}, above the snapshot at height {restored.Plan.Height}");
        Step(new ConsensusInput.Restored(anchor, restored.Plan.Finalization, passed));
        Step(new ConsensusInput.Punished(Punished()));
        NotePending();
        TellMembership();
        KnowValidators();
        NoteValidators();
    }

    // ---- taking snapshots, pruning ----

    private void NoteSnapshot(Block block)
    {
        if (block.Header.Height.Number % _model.Sync.SnapshotEvery == 0) _snapshotDue = (_chain.State, block.Header.Digest);
    }

    private void TakeSnapshot()
    {
        if (_snapshotDue is not { } due) return;
        _snapshotDue = null;
        _doors.Snapshots.Tell(new SnapshotCommand.Take(due.State, due.Digest));
    }

    // A few hundred at a time. What stays: the blocks above the oldest snapshot that a start may need, as many as the configuration says, and
    // all in which a bonded key could still be convicted of something.
    private void Prune(List<JournalWrite> writes)
    {
        if (_model.Sync.KeepBlocks is not { } keep) return;
        ulong tip = _chain.State.Height.Number;
        ulong end = tip > keep ? tip - keep + 1 : 1;
        if (end > _oldestSnapshot.Number + 1) end = _oldestSnapshot.Number + 1;
        ulong first = _store.FirstHeight.Number;
        if (end <= first) return;
        if (end - first > Limits.BlocksPrunedAtOnceMax) end = first + Limits.BlocksPrunedAtOnceMax;
        end = EndOfPast(first, end);
        if (end > first) _store.Prune(new Height(end), writes);
    }

    // The first block, of these, in whose time a bond that is still bound may have been at stake: times grow, so that halving finds it.
    private ulong EndOfPast(ulong first, ulong end)
    {
        if (IsBound(first)) return first;
        while (first + 1 < end)
        {
            ulong middle = first + ((end - first) / 2);
            if (IsBound(middle)) end = middle;
            else first = middle;
        }

        return first + 1;
    }

    private bool IsBound(ulong height) =>
        _store.Read(new Height(height)) is not { } stored || stored.Block.Header.Time + _chain.State.Parameters.UnbondingTime >= _chain.State.Time;

    // ---- serving ----

    private void Serve(ConsensusEffect.ServeChain serve)
    {
        if (serve.From < _store.FirstHeight)
        {
            Send(serve.Peer, new ConsensusMessage.Pruned(_store.FirstHeight));
            return;
        }

        (ImmutableArray<Block> blocks, Certificate? finalization) = _store.ReadChain(serve.From);
        if (finalization is not null) Send(serve.Peer, new ConsensusMessage.Chain(blocks, finalization));
    }

    private void Serve(ConsensusEffect.ServeBranch serve)
    {
        if (serve.Top < _store.FirstHeight)
        {
            Send(serve.Peer, new ConsensusMessage.Pruned(_store.FirstHeight));
            return;
        }

        ImmutableArray<Block> branch = _store.ReadBranch(serve.Top, serve.Digest);
        if (!branch.IsEmpty) Send(serve.Peer, new ConsensusMessage.Branch(branch));
    }

    // Windows come faster than a slow disk takes them: what is not taken now is asked for again.
    private bool IsTooMuch(ConsensusMessage message)
    {
        if (message is not (ConsensusMessage.Chain or ConsensusMessage.Branch)) return false;
        int waiting = 0;
        foreach (ConsensusEffect effect in _effects)
        {
            if (effect is ConsensusEffect.Deliver) waiting++;
        }

        return waiting >= Limits.DeliveriesWaitingMax;
    }

    private void SayWhereStranded(ConsensusStatus status)
    {
        if (status.Stranded == _saidStranded) return;
        _saidStranded = status.Stranded;
        if (status.Stranded is not { } height) return;
        string advice = _model.Sync.SnapshotBehind is null
            ? "Allow snapshots (`snapshotBehind`), or add the seed of a peer that keeps all blocks."
            : "A snapshot is looked for; the seed of a peer that keeps all blocks would help as well.";
        Say(LogLevel.Error, $"Stranded: block {height} is needed, and every peer in sight has pruned it. {advice}");
    }

    /// <summary>Where a start begins.</summary>
    /// <param name="Faults">Snapshots that were passed over, in words.</param>
    /// <param name="IsLost">The blocks on disk begin above genesis and no snapshot leads to them.</param>
    private sealed record ChainStart(LedgerState State, Hash256 Digest, IReadOnlyList<string> Faults, bool IsLost);
}
