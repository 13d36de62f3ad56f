using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Consensus;

// R2 PROPOSE: the leader builds on the highest notarized block that it can reach over nullified views alone. Where it
// cannot reach one it nullifies at once, so that its peers need not wait. The proposal is the leader's notarize vote.
public sealed partial class ConsensusMachine
{
    private bool Propose()
    {
        if (_buildAsked || !Leads(_view) || _isFenced) return false;
        if (HasOwn(VoteKind.Notarize) || HasOwn(VoteKind.Finalize)) return false;
        if (FindParent() is not { } parent)
        {
            // A body that is only late is worth waiting for; a missing certificate is not.
            if (WaitsForBody()) return false;
            Nullify();
            return HasOwn(VoteKind.Finalize);
        }

        Duration interval = _isPending ? _config.Parameters.BlockIntervalMin : _config.Parameters.BlockIntervalIdle;
        Instant earliest = parent.Time + interval;
        if (_now < earliest)
        {
            // A parent from a fast clock must not hold this view up beyond its own pace.
            Duration wait = earliest - _now < interval ? earliest - _now : interval;
            _effects.Add(new ConsensusEffect.SetTimer(ConsensusTimer.Build, wait));
            if (_waitedFor == _view && earliest - _now > interval) return AskToBuild(parent);
            _waitedFor = _view;
            return false;
        }

        return AskToBuild(parent);
    }

    private View _waitedFor;

    private bool AskToBuild(ParentBlock parent)
    {
        Instant soonest = parent.Time + Duration.FromMilliseconds(1);
        Instant time = Instant.FromMilliseconds((_now > soonest ? _now : soonest).Milliseconds);
        _buildAsked = true;
        _effects.Add(new ConsensusEffect.CancelTimer(ConsensusTimer.Build));
        _effects.Add(new ConsensusEffect.Build(_view, parent.Digest, time));
        return true;
    }

    private void Built(ConsensusInput.Built built)
    {
        if (built.View != _view || !_buildAsked || HasOwn(VoteKind.Notarize) || HasOwn(VoteKind.Finalize)) return;
        if (FindParent() is not { } parent || parent.Digest != built.Parent)
        {
            _buildAsked = false;
            return;
        }

        Invariant.Holds(_self is not null);
        Justification justification = Justify(parent);
        BlockHeader header = new()
        {
            Chain = _config.Chain,
            Epoch = _config.Validators.Epoch,
            View = _view,
            Height = parent.Height.Next,
            ParentView = parent.View,
            ParentDigest = parent.Digest,
            JustificationHash = justification.Hash,
            BodyRoot = MerkleTree.Root(built.Transactions),
            ParentStateRoot = built.ParentStateRoot,
            Time = built.Time,
            Proposer = _self.Value,
            Participation = Participation(),
            EvidenceRoot = MerkleTree.EmptyRoot,
        };
        Block block = new(header, justification, built.Transactions);
        Hash256 digest = header.Digest;
        // From here it is a proposal like any other: the ledger is asked about it, which also tells it the digest that
        // children will name, and R3 votes for it; the leader's vote leaves together with the block.
        _proposals[_view] = digest;
        Keep(block, digest);
    }

    // Walks down from the view before ours: over nullified views, to a notarized block whose body is accepted, or the floor.
    private ParentBlock? FindParent()
    {
        for (ulong number = _view.Number - 1; number > _floor.View.Number; number--)
        {
            View view = new(number);
            if (_notarizations.TryGetValue(view, out Verified<Certificate>? notarization)
                && _blocks.TryGetValue(notarization.Value.Value!.Value, out Candidate? candidate)
                && candidate.State == CandidateState.Accepted && ReachesFloor(candidate))
            {
                return new ParentBlock(view, candidate.Digest, candidate.Block.Header.Height, candidate.Block.Header.Time, notarization.Value);
            }

            if (!_nullifications.ContainsKey(view)) return null;
        }

        return new ParentBlock(_floor.View, _floor.Digest, _floor.Height, _floor.Time, _floor.Finalization);
    }

    private bool WaitsForBody()
    {
        View before = new(_view.Number - 1);
        if (_finalizations.ContainsKey(before)) return true;
        return _notarizations.TryGetValue(before, out Verified<Certificate>? held)
            && (!_blocks.TryGetValue(held.Value.Value!.Value, out Candidate? candidate) || candidate.State != CandidateState.Refused);
    }

    private Justification Justify(ParentBlock parent)
    {
        ImmutableArray<Certificate>.Builder skips = ImmutableArray.CreateBuilder<Certificate>();
        for (ulong number = parent.View.Number + 1; number < _view.Number; number++)
        {
            skips.Add(_nullifications[new View(number)].Value);
        }

        return new Justification(parent.Certificate, skips.ToImmutable());
    }

    // One bit per validator that was heard in the last rotation.
    private ImmutableArray<byte> Participation()
    {
        byte[] bits = new byte[(_config.Validators.Count + 7) / 8];
        foreach ((ValidatorIndex index, View last) in _heard)
        {
            if (last.Number + (ulong)_config.Validators.Count >= _view.Number) bits[index.Number / 8] |= (byte)(1 << (index.Number % 8));
        }

        return [.. bits];
    }

    private sealed record ParentBlock(View View, Hash256 Digest, Height Height, Instant Time, Certificate? Certificate);
}
