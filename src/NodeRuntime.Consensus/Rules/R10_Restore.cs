using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Light;

namespace NodeRuntime.Consensus;

// SNAPSHOT SYNC as the machine sees it: where the blocks between are too many, or nobody keeps them any more, it asks for a snapshot,
// waits, and is set down on a block that a certificate has made final. It never looks back at what it skipped.
public sealed partial class ConsensusMachine
{
    // After a search that found nothing.
    private static readonly Duration SnapshotPause = Duration.FromSeconds(20);

    private bool _isRestoring;
    private Instant? _snapshotsFrom;

    // How high peers say that they are, who are in a later epoch. Words, of one peer each; forgotten when it leaves or speaks of this epoch.
    private readonly SortedDictionary<PeerId, Height> _heightsHeard = [];

    // Which block that we need nobody has: every peer in sight has said so.
    private Height? Stranded()
    {
        bool isBehind = IsSyncing || _epochHeard.CompareTo(_set.Epoch) > 0;
        if (!isBehind || _peers.Count == 0) return null;
        Height next = _floor.Height.Next;
        if (_runs.FirstEndingFrom(next) is { } run && run.Lowest <= next) return null;
        foreach (PeerId peer in _peers)
        {
            if (!HasPruned(peer, next)) return null;
        }

        return next;
    }

    private bool HasPruned(PeerId peer, Height height) => _prunedBelow.TryGetValue(peer, out Height first) && height < first;

    private void HearOfPruning(PeerId peer, Height first)
    {
        if (!_peers.Contains(peer)) return;
        _prunedBelow[peer] = first;
        foreach ((Height from, (PeerId asked, Instant _)) in new SortedDictionary<Height, (PeerId Peer, Instant At)>(_windows))
        {
            if (asked == peer && from <= first) _windows.Remove(from);
        }

        Sync(null);
    }

    private void ForgetSyncPeer(PeerId peer)
    {
        _peerTips.Remove(peer);
        _heightsHeard.Remove(peer);
        _prunedBelow.Remove(peer);
        _lapses.Remove(peer);
    }

    private bool AsksForSnapshot()
    {
        if (_isRestoring) return true;
        if (_config.SnapshotBehind is not { } behind || (_snapshotsFrom is { } from && _now < from)) return false;
        bool isInLaterEpoch = _epochHeard.CompareTo(_set.Epoch) > 0;
        bool isFar = IsSyncing && _syncHeight.Number - _floor.Height.Number > behind;
        if (!isFar && !(isInLaterEpoch && AreMostAbove(behind)) && Stranded() is null) return false;
        _isRestoring = true;
        _windows.Clear();
        _effects.Add(new ConsensusEffect.FarBehind(isInLaterEpoch ? null : _syncHeight));
        return true;
    }

    // A word of one is nothing; where more than half of those in sight say so it is worth a question for snapshots, which prove themselves.
    private bool AreMostAbove(ulong behind)
    {
        int above = 0;
        foreach (Height height in _heightsHeard.Values)
        {
            if (height > _floor.Height && height.Number - _floor.Height.Number > behind) above++;
        }

        return 2 * above > _peers.Count;
    }

    private void GoOnWithBlocks()
    {
        _isRestoring = false;
        _snapshotsFrom = _now + SnapshotPause;
        Sync(null);
    }

    private void Restore(ImmutableArray<Block> blocks, Certificate finalization, ImmutableArray<Seal> seals)
    {
        _isRestoring = false;
        Block tip = blocks[^1];
        if (tip.Header.Height <= _floor.Height) return;
        bool isOfEpoch = tip.Header.Epoch == _set.Epoch;
        foreach (Seal seal in seals)
        {
            if (seal.Certified.Header.Epoch == _set.Epoch) PassOver(seal);
        }

        Invariant.Holds(tip.Header.Epoch == _set.Epoch);
        // As after any seal that became final without our being ready.
        if (!isOfEpoch) StandAfterSeal(_floor.Time);
        // One gate for all ways in: a signature of ours that this disk does not remember silences us. A disk that has never seen a vote
        // of ours proves nothing about views that it has skipped: it may be a new one under an old key.
        NoteForeign(finalization);
        foreach (Block block in blocks)
        {
            if (block.Justification.Parent is { } parent) NoteForeign(parent);
        }

        if (isOfEpoch && _self is not null && _watermark is { } mark && mark.Slot.View == View.Genesis) RaiseFence();
        if (tip.Justification.Succession is { } succession)
        {
            RememberEntering(succession.Next);
            BeginEpoch(tip, finalization);
            Sync(null);
            return;
        }

        _floor = new Floor(tip.Header.View, tip.Header.Digest, tip.Header.Height, tip.Header.Time, tip, finalization);
        _claimsFrom = _floor.Height;
        _claimed.Clear();
        Prune();
        ForgetOldEvidence();
        RepeatFence();
        RepeatSaidReady();
        LandRuns();
        if (_view <= _floor.View) Enter(_floor.View.Next);
        Sync(null);
    }
}
