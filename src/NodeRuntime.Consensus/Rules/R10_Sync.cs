using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Consensus.Sync;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

// BLOCK SYNC: whoever was away asks for the chain from its floor up, in windows, each of another peer. One certificate at a window's end
// proves every block before it by hash link: nobody's word about a height is believed, no signature is checked twice, and windows
// may come in any order. One that does not come is asked for at another peer. Where more lies between two certificates than fits
// into an answer, the window's end comes first and hangs in the air: what is below it is asked for by the hash that its lowest block
// names, until it stands on what is below.
public sealed partial class ConsensusMachine
{
    // Blocks that may become final while one travels.
    private const ulong NearHeights = 4;

    // Beyond this a body at a time is too slow, and what is proposed meanwhile of no use.
    private const ulong FarHeights = 64;

    private readonly ProvenRuns _runs = new();
    private readonly SortedDictionary<Height, (PeerId Peer, Instant At)> _windows = [];
    private readonly SortedDictionary<PeerId, Height> _peerTips = [];
    private readonly SortedDictionary<PeerId, Height> _prunedBelow = [];

    // Windows that a peer has let lapse since it last brought one: by chance alone, one that withholds may be asked many times in a row.
    private readonly SortedDictionary<PeerId, int> _lapses = [];
    private Height _syncHeight;
    private Instant? _syncSince;

    private bool IsSyncing => _syncHeight > _floor.Height;

    private bool IsFar => IsSyncing && _syncHeight.Number - _floor.Height.Number > FarHeights;

    private void ReceiveTip(PeerId peer, CertifiedHeader tip)
    {
        if (tip.Header.Height <= _floor.Height) return;
        // One of a later epoch cannot be checked before its set is known, and is no reason to believe in a height.
        bool isLater = tip.Header.Epoch.CompareTo(_set.Epoch) > 0;
        if (isLater && _peers.Contains(peer)) _heightsHeard[peer] = tip.Header.Height;
        else _heightsHeard.Remove(peer);
        if (!tip.IsOfHeader || IsOfOtherEpoch(peer, tip.Header.Epoch)) return;
        // A block close by is asked for by its certificate; further away a window brings it with the others.
        bool isNear = tip.Header.Height.Number - _floor.Height.Number <= NearHeights;
        Hash256 digest = tip.Finalization.Value!.Value;
        bool isAsked = !isNear && _asked.TryAdd(digest, _now);
        if (!IsProven(peer, tip))
        {
            if (isAsked) _asked.Remove(digest);
            return;
        }

        if (isNear) _syncSince ??= _now;
        if (tip.Header.Height > _syncHeight) _syncHeight = tip.Header.Height;
        if (!_peerTips.TryGetValue(peer, out Height known) || known < tip.Header.Height) _peerTips[peer] = tip.Header.Height;
        Sync(peer);
    }

    // Certificates below the floor are otherwise not looked at, as they no longer matter. One that speaks of a height above it does: on
    // its word we would keep no proposal any more. Where it holds it is a fork, and the chain that comes after it the proof.
    private bool IsProven(PeerId peer, CertifiedHeader tip)
    {
        if (tip.Header.View >= _floor.View) return Hold(peer, tip.Finalization);
        CertificateVerdict verdict = CertificateRules.Check(tip.Finalization, _config.Chain, _set, _config.Signatures, out _);
        if (verdict == CertificateVerdict.Accepted) return true;
        _effects.Add(new ConsensusEffect.Blame(peer, ConsensusFault.CertificateWrong));
        return false;
    }

    private void Sync(PeerId? hint)
    {
        if (!IsSyncing)
        {
            _runs.Clear();
            _windows.Clear();
            _syncSince = null;
            if (_epochHeard.CompareTo(_set.Epoch) > 0) AsksForSnapshot();
            return;
        }

        SetFetchTimer();
        // A near block that comes by itself needs no window.
        if (_syncSince is { } since && _now - since < _config.Parameters.NetworkDelay * 2) return;
        if (AsksForSnapshot()) return;
        ForgetLateWindows();
        AskForWindows(hint);
    }

    // From the floor up: what is held is passed over, what hangs is asked for downward, every other gap from its lower end.
    private void AskForWindows(PeerId? hint)
    {
        Height next = _floor.Height.Next;
        while (next <= _syncHeight && _windows.Count < Limits.SyncWindowsMax)
        {
            ProvenRun? above = _runs.FirstEndingFrom(next);
            if (above is not null && above.Lowest <= next)
            {
                next = above.Top.Next;
                continue;
            }

            // The answer to a question from here, or from below, began higher: there is no certificate in between.
            bool isHanging = above is not null && above.AskedFrom <= next;
            Height key = isHanging ? above!.Lowest : next;
            if (!_windows.ContainsKey(key))
            {
                if (PeerForWindow(next, hint) is not { } peer) return;
                _windows[key] = (peer, _now);
                Send(peer, isHanging
                    ? new ConsensusMessage.WantBranch(new Height(above!.Lowest.Number - 1), above.Blocks[0].Header.ParentDigest)
                    : new ConsensusMessage.WantChain(next));
            }

            if (isHanging)
            {
                next = above!.Top.Next;
                continue;
            }

            Height end = new(next.Number + Limits.ChainBlocksMax);
            next = above is not null && above.Lowest < end ? above.Lowest : end;
        }
    }

    private void ForgetLateWindows()
    {
        Duration longest = _config.Parameters.NetworkDelay * 4;
        foreach ((Height from, (PeerId peer, Instant at)) in new List<KeyValuePair<Height, (PeerId Peer, Instant At)>>(_windows))
        {
            bool hasLapsed = _now - at >= longest;
            if (hasLapsed && _peers.Contains(peer)) _lapses[peer] = _lapses.GetValueOrDefault(peer) + 1;
            if (hasLapsed || from <= _floor.Height) _windows.Remove(from);
        }
    }

    // Who is known to have it, has let least lapse and is asked for least; where nobody is known to, anybody: a tip that we heard may be old.
    private PeerId? PeerForWindow(Height from, PeerId? hint)
    {
        List<PeerId> free = [];
        bool isKnown = false;
        (int Lapses, int Busy) least = (int.MaxValue, 0);
        foreach ((PeerId peer, Height tip) in _peerTips)
        {
            if (tip < from || HasPruned(peer, from)) continue;
            isKnown = true;
            (int Lapses, int Busy) rank = (_lapses.GetValueOrDefault(peer), WindowsOf(peer));
            int order = rank.CompareTo(least);
            if (rank.Busy >= Limits.SyncWindowsPerPeerMax || order > 0) continue;
            if (order < 0) free.Clear();
            least = rank;
            free.Add(peer);
        }

        if (free.Count > 0) return hint is { } near && free.Contains(near) ? near : free[_config.Prng.NextBelow(free.Count)];
        if (isKnown || PeerFor(hint) is not { } other || HasPruned(other, from)) return null;
        return WindowsOf(other) < Limits.SyncWindowsPerPeerMax ? other : null;
    }

    private int WindowsOf(PeerId peer)
    {
        int windows = 0;
        foreach ((PeerId asked, Instant _) in _windows.Values)
        {
            if (asked == peer) windows++;
        }

        return windows;
    }

    private void ReceiveChain(PeerId peer, ConsensusMessage.Chain chain)
    {
        // Blocks that we have meanwhile are not news.
        ImmutableArray<Block> blocks = AboveFloor(chain.Blocks);
        if (blocks.IsEmpty) return;
        bool isOfEpoch = BlockLinks.AreOf(blocks, _set.Epoch, maySealAtTop: true);
        // Of the epoch before or after by no fault of the sender's: asked for here or sent there before a seal was final.
        if (!isOfEpoch && blocks[0].Header.Epoch != _set.Epoch) return;
        if (!isOfEpoch || !BlockLinks.Hold(blocks, _config.Chain) || !new CertifiedHeader(blocks[^1].Header, chain.Finalization).IsOfHeader)
        {
            _effects.Add(new ConsensusEffect.Blame(peer, ConsensusFault.ChainWrong));
            return;
        }

        // What nobody asked for must at least stand on the floor: else a stranger could fill our memory with what we have no use for yet.
        Height? asked = WindowAnsweredBy(peer, blocks[0].Header.Height) ?? SealAnsweredBy(peer, blocks[0].Header.Height);
        if (asked is null && blocks[0].Header.Height != _floor.Height.Next) return;
        CertificateVerdict verdict = CertificateRules.Check(
            chain.Finalization, _config.Chain, _set, _config.Signatures, out Verified<Certificate>? verified);
        if (verdict != CertificateVerdict.Accepted || verified is null)
        {
            _effects.Add(new ConsensusEffect.Blame(peer, ConsensusFault.CertificateWrong));
            return;
        }

        NoteForeign(chain.Finalization);
        NoteThatChainHasBegun();
        if (asked is { } from) _windows.Remove(from);
        _lapses.Remove(peer);
        Epoch epoch = _set.Epoch;
        // A certificate proves a height as a tip does: what hangs below it is asked for.
        if (blocks[^1].Header.Height > _syncHeight) _syncHeight = blocks[^1].Header.Height;
        _runs.Add(new ProvenRun(asked ?? blocks[0].Header.Height, blocks, chain.Finalization));
        _syncSince = null;
        LandRuns();
        _sealAsked = null;
        // A window ends at a seal: whoever showed us this one most likely has the next.
        if (_set.Epoch != epoch || _epochHeard.CompareTo(_set.Epoch) > 0) AskForSeal(peer);
        Sync(peer);
    }

    private Height? WindowAnsweredBy(PeerId peer, Height lowest)
    {
        Height? from = null;
        foreach ((Height key, (PeerId asked, Instant _)) in _windows)
        {
            if (asked == peer && key <= lowest) from = key;
        }

        return from;
    }

    private void ReceiveBranch(PeerId peer, ImmutableArray<Block> blocks)
    {
        // Not asked for, or asked twice and here already.
        if (blocks.IsEmpty || _runs.EndingBelow(blocks[^1].Header.Height) is not { } hanging) return;
        bool isWhole = BlockLinks.AreOf(blocks, _set.Epoch, maySealAtTop: false) && BlockLinks.Hold(blocks, _config.Chain);
        if (blocks[^1].Header.Digest != hanging.Blocks[0].Header.ParentDigest || !isWhole)
        {
            _effects.Add(new ConsensusEffect.Blame(peer, ConsensusFault.ChainWrong));
            return;
        }

        _windows.Remove(hanging.Lowest);
        _lapses.Remove(peer);
        _runs.Extend(hanging, AboveFloor(blocks));
        _syncSince = null;
        LandRuns();
        Sync(peer);
    }

    private ImmutableArray<Block> AboveFloor(ImmutableArray<Block> blocks)
    {
        int first = 0;
        while (first < blocks.Length && blocks[first].Header.Height <= _floor.Height) first++;
        return blocks[first..];
    }

    private void LandRuns()
    {
        while (!_isHalted && _runs.TakeUpTo(_floor.Height.Next) is { } run)
        {
            ImmutableArray<Block> blocks = AboveFloor(run.Blocks);
            if (blocks.IsEmpty) continue;
            if (blocks[0].Header.ParentDigest == _floor.Digest) Deliver(blocks, run.Finalization);
            else Halt(_floor.Finalization ?? run.Finalization, run.Finalization);
        }
    }
}
