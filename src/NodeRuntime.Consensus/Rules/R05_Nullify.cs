using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

// R5 NULLIFY: the leader was silent, its block is bad, or the view takes too long: our finalize slot goes to "none".
// After it we never notarize in this view; and nothing is ever signed for a view that we have left.
public sealed partial class ConsensusMachine
{
    private void Nullify()
    {
        if (HasOwn(VoteKind.Finalize) || !MaySign(VoteKind.Finalize, null)) return;
        Vote vote = SignVote(VoteKind.Finalize, null);
        Broadcast(new ConsensusMessage.Voted(vote));
    }

    // No reason to wait: the leader has given its view up, or nobody has heard of it for a whole rotation (rule 01).
    private bool NullifyLeaderless()
    {
        if (!MayVote() || !MayHurry() || HasOwn(VoteKind.Finalize)) return false;
        VoteSlot slot = new(_set.Epoch, _view, VoteKind.Finalize);
        bool isAbsent = _leader != _self && !HasOwn(VoteKind.Notarize) && IsSkipped(_leader);
        if (!isAbsent && !HoldsVote(slot, _leader, null)) return false;
        Nullify();
        return HasOwn(VoteKind.Finalize);
    }

    // Where two rotations ended nothing, something is wrong that haste does not mend: back to the pace of the timers.
    private bool MayHurry() => _view.Number - _floor.View.Number <= 2 * (ulong)_set.Count;

    private bool MayVote() => _self is not null && !_isFenced && !_isHalted && _view >= _votesFrom && _now >= _listensUntil;

    // Line 31: above the watermark, or the same again.
    private bool MaySign(VoteKind kind, Hash256? value)
    {
        if (!MayVote()) return false;
        VoteSlot slot = new(_set.Epoch, _view, kind);
        return _watermark is null || _watermark.Allows(slot, value) || _config.Mutant == RuleMutant.NotarizeAfterNullify;
    }

    // The one place that signs. The record with the vote stands before everything that the vote is sent with.
    private Vote SignVote(VoteKind kind, Hash256? value)
    {
        Invariant.Holds(_self is not null);
        Invariant.Holds(!_isFenced);
        Invariant.Holds(_view >= _votesFrom);
        VoteSlot slot = new(_set.Epoch, _view, kind);
        Invariant.Holds(_watermark is null || _watermark.Allows(slot, value));
        _watermark = new Watermark(slot, value);
        Vote vote = new(slot, value, _self.Value, _signer.Sign(slot.SigningDigest(_config.Chain, value)));
        CertificateVerdict verdict = CertificateRules.Check(vote, _digests, _set, _config.Signatures, out Verified<Vote>? own);
        Invariant.Holds(verdict == CertificateVerdict.Accepted);
        _effects.Add(new ConsensusEffect.Persist(new LogRecord.OwnVote(vote)));
        _ownVotes[slot] = own!;
        Count(own!);
        return vote;
    }
}
