using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

// R9 RETRY: what we said in this view is said again, to ourselves as well (after a crash of everybody, nobody's vote may
// be forgotten); what we miss is asked for again. Nothing waits for a message that was lost.
public sealed partial class ConsensusMachine
{
    private void Retry()
    {
        // Who has nothing to say in a view has lost its timers with a crash, and whose view ended while it had to be silent, behind a fence
        // or listening, has still to say so: silence must not last.
        if (_isViewOver || !HasOwn(VoteKind.Notarize)) Nullify();
        SayAgain();
        AskForMissing();
        SetRetry(Delay() * 2);
    }

    private void SayAgain()
    {
        foreach (VoteKind kind in (System.ReadOnlySpan<VoteKind>)[VoteKind.Notarize, VoteKind.Finalize])
        {
            if (!_ownVotes.TryGetValue(new VoteSlot(_set.Epoch, _view, kind), out Verified<Vote>? own)) continue;
            if (_config.Mutant != RuleMutant.ForgetOwnVotes) Count(own);
            bool isProposal = kind == VoteKind.Notarize && _leader == _self;
            ConsensusMessage? proposal = isProposal && _blocks.TryGetValue(own.Value.Value!.Value, out Candidate? proposed)
                ? ProposalOf(proposed.Block, own.Value)
                : null;
            Broadcast(proposal ?? new ConsensusMessage.Voted(own.Value));
        }

        SayReady();
        TellReady(ofAll: true);

        // Our youngest finalized block and the view we stand in: whoever is behind asks for what it lacks.
        foreach (PeerId peer in _peers) Greet(peer);
    }
}
