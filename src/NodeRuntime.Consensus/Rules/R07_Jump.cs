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
        View highest = new(_view.Number - 1);
        foreach (View view in _nullifications.Keys)
        {
            if (view > highest) highest = view;
        }

        foreach (View view in _finalizations.Keys)
        {
            if (view > highest) highest = view;
        }

        foreach ((View view, Verified<Certificate> notarization) in _notarizations)
        {
            if (view <= highest) continue;
            if (_blocks.TryGetValue(notarization.Value.Value!.Value, out Candidate? candidate) && candidate.State == CandidateState.Accepted) highest = view;
        }

        if (highest < _view) return false;
        Enter(highest.Next);
        return true;
    }
}
