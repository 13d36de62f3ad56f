using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

// R11 EVIDENCE: two votes of one voter that contradict each other convict it, whoever shows them. Found or heard, evidence is
// verified once, made durable, told on once, and offered to every block that we build until a finalized one has punished the
// voter. One for each validator and fault: a second pair of votes says nothing that the first does not. Evidence is of the epoch that
// votes: a voter's index means something in its own set alone, and what no block took before the seal is over.
public sealed partial class ConsensusMachine
{
    // At most Limits.EvidenceHeldMax: three faults, so many validators.
    private readonly SortedDictionary<(ValidatorIndex Voter, EvidenceFault Fault), Verified<Evidence>> _evidence = [];
    private readonly SortedSet<ValidatorIndex> _punished = [];

    private void FindEvidence(Verified<Vote> vote, SlotVotes votes)
    {
        AccuseOf(vote, votes);
        VoteSlot slot = vote.Value.Slot;
        VoteKind otherKind = slot.Kind == VoteKind.Notarize ? VoteKind.Finalize : VoteKind.Notarize;
        if (_votes.TryGetValue(slot with { Kind = otherKind }, out SlotVotes? others)) AccuseOf(vote, others);
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
        if (vote.Voter == leader || vote.Voter == _self || _votes[vote.Slot].First(leader) is not { } told) return;
        PeerId voter = _set[vote.Voter].Peer;
        // With two of its votes in hand there is evidence, and everybody is told that anyway.
        bool isAlone = _votes[vote.Slot].Second(leader) is null;
        if (isAlone && told.Value.Value == ours && _peers.Contains(voter)) Send(voter, new ConsensusMessage.Voted(told.Value));
    }

    private void Accuse(Verified<Vote> one, Verified<Vote> other)
    {
        if (EvidenceRules.Combine(_config.Chain, one, other) is { } evidence) KeepEvidence(evidence);
    }

    // From a peer, or by hand. What is stale is nobody's fault: an honest peer may be behind us, or ahead.
    private void HearAccusation(PeerId? from, Evidence evidence)
    {
        if (evidence.First.Slot.Epoch != _set.Epoch || IsOld(evidence) || IsKnown(evidence)) return;
        EvidenceRules.Check(evidence, _config.Chain, _set, _config.Signatures, out Verified<Evidence>? verified);
        if (verified is not null) KeepEvidence(verified);
        // The one who says it is to blame, never the one it speaks of.
        else if (from is { } peer) _effects.Add(new ConsensusEffect.Blame(peer, ConsensusFault.EvidenceWrong));
    }

    private void KeepEvidence(Verified<Evidence> verified)
    {
        Evidence evidence = verified.Value;
        if (IsOld(evidence) || IsKnown(evidence)) return;
        _evidence.Add((evidence.Voter, evidence.Fault), verified);
        Invariant.Holds(_evidence.Count <= Limits.EvidenceHeldMax);
        _effects.Add(new ConsensusEffect.Persist(new LogRecord.Accused(evidence)));
        _effects.Add(new ConsensusEffect.Accuse(evidence));
        Broadcast(new ConsensusMessage.Accusation(evidence));
    }

    private void RecoverEvidence(Evidence evidence)
    {
        EvidenceRules.Check(evidence, _config.Chain, _set, _config.Signatures, out Verified<Evidence>? verified);
        if (verified is not null && !IsKnown(evidence)) _evidence.Add((evidence.Voter, evidence.Fault), verified);
    }

    private bool IsKnown(Evidence evidence) =>
        _punished.Contains(evidence.Voter) || _evidence.ContainsKey((evidence.Voter, evidence.Fault));

    private bool IsOld(Evidence evidence) => !_config.Parameters.Slashing.IsYoung(evidence.View, _floor.View);

    private void ShowEvidence(PeerId peer)
    {
        foreach (Verified<Evidence> held in _evidence.Values) Send(peer, new ConsensusMessage.Accusation(held.Value));
    }

    // One for each voter, in their order: the ledger punishes a key once, and knows which it has punished.
    private ImmutableArray<Evidence> EvidenceToPropose()
    {
        ImmutableArray<Evidence>.Builder offered = ImmutableArray.CreateBuilder<Evidence>();
        foreach (Verified<Evidence> held in _evidence.Values)
        {
            bool isNamed = offered.Count > 0 && offered[^1].Voter == held.Value.Voter;
            if (isNamed || !_config.Parameters.Slashing.IsYoung(held.Value.View, _view)) continue;
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
            if (_evidence.TryGetValue((one.Voter, one.Fault), out Verified<Evidence>? held) && held.Value == one) continue;
            EvidenceRules.Check(one, _config.Chain, _set, _config.Signatures, out Verified<Evidence>? verified);
            if (verified is null) return false;
            KeepEvidence(verified);
        }

        return true;
    }

    // R8: final. A quorum saw the evidence, and the ledger has the voter in jail.
    private void NotePunished(ImmutableArray<Evidence> evidence)
    {
        foreach (Evidence one in evidence) NotePunished(one.Voter);
    }

    private void ForgetOldEvidence()
    {
        List<(ValidatorIndex, EvidenceFault)> old = [];
        foreach (((ValidatorIndex Voter, EvidenceFault Fault) key, Verified<Evidence> held) in _evidence)
        {
            if (IsOld(held.Value)) old.Add(key);
        }

        foreach ((ValidatorIndex, EvidenceFault) key in old) _evidence.Remove(key);
    }

    private void NotePunished(ValidatorIndex voter)
    {
        _punished.Add(voter);
        _evidence.Remove((voter, EvidenceFault.DoubleNotarize));
        _evidence.Remove((voter, EvidenceFault.DoubleFinalize));
        _evidence.Remove((voter, EvidenceFault.Mismatch));
    }
}
