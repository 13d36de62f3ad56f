using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Light;

namespace NodeRuntime.Consensus;

// R12 SEAL: an epoch has one set of validators. The ledger says which set is due; its members say that they are ready, and once a quorum of
// them has, a leader's next block is a seal: it names the set by hash and carries the set and its readiness.
//
//     ... ── block ── seal | block ── block ...
//     epoch e, set e       | epoch e+1, set e+1, views from 1
//
// Nothing stands on a seal in its own epoch. One that is notarized and not final is put to the vote again by the leaders that follow, as the
// same block in a later view; so there is one certificate under the seal itself, one first block of the next epoch, and nothing to throw away.
// A vote for the seal in a later view stands where a child's would, so that the argument for safety is the one for children.
//
// When the seal is final the machine begins anew with the seal in genesis' place. A validator of the new set that had said it was ready votes
// at once: it was told so by its disk. Any other, and at most F of the weight can be such, listens first, or is fenced where its disk is
// younger than the seal: what an emptied disk signed in the new epoch nobody remembers.
public sealed partial class ConsensusMachine
{
    // Beside some idle blocks. An older floor is history: whoever still reads it does not speak for the present.
    private static readonly Duration ReadyFloorAgeMax = Duration.FromSeconds(30);

    // Heights between two times that everything known is told again.
    private const ulong RepeatAllEvery = 4;

    private readonly SortedDictionary<View, Justification> _reseals = [];
    private readonly MemberSignatures _ready = new();
    private ValidatorSet? _due;
    private Hash256 _dueHash;
    private Hash256? _saidReady;
    private Epoch _epochHeard;
    private (PeerId Peer, Height From, Instant At)? _sealAsked;
    private int _sealAsks;

    private (ISigner Signer, ValidatorIndex? Self) SignerIn(ValidatorSet set)
    {
        if (set.IndexOf(_config.Signer.PublicKey) is { } first) return (_config.Signer, first);
        foreach (ISigner other in _config.OtherSigners)
        {
            if (set.IndexOf(other.PublicKey) is { } index) return (other, index);
        }

        return (_config.Signer, null);
    }

    private void NoteValidatorPeers()
    {
        _validatorPeers.Clear();
        foreach (ValidatorMember member in _set.Members) _validatorPeers.Add(member.Peer);
        _observers.Clear();
        foreach (PeerId peer in _peers)
        {
            if (!_validatorPeers.Contains(peer)) _observers.Add(peer);
        }
    }

    private Floor FloorOf((Block Block, Certificate Finalization)? recovered)
    {
        if (recovered is not var (block, finalization)) return new Floor(View.Genesis, _config.Chain.Hash, Height.Genesis, _config.GenesisTime, null, null);
        BlockHeader header = block.Header;
        Invariant.Holds(_set.Epoch == (header.IsSeal ? header.Epoch.Next : header.Epoch));
        View view = header.IsSeal ? View.Genesis : header.View;
        return new Floor(view, header.Digest, header.Height, header.Time, block, finalization);
    }

    // Written behind nothing and before nothing: a disk that dies with it is born later.
    private void NoteBirth()
    {
        if (_bornAt is not null) return;
        _bornAt = _now;
        _effects.Add(new ConsensusEffect.Persist(new LogRecord.Born(_now)));
    }

    // Votes are durable before they leave, so a disk that is older than a seal and remembers none behind it has signed none there. Both bounds of a
    // header's time lie in between, and then as much for the clocks.
    private bool IsOlderThan(Instant sealedAt) => _bornAt is { } born && sealedAt > born + (_config.Parameters.ClockDriftMax * 2);

    // A later epoch began while the disk was not told that we vote in it, and it remembers no vote before: it may be an emptied one.
    private bool IsUnknownHere() =>
        _set.Epoch.Number > 0 && (_watermark is not { } mark || (mark.Slot.View == View.Genesis && mark.Slot.Epoch.CompareTo(_set.Epoch) < 0));

    // Who was not ready at the seal, and that may be more than F beside those who lie: a fence for all of them would stop the chain. A disk
    // that remembers votes of an earlier epoch is asked no more of than after any start, and neither is one that is older than the seal.
    private void StandAfterSeal(Instant sealedAt)
    {
        if (_self is null || (_watermark is { } mark && mark.Slot.Epoch == _set.Epoch)) return;
        if (IsUnknownHere() && !IsOlderThan(sealedAt)) RaiseFence();
        else ListenBeforeVoting();
    }

    // ---- readiness ----

    private void NoteDue(ValidatorSet? due)
    {
        // The ledger's word may come late, when the epoch that it spoke of is over.
        if (due is not null && due.Epoch != _set.Epoch.Next) return;
        Hash256 hash = due?.Hash ?? Hash256.Zero;
        if (hash == _dueHash) return;
        _due = due;
        _dueHash = hash;
        _ready.Clear(due?.Count ?? 0);
        SayReady();
    }

    // Said when it is true: we stand in the present, and know what our key has signed.
    private void SayReady()
    {
        if (_due is null || !_hasStarted || _isHalted || _isFenced || _now < _listensUntil || IsSyncing) return;
        Duration age = _now - _floor.Time;
        if (age > ReadyFloorAgeMax + (_config.Parameters.BlockIntervalIdle * 4) || SignerIn(_due) is not (var signer, { } index) || _ready.Contains(index)) return;
        if (_saidReady != _dueHash)
        {
            _saidReady = _dueHash;
            _effects.Add(new ConsensusEffect.Persist(new LogRecord.SaidReady(_set.Epoch, _floor.View.Next, _dueHash)));
        }

        Signature signature = signer.Sign(Readiness.SigningDigest(_config.Chain, _dueHash));
        _ready.Add(index, signature);
        Broadcast(new ConsensusMessage.Ready(new Readiness(_dueHash, index, signature)));
    }

    // With every final block while a set is due: a word may come before its hearer knows what is due, and is nothing to it then. What is known of
    // the others is said less often; it reaches those who are not connected with them.
    private void RepeatReadiness()
    {
        if (_due is null) return;
        SayReady();
        TellReady(ofAll: _floor.Height.Number % RepeatAllEvery == 0 && (_self is not null || SignerIn(_due).Self is not null));
    }

    private void TellReady(bool ofAll)
    {
        ValidatorIndex? own = _due is null ? null : SignerIn(_due).Self;
        foreach ((ValidatorIndex index, Signature signature) in _ready.All())
        {
            if (ofAll || index == own) Broadcast(new ConsensusMessage.Ready(new Readiness(_dueHash, index, signature)));
        }
    }

    // The log forgets what lies below the floor; a word that is still given must outlive that.
    private void RepeatSaidReady()
    {
        if (_saidReady is not { } set) return;
        _effects.Add(new ConsensusEffect.Persist(new LogRecord.SaidReady(_set.Epoch, _floor.View.Next, set)));
    }

    // Of another set than the one that is due here it is from a peer that is ahead or behind, and says nothing.
    private void ReceiveReadiness(PeerId peer, Readiness readiness)
    {
        if (_due is null || readiness.Set != _dueHash || _ready.Contains(readiness.Member)) return;
        CertificateSigner signer = new(readiness.Member, readiness.Signature);
        if (!_due.Contains(readiness.Member) || !SuccessionRules.IsSigned(_due, _dueHash, signer, _config.Chain, _config.Signatures))
        {
            _effects.Add(new ConsensusEffect.Blame(peer, ConsensusFault.SignatureWrong));
            return;
        }

        _ready.Add(readiness.Member, readiness.Signature);
        // A member may know none of the validators: everybody passes on what is new.
        Broadcast(new ConsensusMessage.Ready(readiness));
    }

    private ulong ReadyWeight()
    {
        ulong weight = 0;
        foreach ((ValidatorIndex index, _) in _ready.All()) weight += _due![index].Weight;
        return weight;
    }

    // For the proposer: what a block seals with, if the set that its parent says is due has a quorum that is ready. No more words than needed.
    private Succession? SuccessionOf(ValidatorSet? due)
    {
        if (due is null || _due is null || due.Hash != _dueHash || ReadyWeight() < due.Quorum) return null;
        ImmutableArray<CertificateSigner>.Builder ready = ImmutableArray.CreateBuilder<CertificateSigner>();
        ulong weight = 0;
        foreach ((ValidatorIndex index, Signature signature) in _ready.All())
        {
            if (weight >= due.Quorum) break;
            ready.Add(new CertificateSigner(index, signature));
            weight += due[index].Weight;
        }

        return new Succession(due, ready.ToImmutable());
    }

    // ---- a seal that is put to the vote again ----

    private bool ProposeAgain(ParentBlock seal)
    {
        _buildAsked = true;
        _proposals[_view] = seal.Digest;
        _reseals[_view] = Justify(seal);
        return true;
    }

    private void ReceiveReseal(PeerId peer, ConsensusMessage.Reseal reseal)
    {
        VoteSlot slot = reseal.LeaderVote.Slot;
        if (IsOfOtherEpoch(peer, slot.Epoch)) return;
        if (slot.View <= _floor.View || slot.View.Number > _view.Number + Limits.ViewsAheadMax) return;
        if (ProposalRules.CheckReseal(reseal.Justification, reseal.LeaderVote, _config.Chain, _set) != ProposalVerdict.Accepted)
        {
            _effects.Add(new ConsensusEffect.Blame(peer, ConsensusFault.ProposalWrong));
            return;
        }

        ReceiveVote(peer, reseal.LeaderVote);
        Hash256 digest = reseal.LeaderVote.Value!.Value;
        bool isByLeader = HoldsVote(slot, reseal.LeaderVote.Voter, digest) || IsDecided(slot, digest);
        if (!isByLeader || !HoldJustification(peer, reseal.Justification)) return;
        if (_proposals.TryAdd(slot.View, digest)) _reseals[slot.View] = reseal.Justification;
    }

    // The leader's word for its own proposal, whichever of the two kinds it was; null where only the vote is left of it.
    private ConsensusMessage? ProposalOf(Block block, Vote vote)
    {
        if (block.Header.View == vote.Slot.View) return new ConsensusMessage.Propose(block, vote);
        return _reseals.TryGetValue(vote.Slot.View, out Justification? justification) ? new ConsensusMessage.Reseal(justification, vote) : null;
    }

    // ---- the next epoch ----

    // Before the seal is recorded: what this validator did not sign in the next epoch must not be forgotten between two writes.
    private void RememberEntering(ValidatorSet next)
    {
        bool wasReady = _saidReady == next.Hash && !_isFenced;
        if (SignerIn(next).Self is null || !wasReady) return;
        PersistEntered(next.Epoch);
    }

    private void PersistEntered(Epoch epoch)
    {
        LogRecord.Entered entered = new(epoch);
        if (_watermark is { } mark && mark.Slot.CompareTo(entered.Watermark.Slot) >= 0) return;
        _watermark = entered.Watermark;
        _effects.Add(new ConsensusEffect.Persist(entered));
    }

    private void BeginEpoch(Block seal, Certificate finalization)
    {
        Stand(new CertifiedHeader(seal.Header, finalization), seal.Justification.Succession!.Next, seal);
        StandAfterSeal(seal.Header.Time);
        if (_hasStarted) Enter(View.Genesis.Next);
    }

    // A seal without the blocks below it; the floor will be above it at once.
    private void PassOver(Seal seal) => Stand(seal.Certified, seal.Next, null);

    private void Stand(CertifiedHeader seal, ValidatorSet next, Block? block)
    {
        BlockHeader header = seal.Header;
        _past = _past.And(_set, header.Time);
        Turn(next);
        _floor = new Floor(View.Genesis, header.Digest, header.Height, header.Time, block, seal.Finalization);
        _anchor = new EpochAnchor(header.Digest, header.Height);
        ForgetEpoch();
        ForgetOldEvidence();
        _effects.Add(new ConsensusEffect.CancelTimer(ConsensusTimer.Leader));
        _effects.Add(new ConsensusEffect.CancelTimer(ConsensusTimer.Advance));
        _effects.Add(new ConsensusEffect.CancelTimer(ConsensusTimer.Fence));
        // Whoever still votes in the old epoch learns from this that it is over.
        if (block is not null)
        {
            foreach (PeerId peer in _peers) Send(peer, new ConsensusMessage.Tip(seal));
        }

        _view = View.Genesis;
        _isNew = false;
    }

    private void Turn(ValidatorSet set)
    {
        _set = set;
        (_signer, _self) = SignerIn(_set);
        NoteValidatorPeers();
    }

    private void ForgetEpoch()
    {
        _notarizations.Clear();
        _nullifications.Clear();
        _finalizations.Clear();
        _votes.Clear();
        _ownVotes.Clear();
        _blocks.Clear();
        _proposals.Clear();
        _reseals.Clear();
        _heard = new View[_set.Count];
        _claimed.Clear();
        _asked.Clear();
        _howFar.Clear();
        _ready.Clear(0);
        _claimsFrom = _floor.Height;
        _due = null;
        _dueHash = Hash256.Zero;
        _saidReady = null;
        _highestEnded = View.Genesis;
        _highestNotarized = View.Genesis;
        _mayHoldUnchecked = false;
        _votesFrom = View.Genesis;
        _certificateAsked = null;
        _runs.Clear();
        _windows.Clear();
        _syncSince = null;
        _heightsHeard.Clear();
        _isFenced = false;
        _fenceNonce = 0;
    }

    // What is of an earlier epoch is over; its sender learns how far we are. What is of a later one cannot be judged yet: the seals in between are.
    private bool IsOfOtherEpoch(PeerId peer, Epoch epoch)
    {
        if (epoch == _set.Epoch) return false;
        if (epoch.CompareTo(_set.Epoch) > 0) HearOfLaterEpoch(peer, epoch);
        else if (MayServe(peer)) Greet(peer);
        return true;
    }

    // Nobody's word about an epoch is believed; it is a reason to ask for blocks, and a window that came for one to ask for the next.
    private void HearOfLaterEpoch(PeerId peer, Epoch epoch)
    {
        if (epoch.CompareTo(_epochHeard) > 0) _epochHeard = epoch;
        if (!IsSyncing && AsksForSnapshot()) return;
        AskForSeal(peer);
    }

    // Every other time somebody by chance: a liar that speaks of later epochs all day must not be the only one who is asked.
    private void AskForSeal(PeerId hint)
    {
        if (_sealAsked is { } asked && _now - asked.At < _config.Parameters.NetworkDelay * 2) return;
        if (PeerFor(_sealAsks % 2 == 0 && !HasPruned(hint, _floor.Height.Next) ? hint : null) is not { } peer) return;
        _sealAsks++;
        _sealAsked = (peer, _floor.Height.Next, _now);
        Send(peer, new ConsensusMessage.WantChain(_floor.Height.Next));
    }

    private Height? SealAnsweredBy(PeerId peer, Height lowest) =>
        _sealAsked is { } asked && asked.Peer == peer && asked.From <= lowest ? asked.From : null;
}
