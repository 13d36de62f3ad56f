using System.Collections.Generic;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

// R6 QUORUM: votes are verified once, and only while their slot has no certificate; equal votes of weight Q make one. A certificate that
// somebody shows us has the signatures verified that we do not hold.
public sealed partial class ConsensusMachine
{
    private void ReceiveVote(PeerId peer, Vote vote)
    {
        if (IsOfOtherEpoch(peer, vote.Slot.Epoch)) return;
        if (vote.Slot.View <= _floor.View || vote.Slot.View.Number > _view.Number + Limits.ViewsAheadMax) return;
        if (vote.Slot.View.Number + Limits.ViewsBehindMax < _view.Number) return;
        if (HoldsVote(vote.Slot, vote.Voter, vote.Value) && _config.Mutant != RuleMutant.CountVoterTwice) return;
        // A slot that is decided needs no more votes, but who is a little late every time is not absent.
        bool isDecided = IsDecided(vote.Slot, vote.Value);
        if (isDecided && IsHeard(vote.Voter)) return;
        CertificateVerdict verdict = CertificateRules.Check(vote, _digests, _set, _config.Signatures, out Verified<Vote>? verified);
        if (verdict != CertificateVerdict.Accepted)
        {
            _effects.Add(new ConsensusEffect.Blame(peer, ConsensusFault.SignatureWrong));
            return;
        }

        if (vote.Voter == _self) NoteForeign(vote.Slot, vote.Value);
        Count(verified!);
    }

    private void Count(Verified<Vote> verified)
    {
        Vote vote = verified.Value;
        NoteHeard(vote);
        SlotVotes slot = _votes.FindOrAdd(vote.Slot, _set.Count);

        // Two that contradict each other are evidence enough; a third says nothing new.
        bool isKnown = slot.Holds(vote.Voter, vote.Value) && _config.Mutant != RuleMutant.CountVoterTwice;
        if (isKnown || slot.Second(vote.Voter) is not null) return;
        ulong weight = slot.Add(verified, _set[vote.Voter].Weight);
        FindEvidence(verified, slot);
        Confront(vote);
        if (weight < _set.Quorum || IsDecided(vote.Slot, vote.Value)) return;
        Add(CertificateRules.Combine(_set, vote.Slot, vote.Value, slot.For(vote.Value)), null);
    }

    private void ForgetVotesOfOldViews()
    {
        if (_view.Number <= Limits.ViewsBehindMax) return;
        View oldest = new(_view.Number - Limits.ViewsBehindMax);
        while (_votes.FirstView is { } view && view < oldest)
        {
            foreach (VoteKind kind in (System.ReadOnlySpan<VoteKind>)[VoteKind.Notarize, VoteKind.Finalize])
            {
                _votes.Remove(new VoteSlot(_set.Epoch, view, kind));
            }
        }

        // Bodies that we did not vote for and nobody notarized in time; should one win after all it is asked for again. One
        // that we voted for stays until the floor passes it: a certificate may rest on our having it.
        foreach ((View view, Hash256 digest) in new List<KeyValuePair<View, Hash256>>(_proposals))
        {
            if (view >= oldest) break;
            _proposals.Remove(view);
            _reseals.Remove(view);
            bool isOurs = _ownVotes.ContainsKey(new VoteSlot(_set.Epoch, view, VoteKind.Notarize));
            if (!isOurs && !IsCertified(digest) && !IsParentOfKept(digest)) _blocks.Remove(digest);
        }
    }

    private bool HoldsVote(VoteSlot slot, ValidatorIndex voter, Hash256? value) =>
        _votes.Find(slot) is { } votes && votes.Holds(voter, value);

    private bool IsDecided(VoteSlot slot, Hash256? value)
    {
        SortedDictionary<View, Verified<Certificate>> held = Shelf(slot.Kind, value);
        return held.TryGetValue(slot.View, out Verified<Certificate>? certificate) && certificate.Value.Value == value;
    }

    private SortedDictionary<View, Verified<Certificate>> Shelf(VoteKind kind, Hash256? value) => kind switch
    {
        VoteKind.Notarize => _notarizations,
        VoteKind.Finalize => value is null ? _nullifications : _finalizations,
    };

    private bool IsCertified(Hash256 digest)
    {
        foreach (Verified<Certificate> certificate in _notarizations.Values)
        {
            if (certificate.Value.Value == digest) return true;
        }

        foreach (Verified<Certificate> certificate in _finalizations.Values)
        {
            if (certificate.Value.Value == digest) return true;
        }

        return false;
    }

    private void ReceiveCertificate(PeerId peer, Certificate certificate) => Hold(peer, certificate);

    // True where the certificate is held now, or lies below the floor and no longer matters.
    private bool Hold(PeerId peer, Certificate certificate)
    {
        if (certificate.Slot.Epoch.CompareTo(_set.Epoch) < 0) return true;
        if (certificate.Slot.Epoch != _set.Epoch)
        {
            HearOfLaterEpoch(peer, certificate.Slot.Epoch);
            return false;
        }

        if (certificate.Slot.View < _floor.View || IsDecided(certificate.Slot, certificate.Value)) return true;
        if (certificate.Slot.View == _floor.View && !(certificate.IsFinalization && certificate.Value != _floor.Digest)) return true;
        IEnumerable<Verified<Vote>> votes = _votes.Find(certificate.Slot)?.For(certificate.Value) ?? [];
        CertificateVerdict verdict = CertificateRules.Check(
            certificate, _config.Chain, _set, _config.Signatures, votes, out Verified<Certificate>? verified);
        if (verdict != CertificateVerdict.Accepted)
        {
            _effects.Add(new ConsensusEffect.Blame(peer, ConsensusFault.CertificateWrong));
            return false;
        }

        NoteForeign(certificate);
        NoteThatChainHasBegun();
        Add(verified!, peer);
        return true;
    }

    private void Add(Verified<Certificate> verified, PeerId? from)
    {
        Certificate certificate = verified.Value;
        View view = certificate.Slot.View;
        SortedDictionary<View, Verified<Certificate>> shelf = Shelf(certificate.Slot.Kind, certificate.Value);
        Certificate? other = view == _floor.View ? _floor.Finalization : shelf.TryGetValue(view, out Verified<Certificate>? held) ? held.Value : null;
        if (other is not null)
        {
            // Two finalizations in one view: no descendant is needed to see the fork.
            if (certificate.IsFinalization && other.Value != certificate.Value) Halt(other, certificate);
            return;
        }

        shelf.Add(view, verified);

        if (!certificate.IsNotarization && view > _highestEnded) _highestEnded = view;
        if (certificate.IsNotarization && view > _highestNotarized) _highestNotarized = view;
        _effects.Add(new ConsensusEffect.Persist(new LogRecord.Held(certificate)));
        if (certificate.Value is not { } digest || _blocks.ContainsKey(digest)) return;
        // Who sent the certificate has the body; where we made it of votes the proposal is most likely on its way.
        if (from is null) SetFetchTimer();
        else AskForBlock(digest, from);
    }
}

internal static class SortedDictionaryExtensions
{
    /// <summary>Adds where nothing is yet, and says whether it did.</summary>
    public static bool TryAdd<TKey, TValue>(this SortedDictionary<TKey, TValue> map, TKey key, TValue value)
        where TKey : notnull
    {
        if (map.ContainsKey(key)) return false;
        map.Add(key, value);
        return true;
    }
}
