using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Forensics;
using NodeRuntime.Proofs.Light;
using ForkVerdict = NodeRuntime.Proofs.Forensics.ForkVerdict;

namespace NodeRuntime.Proofs.Tests.Forensics;

/// <summary>Every way in which two chains can contradict each other, and every way in which their data can be bad.</summary>
public sealed class ForkExaminationTests
{
    private readonly ForkScenario _scenario = new(static name => FakeSignatures.SignerOf(name));

    [Theory]
    [InlineData("two finalizations of one view", EvidenceFault.DoubleFinalize)]
    [InlineData("a nullification", EvidenceFault.DoubleFinalize)]
    [InlineData("a notarization", EvidenceFault.Mismatch)]
    public void A_fork_names_the_two_who_signed_both_sides_and_nobody_else(string way, EvidenceFault fault)
    {
        foreach (bool isTurned in (bool[])[false, true])
        {
            ImmutableArray<ChainLink> second = _scenario.Second(way);
            ForkReport report = isTurned ? Run(second, _scenario.First) : Run(_scenario.First, second);
            Assert.Equal(ForkVerdict.Attributed, report.Verdict);
            Assert.Equal(new Height(1), report.Height);
            Assert.Equal([0, 1], report.Culprits.Select(static culprit => (int)culprit.Validator.Number));
            Assert.All(report.Culprits, culprit => Assert.Equal(fault, culprit.Evidence.Fault));
            Assert.All(report.Culprits, culprit => Assert.Equal(
                EvidenceVerdict.Accepted,
                EvidenceRules.Check(culprit.Evidence, _scenario.Chain, _scenario.Genesis.ValidatorSet, FakeSignatures.Instance, out _)));
            Assert.Equal((2ul, 4ul, 1ul), (report.Weight, report.TotalWeight, report.FaultyWeightMax));
            Assert.Empty(report.Reason);
        }
    }

    [Theory]
    [InlineData("a skip that did not travel", "more views were skipped")]
    [InlineData("a nullification that nobody signed", "signatures that do not hold")]
    public void Where_data_is_missing_or_made_up_nobody_is_named_and_the_reason_is(string way, string reason)
    {
        ForkReport report = Run(_scenario.First, _scenario.Second(way));
        Assert.Equal(ForkVerdict.NotAttributed, report.Verdict);
        Assert.Empty(report.Culprits);
        Assert.Contains(reason, report.Reason, System.StringComparison.Ordinal);
    }

    [Fact]
    public void A_chain_agrees_with_itself_and_with_its_beginning()
    {
        ForkReport report = Run(_scenario.First, [_scenario.Common]);
        Assert.Equal(ForkVerdict.Agree, report.Verdict);
        Assert.Equal(new Height(1), report.Height);
        Assert.Equal(new Height(2), report.FirstTip!.Height);
        Assert.Equal(ForkVerdict.Agree, Run(_scenario.First, _scenario.First).Verdict);
        // A peer that has forgotten the beginning.
        Assert.Equal(ForkVerdict.Agree, Run(_scenario.First, _scenario.First[1..]).Verdict);
    }

    [Fact]
    public void Two_ends_of_a_fork_convict_without_what_lies_below() =>
        Assert.Equal(ForkVerdict.Attributed, Run(_scenario.First[1..], _scenario.Second("a nullification")[1..]).Verdict);

    [Fact]
    public void A_fork_behind_a_seal_names_validators_of_the_epoch_that_forked()
    {
        ChainLink one = _scenario.Link(1, Seal, ForkScenario.One, []);
        ChainLink other = _scenario.Link(2, Seal, ForkScenario.Other, [_scenario.Certificate(1, VoteKind.Finalize, null, ForkScenario.Other, epoch: 1)]);
        AssertNames(Run([_scenario.Common, Seal, one], [_scenario.Common, Seal, other]), epoch: 1, common: 2);
        // Whose disk begins later needs the seals below.
        AssertNames(Run([_scenario.Common, Seal, one], [other], others: [ForkScenario.SealOf(Seal)]), epoch: 1, common: 0);
        ForkReport lost = Run([_scenario.Common, Seal, one], [other], others: []);
        Assert.Equal((ForkVerdict.SealMissing, 2), (lost.Verdict, lost.Chain));
    }

    [Fact]
    public void A_fork_below_a_seal_names_validators_of_the_old_epoch_however_far_the_new_one_went()
    {
        ChainLink seal = _scenario.Seal(3, _scenario.Common, ForkScenario.Other, [_scenario.Certificate(2, VoteKind.Finalize, null, ForkScenario.Other)]);
        ChainLink next = _scenario.Link(1, seal, ForkScenario.One, []);
        ChainLink last = _scenario.Seal(2, next, ForkScenario.One, []);
        ImmutableArray<ChainLink> second = [_scenario.Common, seal, next, last, _scenario.Link(1, last, ForkScenario.One, [])];
        AssertNames(Run(_scenario.First, second), epoch: 0, common: 1);
        AssertNames(Run(second, _scenario.First), epoch: 0, common: 1);
    }

    [Fact]
    public void Two_seals_of_one_view_convict_where_the_blocks_below_are_gone()
    {
        ChainLink one = Seal;
        ChainLink other = _scenario.Seal(2, _scenario.Common, ForkScenario.Other, [], weight: 2);
        ForkReport report = Run(
            [_scenario.Link(1, one, ForkScenario.One, [])], [_scenario.Link(1, other, ForkScenario.One, [])],
            [ForkScenario.SealOf(one)], [ForkScenario.SealOf(other)]);
        AssertNames(report, epoch: 0, common: 0);
    }

    [Fact]
    public void A_seal_that_is_final_in_a_later_view_is_final_and_chains_across_it_agree()
    {
        ChainLink seal = _scenario.Seal(2, _scenario.Common, ForkScenario.One, [], decidedIn: 4);
        ChainLink next = _scenario.Link(1, seal, ForkScenario.One, []);
        ForkReport report = Run([_scenario.Common, seal, next], [_scenario.Common, seal]);
        Assert.Equal((ForkVerdict.Agree, new Epoch(1), new Height(2)), (report.Verdict, report.Epoch, report.Height));
        // What contradicts its finalization does not lie in the chains: why it was voted on again is not stored.
        ForkReport open = Run([_scenario.Common, seal], _scenario.First);
        Assert.Equal(ForkVerdict.NotAttributed, open.Verdict);
        Assert.Contains("a seal was voted on again", open.Reason, System.StringComparison.Ordinal);
    }

    private void AssertNames(ForkReport report, uint epoch, ulong common)
    {
        Assert.Equal((ForkVerdict.Attributed, new Epoch(epoch), new Height(common)), (report.Verdict, report.Epoch, report.Height));
        Assert.Equal([0, 1], report.Culprits.Select(static culprit => (int)culprit.Validator.Number));
        ValidatorSet set = _scenario.SetOf(epoch);
        Assert.All(report.Culprits, culprit => Assert.Equal(
            (EvidenceVerdict.Accepted, set[culprit.Validator].Key),
            (EvidenceRules.Check(culprit.Evidence, _scenario.Chain, set, FakeSignatures.Instance, out _), culprit.Key)));
    }

    [Theory]
    [InlineData("nothing", ForkVerdict.NoCommonHeight)]
    [InlineData("no height in common", ForkVerdict.NoCommonHeight)]
    [InlineData("another chain", ForkVerdict.WrongChain)]
    [InlineData("another epoch", ForkVerdict.SealMissing)]
    [InlineData("a seal without its set", ForkVerdict.SealWrong)]
    [InlineData("a seal of too few", ForkVerdict.SealWrong)]
    [InlineData("a seal that is not final", ForkVerdict.NotFinal)]
    [InlineData("a set without a seal", ForkVerdict.SealWrong)]
    [InlineData("the old set behind a seal", ForkVerdict.CertificateWrong)]
    [InlineData("no new epoch behind a seal", ForkVerdict.SealMissing)]
    [InlineData("a gap", ForkVerdict.LinkBroken)]
    [InlineData("a first block on nothing", ForkVerdict.LinkBroken)]
    [InlineData("a block twice", ForkVerdict.LinkBroken)]
    [InlineData("another justification", ForkVerdict.JustificationWrong)]
    [InlineData("no certificate at the end", ForkVerdict.NotFinal)]
    [InlineData("a certificate of another block", ForkVerdict.NotFinal)]
    [InlineData("a notarization for a finalization", ForkVerdict.NotFinal)]
    [InlineData("too few signers", ForkVerdict.CertificateWrong)]
    [InlineData("a wrong signature", ForkVerdict.CertificateWrong)]
    public void Bad_data_has_its_verdict_on_either_side(string defect, ForkVerdict verdict)
    {
        ImmutableArray<ChainLink> bad = Spoil(defect);
        ForkReport report = Run(_scenario.First, bad);
        Assert.Equal(verdict, report.Verdict);
        Assert.Equal(verdict, Run(bad, _scenario.First).Verdict);
        Assert.Empty(report.Culprits);
        if (defect != "no height in common") Assert.Equal(2, report.Chain);
    }

    [Fact]
    public void A_chain_file_holds_the_genesis_and_refuses_anything_else()
    {
        byte[] bytes = new ChainFileHead(_scenario.Genesis).Encode();
        Assert.True(ChainFileHead.TryDecode(bytes, out ChainFileHead? head));
        Assert.Equal(_scenario.Chain, head!.Genesis.ChainId);
        Assert.False(ChainFileHead.TryDecode(_scenario.Common.Encode(), out _));
        Assert.False(ChainLink.TryDecode(bytes, out _));
    }

    private ImmutableArray<ChainLink> Spoil(string defect)
    {
        ChainLink common = _scenario.Common;
        ChainLink tip = _scenario.First[1];
        ForkScenario elsewhere = new(static name => FakeSignatures.SignerOf("another " + name));
        return defect switch
        {
            "nothing" => [],
            "no height in common" => [_scenario.Link(9, _scenario.Link(8, tip, ForkScenario.One, []), ForkScenario.One, [])],
            "another chain" => [elsewhere.Common],
            "another epoch" => [common with { Header = common.Header with { Epoch = new Epoch(1) } }],
            "a seal without its set" => [common, With(Seal, Seal.Justification with { Succession = null })],
            "a seal of too few" => [common, Seal with { Finalization = _scenario.Certificate(2, VoteKind.Finalize, Seal.Header.Digest, [0, 1]) }],
            "a seal that is not final" => [common, Seal with { Finalization = null }, _scenario.Link(1, Seal, ForkScenario.One, [])],
            "a set without a seal" => [common, With(tip, tip.Justification with { Succession = Seal.Justification.Succession })],
            "the old set behind a seal" => [common, Seal, OldSet(_scenario.Link(1, Seal, ForkScenario.One, []))],
            "no new epoch behind a seal" => [common, Seal, _scenario.Link(3, Seal with { Header = Seal.Header with { NextSetHash = null } }, ForkScenario.One, [])],
            "a gap" => [common, _scenario.Link(4, _scenario.Link(3, tip, ForkScenario.One, []), ForkScenario.One, [])],
            "a first block on nothing" => [common with { Header = common.Header with { ParentDigest = Hash256.Zero } }],
            "a block twice" => [common, common],
            "another justification" => [common, tip with { Justification = Justification.OfGenesis }],
            "no certificate at the end" => [common, tip with { Finalization = null }],
            "a certificate of another block" => [common, tip with { Finalization = common.Finalization }],
            "a notarization for a finalization" =>
                [common, tip with { Finalization = _scenario.Certificate(2, VoteKind.Notarize, tip.Header.Digest, ForkScenario.One) }],
            "too few signers" => [common, tip with { Finalization = _scenario.Certificate(2, VoteKind.Finalize, tip.Header.Digest, [0, 1]) }],
            "a wrong signature" => [common, tip with { Finalization = _scenario.Certificate(2, VoteKind.Finalize, Hash256.Zero, ForkScenario.One) with { Value = tip.Header.Digest } }],
            _ => throw new System.ArgumentException(defect, nameof(defect)),
        };
    }

    private ChainLink Seal => _scenario.Seal(2, _scenario.Common, ForkScenario.One, []);

    private ChainLink With(ChainLink link, Justification justification)
    {
        BlockHeader header = link.Header with { JustificationHash = justification.Hash };
        return new ChainLink(header, justification, _scenario.Certificate(header.View.Number, VoteKind.Finalize, header.Digest, ForkScenario.One));
    }

    private ChainLink OldSet(ChainLink link)
    {
        Certificate own = link.Finalization!;
        Certificate old = _scenario.Certificate(own.Slot.View.Number, VoteKind.Finalize, own.Value, ForkScenario.One, epoch: 2);
        return link with { Finalization = own with { Signers = old.Signers } };
    }

    private ForkReport Run(ImmutableArray<ChainLink> first, ImmutableArray<ChainLink> second, ImmutableArray<Seal> seals = default, ImmutableArray<Seal>? others = null)
    {
        seals = seals.IsDefault ? [] : seals;
        return ForkExamination.Run(
            _scenario.Chain, _scenario.Genesis.ValidatorSet, FakeSignatures.Instance, new ChainExtract(seals, first), new ChainExtract(others ?? seals, second));
    }
}
