using System.Collections.Generic;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

// R10 PULL: certificates and bodies go to whoever asks, and are asked for at one peer at a time: the one that showed us
// what we miss, then, after each delay, another one by chance. A peer that withholds costs a delay.
public sealed partial class ConsensusMachine
{
    private readonly SortedDictionary<Hash256, Instant> _asked = [];
    private readonly SortedDictionary<PeerId, (Instant Since, int Count)> _served = [];
    private (View View, Instant At)? _certificateAsked;
    private bool _fetchTimerRuns;

    private void Greet(PeerId peer)
    {
        if (_floor is { Block: { } block, Finalization: { } finalization })
        {
            Send(peer, new ConsensusMessage.Tip(new CertifiedHeader(block.Header, finalization)));
        }

        if (_view.Number > 1) Send(peer, HaveLast());
    }

    private ConsensusMessage.HaveCertificate HaveLast() => new(_set.Epoch, new View(_view.Number - 1));

    private void HearOfCertificate(PeerId peer, Epoch epoch, View view)
    {
        if (IsOfOtherEpoch(peer, epoch)) return;
        if (view >= _view) AskForCertificate(view, peer);
        else if (view.Number + 1 < _view.Number && MayServe(peer)) Send(peer, HaveLast());
    }

    // Everybody announces a view's end at about the same time; one certificate is enough.
    private void AskForCertificate(View view, PeerId? hint)
    {
        bool isAsked = _certificateAsked is { } asked && asked.View >= view && _now - asked.At < _config.Parameters.NetworkDelay / 2;
        if (isAsked || PeerFor(hint) is not { } peer) return;
        _certificateAsked = (view, _now);
        Send(peer, new ConsensusMessage.WantCertificate(_set.Epoch, view));
    }

    // Where we do not know how a view ended we can build on nothing below it; and if each of us lacks another one, nobody ever can.
    private void AskForHole()
    {
        for (ulong number = _view.Number - 1; number > _floor.View.Number; number--)
        {
            View view = new(number);
            if (_notarizations.ContainsKey(view) || _finalizations.ContainsKey(view)) return;
            if (_nullifications.ContainsKey(view)) continue;
            AskForCertificate(view, null);
            return;
        }
    }

    private void GiveCertificate(PeerId peer, Epoch epoch, View view)
    {
        if (IsOfOtherEpoch(peer, epoch)) return;
        if (!MayServe(peer)) return;
        if (view <= _floor.View)
        {
            Greet(peer);
            return;
        }

        bool given = Give(peer, _finalizations, view) | Give(peer, _notarizations, view) | Give(peer, _nullifications, view);
        if (!given && view < _view) Greet(peer);
    }

    private bool Give(PeerId peer, SortedDictionary<View, Verified<Certificate>> shelf, View view)
    {
        if (!shelf.TryGetValue(view, out Verified<Certificate>? held)) return false;
        Send(peer, new ConsensusMessage.Certified(held.Value));
        return true;
    }

    private void GiveBlock(PeerId peer, Hash256 digest)
    {
        if (!MayServe(peer)) return;
        if (_blocks.TryGetValue(digest, out Candidate? candidate)) Send(peer, new ConsensusMessage.BlockBody(candidate.Block));
        else if (digest == _floor.Digest && _floor.Block is { } block) Send(peer, new ConsensusMessage.BlockBody(block));
        // What we do not hold is most likely final here: the asker has missed that, and syncs.
        else Greet(peer);
    }

    // A body is taken where a certificate or a child that we keep names its digest: nothing else gets in unsigned.
    private void ReceiveBody(Block block)
    {
        Hash256 digest = block.Header.Digest;
        if (block.Header.View <= _floor.View || _blocks.ContainsKey(digest)) return;
        if (!IsCertified(digest) && !IsParentOfKept(digest)) return;
        if (ProposalRules.Check(block, _config.Chain, _set, _past, _anchor, _config.Parameters) != ProposalVerdict.Accepted) return;
        Keep(block, digest);
    }

    private bool IsParentOfKept(Hash256 digest)
    {
        foreach (Candidate candidate in _blocks.Values)
        {
            if (candidate.Block.Header.ParentDigest == digest) return true;
        }

        return false;
    }

    private void AskForMissing()
    {
        AskForHole();
        Sync(null);
        // What is far above the floor comes in windows: block by block it would fill our memory before it reached the ground.
        if (IsFar) return;
        foreach (Verified<Certificate> held in _notarizations.Values) AskForBlock(held.Value.Value!.Value, null);
        foreach (Verified<Certificate> held in _finalizations.Values) AskForBlock(held.Value.Value!.Value, null);
        foreach (Candidate candidate in _blocks.Values) AskForParentOf(candidate.Block.Header);
    }

    private void AskForParentOf(BlockHeader header)
    {
        if (header.ParentView <= _floor.View) return;
        AskForBlock(header.ParentDigest, null);
    }

    private void AskForBlock(Hash256 digest, PeerId? hint)
    {
        if (digest == _floor.Digest || _blocks.ContainsKey(digest) || IsFar) return;
        SetFetchTimer();
        if (_asked.TryGetValue(digest, out Instant at) && _now - at < _config.Parameters.NetworkDelay) return;
        if (PeerFor(hint) is not { } peer) return;
        if (_asked.Count >= Limits.BlocksAskedMax) _asked.Clear();
        _asked[digest] = _now;
        Send(peer, new ConsensusMessage.WantBlock(digest));
    }

    private void SetFetchTimer()
    {
        if (_fetchTimerRuns) return;
        _fetchTimerRuns = true;
        _effects.Add(new ConsensusEffect.SetTimer(ConsensusTimer.Fetch, _config.Parameters.NetworkDelay));
    }

    private PeerId? PeerFor(PeerId? hint)
    {
        if (hint is { } known && _peers.Contains(known)) return known;
        // What a validator misses, a validator has: among hundreds of observers it would look for long.
        int validators = 0;
        foreach (PeerId peer in _validatorPeers)
        {
            if (_peers.Contains(peer)) validators++;
        }

        bool isAmongValidators = _self is not null && validators > 0;
        int count = isAmongValidators ? validators : _peers.Count;
        if (count == 0) return null;
        int chosen = _config.Prng.NextBelow(count);
        foreach (PeerId peer in _peers)
        {
            if (isAmongValidators && !_validatorPeers.Contains(peer)) continue;
            if (chosen-- == 0) return peer;
        }

        return Invariant.Unreachable<PeerId?>("an index within a set");
    }

    // Answers are larger than questions: nobody gets more of them than a peer in need can use.
    private bool MayServe(PeerId peer)
    {
        if (!_peers.Contains(peer)) return false;
        (Instant since, int count) = _served.TryGetValue(peer, out (Instant Since, int Count) served) ? served : (_now, 0);
        if (_now - since >= Duration.FromSeconds(1)) (since, count) = (_now, 0);
        if (count >= Limits.ConsensusRequestsPerSecondMax) return false;
        _served[peer] = (since, count + 1);
        return true;
    }
}
