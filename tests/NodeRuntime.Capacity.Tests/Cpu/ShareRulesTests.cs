using System;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Tests.Cpu;

public sealed class ShareRulesTests
{
    private static readonly SliceScenario Honest = new();

    public static TheoryData<ShareCommitmentVerdict, ShareCommitment> Commitments => new()
    {
        { ShareCommitmentVerdict.Accepted, Honest.Commitment },
        { ShareCommitmentVerdict.Accepted, Honest.Commitment with { Found = ShareSum.Empty } },
        { ShareCommitmentVerdict.WrongOwner, Honest.Commitment with { Owner = new PeerId(Hasher.Sha256("thief"u8)) } },
        { ShareCommitmentVerdict.WrongSlice, Honest.Commitment with { Slice = new SliceNumber(76) } },
        { ShareCommitmentVerdict.WrongKind, Honest.Commitment with { Kind = WorkKind.AesRoMix } },
        { ShareCommitmentVerdict.WrongUnits, Honest.Commitment with { Units = 3 } },
        { ShareCommitmentVerdict.TooManyShares, Honest.Commitment with { Found = new ShareSum(129, Hasher.Sha256([1])) } },
        { ShareCommitmentVerdict.RootWrong, Honest.Commitment with { Found = new ShareSum(0, Hasher.Sha256([1])) } },
        { ShareCommitmentVerdict.RootWrong, Honest.Commitment with { Found = new ShareSum(1, Hash256.Zero) } },
    };

    public static TheoryData<ShareOpeningVerdict, ShareOpening> Openings
    {
        get
        {
            ShareOpening good = Honest.Opening;
            ImmutableArray<ShareProof> shares = good.Shares;
            ShareProof first = shares[0];
            ShareProof undrawn = Enumerable.Range(0, Honest.Shares.Length).Select(rank => Honest.Tree.Prove((uint)rank))
                .First(proof => proof.Share.Place > shares[2].Share.Place && proof.Share != shares[3].Share);
            ImmutableArray<ShareSum> impossible = first.Siblings.SetItem(0, new ShareSum(2, Hasher.Sha256([1])));
            return new()
            {
                { ShareOpeningVerdict.Accepted, good },
                { ShareOpeningVerdict.WrongCommitment, good with { Commitment = Hasher.Sha256([1]) } },
                { ShareOpeningVerdict.CountWrong, good with { Shares = shares[..3] } },
                { ShareOpeningVerdict.CountWrong, good with { Shares = [.. shares, first] } },
                { ShareOpeningVerdict.DepthWrong, Put(good, 0, first with { Siblings = first.Siblings[1..] }) },
                { ShareOpeningVerdict.UnitForeign, Put(good, 0, first with { Share = first.Share with { Place = 128 } }) },
                { ShareOpeningVerdict.OffsetOutOfRange, Put(good, 0, first with { Share = first.Share with { Offset = 300 } }) },
                { ShareOpeningVerdict.Duplicate, Put(good, 1, first) },
                { ShareOpeningVerdict.NotDrawn, good with { Shares = [shares[1], shares[0], shares[2], shares[3]] } },
                { ShareOpeningVerdict.SumImpossible, Put(good, 0, first with { Siblings = impossible }) },
                { ShareOpeningVerdict.RootMismatch, Put(good, 0, first with { Share = first.Share with { Offset = (ushort)((first.Share.Offset + 1) % 300) } }) },
                { ShareOpeningVerdict.NotDrawn, Put(good, 3, undrawn) },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Commitments))]
    public void A_commitment_is_judged_by_name(ShareCommitmentVerdict verdict, ShareCommitment commitment) =>
        Assert.Equal(verdict, ShareRules.CheckCommitment(Honest.Duty, commitment, Honest.Duty.Deadline));

    [Fact]
    public void A_commitment_behind_its_deadline_is_late() => Assert.Equal(
        ShareCommitmentVerdict.Late,
        ShareRules.CheckCommitment(Honest.Duty, Honest.Commitment, Honest.Duty.Deadline + new Duration(1)));

    [Theory]
    [MemberData(nameof(Openings))]
    public void An_opening_is_judged_by_name(ShareOpeningVerdict verdict, ShareOpening opening) => Assert.Equal(verdict, Honest.Check(opening).Verdict);

    [Fact]
    public void Shares_that_fall_back_are_unsorted()
    {
        // The drawn ones in front are right, so that nothing but the order is wrong.
        ShareOpening good = Honest.Opening;
        ShareProof earlier = Honest.Tree.Prove(0);
        Assert.True(earlier.Share.Place < good.Shares[0].Share.Place, "the scenario's beacon draws the first share");
        Assert.Equal(new ShareOpeningOutcome(ShareOpeningVerdict.Unsorted, 1), Honest.Check(Put(good, 1, earlier)));
    }

    [Fact]
    public void An_honest_opening_costs_a_verifier_as_many_hashes_as_shares_are_opened()
    {
        ShaWork work = new(Honest.Duty.Key);
        Assert.Equal(
            new ShareOpeningOutcome(ShareOpeningVerdict.Accepted),
            ShareRules.CheckOpening(Honest.Duty, Honest.Commitment, Honest.Opening, Honest.NextBeacon, work));
        Assert.Equal(4, work.Count);
    }

    [Fact]
    public void A_malformed_opening_costs_no_hash()
    {
        ShaWork work = new(Honest.Duty.Key);
        ShareOpening bad = Honest.Opening with { Shares = Honest.Opening.Shares.SetItem(3, Honest.Opening.Shares[0]) };
        ShareRules.CheckOpening(Honest.Duty, Honest.Commitment, bad, Honest.NextBeacon, work);
        Assert.Equal(0, work.Count);
    }

    [Fact]
    public void Another_beacon_or_another_key_does_not_accept_it()
    {
        ShareOpening opening = Honest.Opening;
        ShareOpeningOutcome replayed = ShareRules.CheckOpening(Honest.Duty, Honest.Commitment, opening, Hasher.Sha256("later"u8), Honest.Work);
        Assert.Equal(ShareOpeningVerdict.NotDrawn, replayed.Verdict);
        ShaWork otherKey = new(Hasher.Sha256("other day"u8));
        Assert.Equal(
            ShareOpeningVerdict.MissesTarget,
            ShareRules.CheckOpening(Honest.Duty, Honest.Commitment, opening, Honest.NextBeacon, otherKey).Verdict);
        SliceDuty otherPeer = Honest.Duty with { Owner = new PeerId(Hasher.Sha256("thief"u8)) };
        Assert.Equal(
            ShareOpeningVerdict.MissesTarget,
            ShareRules.CheckOpening(otherPeer, Honest.Commitment, opening, Honest.NextBeacon, Honest.Work).Verdict);
    }

    [Fact]
    public void A_forged_share_that_is_opened_convicts_and_an_honest_one_never()
    {
        // All of the buckets claimed, most of them with a nonce that is none.
        ImmutableArray<Share> forged = [.. Enumerable.Range(0, 128).Select(static place => new Share((uint)place, 5))];
        ShareTree tree = new(forged, Honest.Parameters.TreeDepth);
        ShareCommitment commitment = Honest.CommitTo(tree);
        Assert.Equal(ShareCommitmentVerdict.Accepted, ShareRules.CheckCommitment(Honest.Duty, commitment, Honest.Duty.Deadline));
        ShareOpening opening = ShareRules.Open(Honest.Parameters, commitment, tree, Honest.NextBeacon);
        ShareOpeningOutcome outcome = ShareRules.CheckOpening(Honest.Duty, commitment, opening, Honest.NextBeacon, Honest.Work);
        Assert.Equal(ShareOpeningVerdict.MissesTarget, outcome.Verdict);

        ShareFault fault = new(commitment, opening.Shares[outcome.Index!.Value]);
        Assert.Equal(ShareFaultVerdict.Accepted, ShareRules.CheckFault(Honest.Duty, fault, Honest.Work));
        Assert.Equal(
            ShareFaultVerdict.WrongOwner,
            ShareRules.CheckFault(Honest.Duty with { Owner = new PeerId(Hasher.Sha256("thief"u8)) }, fault, Honest.Work));
        Assert.Equal(
            ShareFaultVerdict.WrongSlice, ShareRules.CheckFault(Honest.Duty with { Slice = new SliceNumber(78) }, fault, Honest.Work));
        foreach (ShareProof good in Honest.Opening.Shares)
        {
            Assert.Equal(ShareFaultVerdict.HitsTarget, ShareRules.CheckFault(Honest.Duty, new ShareFault(Honest.Commitment, good), Honest.Work));
            ShareProof another = good with { Share = good.Share with { Offset = 7 } };
            Assert.Equal(ShareFaultVerdict.NotCommitted, ShareRules.CheckFault(Honest.Duty, new ShareFault(Honest.Commitment, another), Honest.Work));
            ShareProof lengthened = good with { Siblings = [.. good.Siblings, ShareSum.Empty] };
            Assert.Equal(ShareFaultVerdict.NotCommitted, ShareRules.CheckFault(Honest.Duty, new ShareFault(Honest.Commitment, lengthened), Honest.Work));
        }
    }

    [Fact]
    public void A_share_in_a_foreign_unit_convicts_too()
    {
        ShareTree tree = new([new Share(200, 1)], Honest.Parameters.TreeDepth);
        ShareFault fault = new(Honest.CommitTo(tree), tree.Prove(0));
        Assert.Equal(ShareFaultVerdict.Accepted, ShareRules.CheckFault(Honest.Duty, fault, Honest.Work));
    }

    [Fact]
    public void A_sum_that_is_too_large_cannot_be_opened_at_its_ranks()
    {
        // One share, and a sibling that claims a thousand behind it without having them.
        Share share = Honest.Shares[0];
        ShareTree tree = new([share], Honest.Parameters.TreeDepth);
        ImmutableArray<ShareSum> siblings = tree.Prove(0).Siblings.SetItem(Honest.Parameters.TreeDepth - 1, new ShareSum(100, Hasher.Sha256("nothing"u8)));
        ShareProof proof = new(share, siblings);
        ShareCommitment commitment = Honest.Commitment with { Found = proof.Walk()!.Value.Root };
        Assert.Equal(101u, commitment.Found.Count);
        ImmutableArray<uint> drawn = ShareRules.Drawn(Honest.Parameters, commitment, Honest.NextBeacon);
        Assert.DoesNotContain(0u, drawn);
        ShareOpening opening = new(commitment.Digest, [proof, .. Honest.Opening.Shares[1..]]);
        Assert.Equal(
            ShareOpeningVerdict.NotDrawn,
            ShareRules.CheckOpening(Honest.Duty, commitment, opening, Honest.NextBeacon, Honest.Work).Verdict);
    }

    private static ShareOpening Put(ShareOpening opening, int index, ShareProof proof) => opening with { Shares = opening.Shares.SetItem(index, proof) };
}
