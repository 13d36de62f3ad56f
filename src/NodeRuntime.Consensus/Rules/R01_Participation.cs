using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

// Rule 01, second half: every header names the voters whom its proposer has heard in the last rotation. A validator that
// none of the last n finalized headers names leads no view that anybody waits for, until one header names it again. A
// lying proposer can only un-skip; skipping in error costs a view and harms nobody, so that peers need not agree on it.
public sealed partial class ConsensusMachine
{
    // The last view in which each was heard; view 0 for never.
    private readonly SortedDictionary<ValidatorIndex, Height> _claimed = [];
    private View[] _heard;
    private Height _claimsFrom;

    private void NoteHeard(Vote vote)
    {
        ref View last = ref _heard[vote.Voter.Number];
        if (last < vote.Slot.View) last = vote.Slot.View;
    }

    private bool IsHeard(ValidatorIndex validator)
    {
        if (!_set.Contains(validator)) return false;
        View last = _heard[validator.Number];
        return last > View.Genesis && last.Number + (ulong)_set.Count >= _view.Number;
    }

    // One bit per validator that was heard in the last rotation.
    private ImmutableArray<byte> Participation()
    {
        byte[] bits = new byte[(_set.Count + 7) / 8];
        for (int i = 0; i < _heard.Length; i++)
        {
            if (IsHeard(new ValidatorIndex((ushort)i))) bits[i / 8] |= (byte)(1 << (i % 8));
        }

        return [.. bits];
    }

    private void NoteClaims(BlockHeader header)
    {
        for (int i = 0; i < _set.Count && i / 8 < header.Participation.Length; i++)
        {
            bool isNamed = (header.Participation[i / 8] & (1 << (i % 8))) != 0;
            if (isNamed) _claimed[new ValidatorIndex((ushort)i)] = header.Height;
        }
    }

    // Counted from the first header that we saw: what came before is not known, and nobody is skipped for that.
    private bool IsSkipped(ValidatorIndex validator)
    {
        Height last = _claimed.TryGetValue(validator, out Height claimed) ? claimed : _claimsFrom;
        return _floor.Height.Number - last.Number >= (ulong)_set.Count;
    }
}
