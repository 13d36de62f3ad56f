using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Consensus;

// R2 PROPOSE: the leader builds on the highest notarized block that it can reach over nullified views alone. Where it
// cannot reach one it nullifies at once, so that its peers need not wait. The proposal is the leader's notarize vote. A seal has no
// children in its epoch: it is put to the vote again (R12).
public sealed partial class ConsensusMachine
{
    private bool Propose()
    {
        if (_buildAsked || _leader != _self || !MayVote()) return false;
        if (HasOwn(VoteKind.Notarize) || HasOwn(VoteKind.Finalize)) return false;
        if (FindParent(out bool isBodyMissing) is not { } parent)
        {
            // A body that is only late is worth waiting for; a missing certificate is not, but the next time that we lead we want to have it.
            if (!isBodyMissing) AskForHole();
            if (isBodyMissing || !MayHurry()) return false;
            Nullify();
            return HasOwn(VoteKind.Finalize);
        }

        if (_buildAt is null)
        {
            // A parent from a fast clock must not hold this view up beyond its own pace.
            Duration interval = BlockInterval();
            Duration wait = parent.Time + interval - _now;
            if (wait > interval) wait = interval;
            _buildAt = _now + wait;
            if (wait > Duration.Zero) _effects.Add(new ConsensusEffect.SetTimer(ConsensusTimer.Build, wait));
        }

        if (_now < _buildAt) return false;
        return parent.IsSeal ? ProposeAgain(parent) : AskToBuild(parent);
    }

    private bool AskToBuild(ParentBlock parent)
    {
        Instant soonest = parent.Time + Duration.FromMilliseconds(1);
        Instant time = Instant.FromMilliseconds((_now > soonest ? _now : soonest).Milliseconds);
        _buildAsked = true;
        _effects.Add(new ConsensusEffect.CancelTimer(ConsensusTimer.Build));
        _effects.Add(new ConsensusEffect.Build(_view, parent.Digest, parent.View, time, EvidenceToPropose(time)));
        return true;
    }

    private void Built(ConsensusInput.Built built)
    {
        if (built.View != _view || !_buildAsked || HasOwn(VoteKind.Notarize) || HasOwn(VoteKind.Finalize)) return;
        if (FindParent(out _) is not { } parent || parent.Digest != built.Parent)
        {
            _buildAsked = false;
            return;
        }

        Invariant.Holds(_self is not null);
        Succession? succession = SuccessionOf(built.Due);
        Justification justification = Justify(parent) with { Succession = succession };
        BlockHeader header = new()
        {
            Chain = _config.Chain,
            Epoch = _set.Epoch,
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
            EvidenceRoot = Evidence.RootOf(built.Evidence),
            NextSetHash = succession?.Next.Hash,
            Reveal = built.Reveal,
            Beacon = built.Beacon,
        };
        Block block = new(header, justification, built.Transactions) { Evidence = built.Evidence };
        Hash256 digest = header.Digest;
        // From here it is a proposal like any other: the ledger is asked about it, which also tells it the digest that
        // children will name, and R3 votes for it; the leader's vote leaves together with the block.
        _proposals[_view] = digest;
        Keep(block, digest);
    }

    // Walks down from the view before ours: over nullified views, to a notarized block whose body is accepted, or the floor.
    private ParentBlock? FindParent(out bool isBodyMissing)
    {
        isBodyMissing = false;
        for (ulong number = _view.Number - 1; number > _floor.View.Number; number--)
        {
            View view = new(number);
            if (_notarizations.TryGetValue(view, out Verified<Certificate>? notarization)
                && _blocks.TryGetValue(notarization.Value.Value!.Value, out Candidate? candidate)
                && candidate.State == CandidateState.Accepted && ReachesFloor(candidate))
            {
                BlockHeader header = candidate.Block.Header;
                return new ParentBlock(view, candidate.Digest, header.Height, header.Time, notarization.Value, header.IsSeal);
            }

            if (_nullifications.ContainsKey(view)) continue;
            isBodyMissing = notarization is not null || _finalizations.ContainsKey(view);
            return null;
        }

        // Genesis and a seal of an epoch that is over need no certificate: who is in this epoch knows them to be final.
        Certificate? certificate = _floor.View == View.Genesis ? null : _floor.Finalization;
        return new ParentBlock(_floor.View, _floor.Digest, _floor.Height, _floor.Time, certificate, IsSeal: false);
    }

    private Justification Justify(ParentBlock parent)
    {
        ImmutableArray<Certificate>.Builder skips = ImmutableArray.CreateBuilder<Certificate>();
        // The youngest ones travel; a voter that lacks an older one pulls it (R3).
        ulong first = parent.View.Number + 1;
        if (_view.Number - first > Limits.JustificationSkipsMax) first = _view.Number - Limits.JustificationSkipsMax;
        for (ulong number = first; number < _view.Number; number++)
        {
            skips.Add(_nullifications[new View(number)].Value);
        }

        return new Justification(parent.Certificate, skips.ToImmutable());
    }

    private sealed record ParentBlock(View View, Hash256 Digest, Height Height, Instant Time, Certificate? Certificate, bool IsSeal);
}
