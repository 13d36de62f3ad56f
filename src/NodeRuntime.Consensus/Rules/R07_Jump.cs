using System.Collections.Generic;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

// R7 JUMP: a certificate of this view or a later one ends it. A notarization counts once its body is accepted: what we
// build on must be a block that we know to be good. Honest peers thus follow each other whatever they missed.
public sealed partial class ConsensusMachine
{
    private bool Jump()
    {
        View highest = _highestEnded;
        if (highest < _view && _highestNotarized < _view) return false;
        foreach ((View view, Verified<Certificate> notarization) in _notarizations)
        {
            if (view < _view || view <= highest) continue;
            Hash256 digest = notarization.Value.Value!.Value;
            if (_blocks.TryGetValue(digest, out Candidate? candidate) && candidate.State == CandidateState.Accepted) highest = view;
        }

        if (highest < _view) return false;
        Enter(highest.Next);
        return true;
    }
}
