using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

// R11 EVIDENCE: two votes of one voter that contradict each other convict it, whoever shows them. Found or heard, evidence is
// verified once, made durable, told on once, and offered to every block that we build until a finalized one has punished the
// voter. One for each validator and fault: a second pair of votes says nothing that the first does not. A voter's index means something in
// the set of its own epoch alone; evidence of an epoch that is over counts for as long as a bond that was asked back at its end is bound, so
// that nobody leaves the set to keep its bond. Punished is the key, wherever it votes.
public sealed partial class ConsensusMachine
{
    // At most Limits.EvidenceHeldMax: three faults, so many validators. In the order in which a block has it.
    private readonly SortedDictionary<(Epoch Epoch, ValidatorIndex Voter, EvidenceFault Fault), Verified<Evidence>> _evidence = [];
    private readonly SortedSet<PublicKey> _punished = [];

    private void FindEvidence(Verified<Vote> vote, SlotVotes votes)
    {
        AccuseOf(vote, votes);
        VoteSlot slot = vote.Value.Slot;
        VoteKind otherKind = slot.Kind == VoteKind.Notarize ? VoteKind.Finalize : VoteKind.Notarize;
        if (_votes.Find(slot with { Kind = otherKind }) is { } others) AccuseOf(vote, others);
    }

    private void AccuseOf(Verified<Vote> vote, SlotVotes votes)
    {
        if (votes.First(vote.Value.Voter) is { } first && first != vote) Accuse(vote, first);
        if (votes.Second(vote.Value.Voter) is { } second && second != vote) Accuse(vote, second);
    }

    // A leader's vote travels with its block alone, so that one who tells two stories might show both to nobody. Whoever votes for another
    // block than the one we hold is shown the vote under ours, and has then both. Twice for each voter and slot at most, as votes are.
    private void Confront(Vote vote)
    {
        if (vote.Slot.Kind != VoteKind.Notarize || !_proposals.TryGetValue(vote.Slot.View, out Hash256 ours) || ours == vote.Value) return;
        ValidatorIndex leader = LeaderSchedule.LeaderOf(_config.Chain, _set, vote.Slot.View);
        if (vote.Voter == leader || vote.Voter == _self || _votes.Find(vote.Slot)?.First(leader) is not { } told) return;
        PeerId voter = _set[vote.Voter].Peer;
        // With two of its votes in hand there is evidence, and everybody is told that anyway.
        bool isAlone = _votes.Find(vote.Slot)?.Second(leader) is null;
        if (isAlone && told.Value.Value == ours && _peers.Contains(voter)) Send(voter, new ConsensusMessage.Voted(told.Value));
    }

    private void Accuse(Verified<Vote> one, Verified<Vote> other)
    {
        if (EvidenceRules.Combine(_config.Chain, one, other) is { } evidence) KeepEvidence(evidence);
    }

    // From a peer, or by hand. What is stale is nobody's fault: an honest peer may be behind us, or ahead.
    private void HearAccusation(PeerId? from, Evidence evidence)
    {
        if (VotersOf(evidence) is null || IsOld(evidence) || IsKnown(evidence)) return;
        if (Verify(evidence) is { } verified) KeepEvidence(verified);
        // The one who says it is to blame, never the one it speaks of.
        else if (from is { } peer) _effects.Add(new ConsensusEffect.Blame(peer, ConsensusFault.EvidenceWrong));
    }

    private void KeepEvidence(Verified<Evidence> verified)
    {
        Evidence evidence = verified.Value;
        if (IsOld(evidence) || IsKnown(evidence) || !HasPlaceFor(evidence)) return;
        _evidence.Add(PlaceOf(evidence), verified);
        Invariant.Holds(_evidence.Count <= Limits.EvidenceHeldMax);
        _effects.Add(new ConsensusEffect.Persist(new LogRecord.Accused(evidence)));
        _effects.Add(new ConsensusEffect.Accuse(evidence));
        Broadcast(new ConsensusMessage.Accusation(evidence));
    }

    private void RecoverEvidence(Evidence evidence)
    {
        if (Verify(evidence) is { } verified && !IsKnown(evidence) && HasPlaceFor(evidence)) _evidence.Add(PlaceOf(evidence), verified);
    }

    private ValidatorSet? VotersOf(Evidence evidence) => _past.VotersOf(evidence.First.Slot.Epoch, _set);

    private Verified<Evidence>? Verify(Evidence evidence)
    {
        if (VotersOf(evidence) is not { } voters) return null;
        EvidenceRules.Check(evidence, _config.Chain, voters, _config.Signatures, out Verified<Evidence>? verified);
        return verified;
    }

    private static (Epoch, ValidatorIndex, EvidenceFault) PlaceOf(Evidence evidence) => (evidence.First.Slot.Epoch, evidence.Voter, evidence.Fault);

    // A voter outside its set is nobody: that its evidence convicts nobody is said where it is verified.
    private bool IsKnown(Evidence evidence) =>
        _evidence.ContainsKey(PlaceOf(evidence))
        || (VotersOf(evidence) is { } voters && voters.Contains(evidence.Voter) && _punished.Contains(voters[evidence.Voter].Key));

    // Of true culprits alone; where they are so many, the oldest evidence gives way.
    private bool HasPlaceFor(Evidence evidence)
    {
        if (_evidence.Count < Limits.EvidenceHeldMax) return true;
        (Epoch Epoch, ValidatorIndex, EvidenceFault) oldest = default;
        foreach ((Epoch, ValidatorIndex, EvidenceFault) place in _evidence.Keys)
        {
            oldest = place;
            break;
        }

        return oldest.Epoch.CompareTo(evidence.First.Slot.Epoch) < 0 && _evidence.Remove(oldest);
    }

    private bool IsOld(Evidence evidence) => !_past.IsYoung(evidence, _set, _floor.View, _floor.Time, _config.Parameters);

    private void ShowEvidence(PeerId peer)
    {
        foreach (Verified<Evidence> held in _evidence.Values) Send(peer, new ConsensusMessage.Accusation(held.Value));
    }

    // One for each key, in the order of epochs and voters: the ledger punishes a key once, and knows which it has punished.
    private ImmutableArray<Evidence> EvidenceToPropose(Instant time)
    {
        ImmutableArray<Evidence>.Builder offered = ImmutableArray.CreateBuilder<Evidence>();
        SortedSet<PublicKey> named = [];
        foreach (Verified<Evidence> held in _evidence.Values)
        {
            if (!_past.IsYoung(held.Value, _set, _view, time, _config.Parameters) || !named.Add(VotersOf(held.Value)![held.Value.Voter].Key)) continue;
            if (offered.Count == Limits.BlockEvidenceMax) break;
            offered.Add(held.Value);
        }

        return offered.ToImmutable();
    }

    // R3: a block whose evidence does not convict is refused like one whose transactions do not apply. What is news to us we keep: should the
    // block not become final, the next one punishes.
    private bool Convicts(ImmutableArray<Evidence> evidence)
    {
        foreach (Evidence one in evidence)
        {
            if (_evidence.TryGetValue(PlaceOf(one), out Verified<Evidence>? held) && held.Value == one) continue;
            if (Verify(one) is not { } verified) return false;
            KeepEvidence(verified);
        }

        return true;
    }

    // R8: final. A quorum saw the evidence, and the ledger has the voter in jail.
    private void NotePunished(ImmutableArray<Evidence> evidence)
    {
        foreach (Evidence one in evidence)
        {
            if (VotersOf(one) is { } voters && voters.Contains(one.Voter)) NotePunished(voters[one.Voter].Key);
        }
    }

    private void ForgetOldEvidence()
    {
        foreach (Verified<Evidence> held in new List<Verified<Evidence>>(_evidence.Values))
        {
            if (IsOld(held.Value)) _evidence.Remove(PlaceOf(held.Value));
        }
    }

    // A key is punished once in its life: as many as ever were.
    private void NotePunished(in PublicKey key)
    {
        if (!_punished.Add(key)) return;
        foreach (Verified<Evidence> held in new List<Verified<Evidence>>(_evidence.Values))
        {
            if (VotersOf(held.Value) is { } voters && voters[held.Value.Voter].Key == key) _evidence.Remove(PlaceOf(held.Value));
        }
    }
}
