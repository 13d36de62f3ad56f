using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

// R4 FINALIZE: our view's block is notarized and its body accepted: we vote to finalize it, unless we notarized another
// (rule C, which makes every fork attributable) or have nullified. Then R7 moves on, whether we voted or not.
public sealed partial class ConsensusMachine
{
    private bool FinalizeView()
    {
        if (!MayVote() || HasOwn(VoteKind.Finalize)) return false;
        if (!_notarizations.TryGetValue(_view, out Verified<Certificate>? notarization)) return false;
        Hash256 digest = notarization.Value.Value!.Value;
        if (!_blocks.TryGetValue(digest, out Candidate? candidate) || !IsChecked(candidate)) return false;
        VoteSlot ownNotarize = new(_set.Epoch, _view, VoteKind.Notarize);
        if (_ownVotes.TryGetValue(ownNotarize, out Verified<Vote>? own) && own.Value.Value != digest && _config.Mutant != RuleMutant.DropRuleC) return false;
        if (!MaySign(VoteKind.Finalize, digest)) return false;
        Vote vote = SignVote(VoteKind.Finalize, digest);
        Broadcast(new ConsensusMessage.Voted(vote));
        return true;
    }

    private bool IsChecked(Candidate candidate) =>
        candidate.State == CandidateState.Accepted || _config.Mutant == RuleMutant.FinalizeUnchecked;
}
