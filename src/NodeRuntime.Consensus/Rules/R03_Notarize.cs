using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

// R3 NOTARIZE: a leader's first block for our view is checked by its bytes, its certificates, its parent, its evidence and
// the ledger, in this order, and gets our vote; one that fails gets the view nullified at once. A second block of the same leader for
// the same view is evidence against it (R11, by its vote).
public sealed partial class ConsensusMachine
{
    private void ReceiveProposal(PeerId peer, ConsensusMessage.Propose proposal)
    {
        BlockHeader header = proposal.Block.Header;
        if (IsOfOtherEpoch(peer, header.Epoch)) return;
        if (header.View <= _floor.View || header.View.Number > _view.Number + Limits.ViewsAheadMax) return;
        Hash256 digest = header.Digest;
        bool isForBlock = proposal.LeaderVote.Value == digest && proposal.LeaderVote.Slot.Kind == VoteKind.Notarize
            && proposal.LeaderVote.Slot.View == header.View && proposal.LeaderVote.Voter == header.Proposer;
        ProposalVerdict verdict = isForBlock
            ? ProposalRules.Check(proposal.Block, _config.Chain, _set, _past, _anchor, _config.Parameters)
            : ProposalVerdict.VoteNotForBlock;
        if (verdict == ProposalVerdict.SkipsNotComplete && _config.Mutant == RuleMutant.AcceptMissingSkips) verdict = ProposalVerdict.Accepted;
        if (verdict != ProposalVerdict.Accepted)
        {
            _effects.Add(new ConsensusEffect.Blame(peer, ConsensusFault.ProposalWrong));
            return;
        }

        // The vote is verified before anything is kept: nobody but the leader can fill our memory with proposals.
        ReceiveVote(peer, proposal.LeaderVote);
        bool isByLeader = HoldsVote(proposal.LeaderVote.Slot, proposal.LeaderVote.Voter, digest)
            || (_notarizations.TryGetValue(header.View, out Verified<Certificate>? held) && held.Value.Value == digest);
        if (!isByLeader) return;
        if (!HoldJustification(peer, proposal.Block.Justification)) return;
        if (!_blocks.ContainsKey(digest) && !IsReady(peer, proposal.Block.Justification.Succession)) return;
        // Nothing that we could vote for or build on; it would lie in memory until we are there.
        if (IsFar) return;
        if (_proposals.TryAdd(header.View, digest) || IsCertified(digest)) Keep(proposal.Block, digest);
    }

    private bool Notarize()
    {
        if (!MayVote() || HasOwn(VoteKind.Notarize)) return false;
        if (HasOwn(VoteKind.Finalize) && _config.Mutant != RuleMutant.NotarizeAfterNullify) return false;
        if (!_proposals.TryGetValue(_view, out Hash256 digest) || !_blocks.TryGetValue(digest, out Candidate? candidate)) return false;
        // In a later view than its own only a seal may stand.
        bool isAgain = candidate.Block.Header.View != _view;
        if (candidate.State == CandidateState.Refused || (isAgain && !candidate.Block.Header.IsSeal))
        {
            Nullify();
            return HasOwn(VoteKind.Finalize);
        }

        if (candidate.State != CandidateState.Accepted) return false;
        if (!isAgain && !IsTimely(candidate.Block.Header)) return false;
        View from = isAgain ? _reseals[_view].Parent!.Slot.View : candidate.Block.Header.ParentView;
        if (!HoldsSkips(from, _view) || !MaySign(VoteKind.Notarize, digest)) return false;
        _effects.Add(new ConsensusEffect.Persist(new LogRecord.Body(candidate.Block)));
        Vote vote = SignVote(VoteKind.Notarize, digest);
        ConsensusMessage? proposal = _leader == _self ? ProposalOf(candidate.Block, vote) : null;
        Broadcast(proposal ?? new ConsensusMessage.Voted(vote));
        return true;
    }

    // Line 16: every view between parent and block was nullified. What did not travel with the block must be held.
    private bool HoldsSkips(View from, View to)
    {
        if (_config.Mutant == RuleMutant.AcceptMissingSkips) return true;
        for (ulong number = from.Number + 1; number < to.Number; number++)
        {
            if (_nullifications.ContainsKey(new View(number))) continue;
            AskForCertificate(new View(number), null);
            return false;
        }

        return true;
    }

    // Checked by voters alone: a clock that drifts makes a view fail, it never makes a fork.
    private bool IsTimely(BlockHeader header)
    {
        if (_config.Mutant == RuleMutant.IgnoreTime) return true;
        Duration drift = _config.Parameters.ClockDriftMax;
        return header.Time <= _now + drift && header.Time >= _now - drift;
    }

    // The ledger is asked about one block at a time, parents first; blocks that may become ours to vote for or to build on.
    private bool CheckNext()
    {
        // Asked after every vote, with rarely a block to look at.
        if (!_mayHoldUnchecked) return false;
        bool holdsUnchecked = false;
        foreach (Candidate candidate in _blocks.Values)
        {
            if (candidate.State != CandidateState.Unchecked) continue;
            holdsUnchecked = true;
            if (ParentOf(candidate.Block.Header) is not { } parent)
            {
                continue;
            }

            BlockHeader header = candidate.Block.Header;
            bool follows = header.Height == parent.Height.Next && header.Time > parent.Time && header.ParentView == parent.View && !parent.IsSeal;
            if (!follows || parent.IsRefused)
            {
                candidate.State = CandidateState.Refused;
                return true;
            }

            if (!parent.IsAccepted) continue;
            if (!Convicts(candidate.Block.Evidence))
            {
                candidate.State = CandidateState.Refused;
                return true;
            }

            candidate.State = CandidateState.Checking;
            _effects.Add(new ConsensusEffect.Check(candidate.Block, candidate.Digest));
            return true;
        }

        _mayHoldUnchecked = holdsUnchecked;
        return false;
    }

    private (View View, Height Height, Instant Time, bool IsAccepted, bool IsRefused, bool IsSeal)? ParentOf(BlockHeader header)
    {
        if (header.ParentDigest == _floor.Digest) return (_floor.View, _floor.Height, _floor.Time, true, false, false);
        if (!_blocks.TryGetValue(header.ParentDigest, out Candidate? parent)) return null;
        BlockHeader above = parent.Block.Header;
        bool isAccepted = parent.State == CandidateState.Accepted;
        return (above.View, above.Height, above.Time, isAccepted, parent.State == CandidateState.Refused, above.IsSeal);
    }

    // The certificates inside a proposal are worth keeping: they may be the ones that we miss.
    private bool HoldJustification(PeerId peer, Justification justification)
    {
        if (justification.Parent is { } parent && !Hold(peer, parent)) return false;
        foreach (Certificate skip in justification.Skips)
        {
            if (!Hold(peer, skip)) return false;
        }

        return true;
    }

    // Asked once for each seal, behind its leader's vote: nobody else can make us verify a quorum's signatures.
    private bool IsReady(PeerId peer, Succession? succession)
    {
        if (succession is null) return true;
        bool isReady = SuccessionRules.Check(succession, _config.Chain, _config.Signatures) == SuccessionVerdict.Accepted;
        if (!isReady) _effects.Add(new ConsensusEffect.Blame(peer, ConsensusFault.ProposalWrong));
        return isReady;
    }

    private void Keep(Block block, Hash256 digest)
    {
        if (_blocks.ContainsKey(digest)) return;
        _blocks.Add(digest, new Candidate(block, digest));
        _mayHoldUnchecked = true;
        _asked.Remove(digest);
        AskForParentOf(block.Header);
    }
}
