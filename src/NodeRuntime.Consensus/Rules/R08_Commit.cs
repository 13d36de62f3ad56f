using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

// R8 COMMIT: a finalized block whose ancestors are all here moves the floor, oldest block first. One that does not extend
// the floor is a fork that a third of the weight must have signed: halt, with both certificates as the proof. Never reorg.
public sealed partial class ConsensusMachine
{
    private bool Commit()
    {
        if (_finalizations.Count == 0) return false;
        foreach (Verified<Certificate> finalization in _finalizations.Values)
        {
            Hash256 digest = finalization.Value.Value!.Value;
            if (!_blocks.TryGetValue(digest, out Candidate? tip)) continue;
            if (BranchTo(tip) is not { } branch) continue;
            if (branch[0].Header.ParentDigest != _floor.Digest || HasSealBelowTop(branch))
            {
                Halt(_floor.Finalization ?? finalization.Value, finalization.Value);
                return true;
            }

            Deliver(branch, finalization.Value);
            return true;
        }

        return false;
    }

    // From the first block above the floor's height up to the tip; null while one is missing.
    private ImmutableArray<Block>? BranchTo(Candidate tip)
    {
        List<Block> branch = [tip.Block];
        while (branch[^1].Header.Height.Number > _floor.Height.Number + 1)
        {
            if (!_blocks.TryGetValue(branch[^1].Header.ParentDigest, out Candidate? parent)) return null;
            branch.Add(parent.Block);
        }

        branch.Reverse();
        return [.. branch];
    }

    // An honest quorum finalizes nothing above a seal in its epoch.
    private static bool HasSealBelowTop(ImmutableArray<Block> branch)
    {
        for (int i = 0; i + 1 < branch.Length; i++)
        {
            if (branch[i].Header.IsSeal) return true;
        }

        return false;
    }

    private bool ReachesFloor(Candidate candidate)
    {
        BlockHeader header = candidate.Block.Header;
        while (header.ParentDigest != _floor.Digest)
        {
            if (!_blocks.TryGetValue(header.ParentDigest, out Candidate? parent)) return false;
            header = parent.Block.Header;
        }

        return true;
    }

    private void Halt(Certificate first, Certificate second)
    {
        if (_isHalted) return;
        _isHalted = true;
        _effects.Add(new ConsensusEffect.Halt(first, second));
    }

    private void Deliver(ImmutableArray<Block> blocks, Certificate finalization)
    {
        Block tip = blocks[^1];
        Invariant.Holds(blocks[0].Header.ParentDigest == _floor.Digest);
        Invariant.Holds(tip.Header.Height > _floor.Height);
        if (tip.Justification.Succession is { } succession) RememberEntering(succession.Next);
        _effects.Add(new ConsensusEffect.Deliver(blocks, finalization));
        foreach (Block block in blocks) NotePunished(block.Evidence);
        if (tip.Header.IsSeal)
        {
            BeginEpoch(tip, finalization);
            return;
        }

        foreach (Block block in blocks) NoteClaims(block.Header);
        _floor = new Floor(tip.Header.View, tip.Header.Digest, tip.Header.Height, tip.Header.Time, tip, finalization);
        Prune();
        ForgetOldEvidence();
        RepeatFence();
        RepeatSaidReady();
        RepeatReadiness();
        TellObservers(new CertifiedHeader(tip.Header, finalization));
        if (_view <= _floor.View) Enter(_floor.View.Next);
    }

    // Votes go from validator to validator; whoever only follows hears of a finalized block from its neighbours.
    private void TellObservers(CertifiedHeader tip)
    {
        foreach (PeerId peer in _observers) Send(peer, new ConsensusMessage.Tip(tip));
    }

    private void Prune()
    {
        PruneViews(_notarizations);
        PruneViews(_nullifications);
        PruneViews(_finalizations);
        PruneViews(_proposals);
        PruneViews(_reseals);
        foreach (VoteSlot slot in _votes.Slots)
        {
            if (slot.View <= _floor.View) _votes.Remove(slot);
        }

        foreach (VoteSlot slot in new List<VoteSlot>(_ownVotes.Keys))
        {
            if (slot.View <= _floor.View) _ownVotes.Remove(slot);
        }

        foreach ((Hash256 digest, Candidate candidate) in new List<KeyValuePair<Hash256, Candidate>>(_blocks))
        {
            if (candidate.Block.Header.View <= _floor.View) _blocks.Remove(digest);
        }
    }

    private void PruneViews<T>(SortedDictionary<View, T> map)
    {
        foreach (View view in new List<View>(map.Keys))
        {
            if (view <= _floor.View) map.Remove(view);
        }
    }
}
