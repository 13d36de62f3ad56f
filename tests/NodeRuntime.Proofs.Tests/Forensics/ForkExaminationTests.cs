using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Forensics;

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

    [Theory]
    [InlineData("nothing", ForkVerdict.NoCommonHeight)]
    [InlineData("no height in common", ForkVerdict.NoCommonHeight)]
    [InlineData("another chain", ForkVerdict.WrongChain)]
    [InlineData("another epoch", ForkVerdict.WrongChain)]
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

    private ForkReport Run(ImmutableArray<ChainLink> first, ImmutableArray<ChainLink> second) =>
        ForkExamination.Run(_scenario.Chain, _scenario.Genesis.ValidatorSet, FakeSignatures.Instance, first, second);
}
