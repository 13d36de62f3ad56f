using System.Collections.Generic;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

// FENCE (lines 33 and 34): a key whose past is unknown stays silent. Either the disk lost its watermark, or somebody shows
// us a signature of ours that we do not remember: an old backup was put back, or the key runs twice. The way on: ask the
// other validators which view they are in. Had we signed in view w, then a quorum had ended view w-1, and any answers of
// weight 2F+1 (not counting us) include an honest one of that quorum, which is in view w-1 or later. So with V the highest
// view among the answers, w <= V+1, and every view above is safe. A view is proven by the certificate that ended the one
// before, so that no liar can send us to the end of time. Where more than F weight is fenced at once the chain stands
// still, by design: people decide.
public sealed partial class ConsensusMachine
{
    private readonly SortedDictionary<ValidatorIndex, View> _howFar = [];
    private bool _isFenced;
    private bool _isNew;
    private View _votesFrom;
    private ulong _fenceNonce;
    private Instant _listensUntil;

    // A backup looks like any other disk, and an emptied one like a new one. Peers greet a started validator with their tips and
    // views. A signature of ours that the disk does not know raises the fence; so does, for a disk on which nothing was ever signed,
    // any certificate: the chain has begun, and who knows what we said in it. So the first word after a start is theirs.
    private void ListenBeforeVoting()
    {
        if (_self is null || _set.Count == 1) return;
        Duration time = _config.Parameters.NetworkDelay * 2;
        _listensUntil = _now + time;
        _effects.Add(new ConsensusEffect.SetTimer(ConsensusTimer.Fence, time));
    }

    private void NoteThatChainHasBegun()
    {
        if (_isNew && _now < _listensUntil) RaiseFence();
    }

    private void RaiseFence()
    {
        if (_isFenced || !_config.FencesOnForeignVotes) return;
        _isFenced = true;
        _howFar.Clear();
        _effects.Add(new ConsensusEffect.Persist(new LogRecord.Fence(_set.Epoch, _view.Number == 0 ? _view.Next : _view, null)));
        if (_hasStarted) AskHowFar();
    }

    // The log forgets what lies below the floor; a fence that still stands must outlive that.
    private void RepeatFence()
    {
        if (_isFenced) _effects.Add(new ConsensusEffect.Persist(new LogRecord.Fence(_set.Epoch, _floor.View.Next, null)));
    }

    // Above the floor every vote of ours is remembered: one that is not is not ours.
    private void NoteForeign(VoteSlot slot, Hash256? value)
    {
        if (slot.View <= _floor.View || slot.View < _votesFrom) return;
        if (_ownVotes.TryGetValue(slot, out Verified<Vote>? own) && own.Value.Value == value) return;
        RaiseFence();
    }

    private void NoteForeign(Certificate certificate)
    {
        foreach (CertificateSigner signer in certificate.Signers)
        {
            if (signer.Index == _self) NoteForeign(certificate.Slot, certificate.Value);
        }
    }

    private void AskHowFar()
    {
        if (_fenceNonce == 0) _fenceNonce = _config.Prng.NextUInt64() | 1;
        Broadcast(new ConsensusMessage.FenceQuestion(_fenceNonce));
        _effects.Add(new ConsensusEffect.SetTimer(ConsensusTimer.Fence, _config.Parameters.NetworkDelay * 4));
    }

    // A fenced validator may have lost its own view, so its word would prove nothing.
    private void AnswerHowFar(PeerId peer, ulong nonce)
    {
        if (_self is null || _isFenced || !MayServe(peer)) return;
        Send(peer, new ConsensusMessage.FenceAnswer(nonce, HighestCertificate()));
    }

    private void HearHowFar(PeerId peer, ConsensusMessage.FenceAnswer answer)
    {
        if (!_isFenced || answer.Nonce != _fenceNonce || ValidatorAt(peer) is not { } validator || validator == _self) return;
        // Below the floor nothing is verified, nor needed: our own floor proves more.
        if (answer.Highest is { } certificate && !Hold(peer, certificate)) return;
        // Who has not come into this epoch has ended no view of it.
        View view = answer.Highest is { } highest && highest.Slot.Epoch == _set.Epoch ? highest.Slot.View.Next : View.Genesis.Next;
        if (!_howFar.TryGetValue(validator, out View before) || before < view) _howFar[validator] = view;
        ulong weight = 0;
        View furthest = _view;
        foreach ((ValidatorIndex index, View reached) in _howFar)
        {
            weight += _set[index].Weight;
            if (reached > furthest) furthest = reached;
        }

        if (weight <= 2 * _set.FaultyWeightMax) return;
        _votesFrom = furthest.Next.Next;
        _isFenced = false;
        _fenceNonce = 0;
        _effects.Add(new ConsensusEffect.CancelTimer(ConsensusTimer.Fence));
        _effects.Add(new ConsensusEffect.Persist(new LogRecord.Fence(_set.Epoch, _view, _votesFrom)));
        PersistEntered(_set.Epoch);
    }

    private Certificate? HighestCertificate()
    {
        Certificate? highest = _floor.Finalization;
        foreach (SortedDictionary<View, Verified<Certificate>> shelf in new[] { _notarizations, _nullifications, _finalizations })
        {
            foreach (Verified<Certificate> held in shelf.Values)
            {
                if (highest is null || held.Value.Slot.CompareTo(highest.Slot) > 0) highest = held.Value;
            }
        }

        return highest;
    }

    private ValidatorIndex? ValidatorAt(PeerId peer)
    {
        if (!_validatorPeers.Contains(peer)) return null;
        for (int i = 0; i < _set.Count; i++)
        {
            if (_set.Members[i].Peer == peer) return new ValidatorIndex((ushort)i);
        }

        return null;
    }
}
