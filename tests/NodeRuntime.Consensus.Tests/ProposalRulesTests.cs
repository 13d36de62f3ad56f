using System;
using System.Collections.Generic;
using NodeRuntime.Consensus.Tests.Harness;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus.Tests;

/// <summary>One good block, and rows that each spoil one thing of it and name the verdict.</summary>
public sealed class ProposalRulesTests
{
    private static readonly Bench Bench = new();
    private static readonly Block First = Bench.Block(1);
    private static readonly Block Good = Bench.Block(4, First);

    private static readonly ValidatorSet Next = Bench.SetOf(0, 1, 2, 9);
    private static readonly Succession Succession = new(Next, []);

    private static readonly SortedDictionary<string, (ProposalVerdict Verdict, Func<Block, Block> Spoil)> Rows = new(StringComparer.Ordinal)
    {
        ["nothing"] = (ProposalVerdict.Accepted, static b => b),
        ["chain"] = (ProposalVerdict.WrongChain, static b => b with { Header = b.Header with { Chain = default } }),
        ["epoch"] = (ProposalVerdict.WrongEpoch, static b => b with { Header = b.Header with { Epoch = new Epoch(1) } }),
        ["view 0"] = (ProposalVerdict.ViewIsGenesis, static b => b with { Header = b.Header with { View = View.Genesis } }),
        ["proposer"] = (ProposalVerdict.NotTheLeader,
            static b => b with { Header = b.Header with { Proposer = new ValidatorIndex((ushort)((b.Header.Proposer.Number + 1) % 4)) } }),
        ["body"] = (ProposalVerdict.BodyRootWrong, static b => b with { Transactions = [] }),
        ["evidence root"] = (ProposalVerdict.EvidenceRootWrong, static b => b with { Header = b.Header with { EvidenceRoot = Hash256.Zero } }),
        ["justification"] = (ProposalVerdict.JustificationHashWrong, static b => b with { Justification = Justification.OfGenesis }),
        ["parent view"] = (ProposalVerdict.ParentViewNotEarlier, static b => b with { Header = b.Header with { ParentView = b.Header.View } }),
        ["genesis parent"] = (ProposalVerdict.GenesisParentWrong, static b => b with { Header = b.Header with { ParentView = View.Genesis } }),
        ["no parent certificate"] = (ProposalVerdict.ParentCertificateMissing, static b => With(b, b.Justification with { Parent = null })),
        ["parent nullified"] = (ProposalVerdict.ParentCertificateMissing, static b => With(b, b.Justification with { Parent = Bench.Nullification(1) })),
        ["parent of other block"] = (ProposalVerdict.ParentCertificateForOther,
            static b => With(b, b.Justification with { Parent = Bench.Certificate(1, VoteKind.Notarize, Hash256.Zero) })),
        ["a skip too few"] = (ProposalVerdict.SkipsNotComplete, static b => With(b, b.Justification with { Skips = b.Justification.Skips.RemoveAt(0) })),
        ["a skip twice"] = (ProposalVerdict.SkipsNotComplete,
            static b => With(b, b.Justification with { Skips = [b.Justification.Skips[0], b.Justification.Skips[0]] })),
        ["a skip that finalizes"] = (ProposalVerdict.SkipsNotComplete,
            static b => With(b, b.Justification with { Skips = b.Justification.Skips.SetItem(1, Bench.Certificate(3, VoteKind.Finalize, Hash256.Zero)) })),
        ["a seal"] = (ProposalVerdict.Accepted, static b => Sealing(b, Succession, Next.Hash)),
        ["a seal without a set"] = (ProposalVerdict.SuccessionMissing, static b => Sealing(b, null, Next.Hash)),
        ["a set without a seal"] = (ProposalVerdict.SuccessionMissing, static b => Sealing(b, Succession, null)),
        ["a seal with another set's hash"] = (ProposalVerdict.NextSetWrong, static b => Sealing(b, Succession, Bench.SetOf(0, 1).Hash)),
        ["a seal for the same epoch"] = (ProposalVerdict.NextSetWrong,
            static b => Sealing(b, new Succession(Bench.Genesis.ValidatorSet, []), Bench.Genesis.ValidatorSet.Hash)),
        ["a first block with a certificate"] = (ProposalVerdict.GenesisParentWrong, static _ => With(First, First.Justification with { Parent = Good.Justification.Parent })),
    };

    private static Block Sealing(Block block, Succession? succession, Hash256? hash)
    {
        Block sealing = With(block, block.Justification with { Succession = succession });
        return sealing with { Header = sealing.Header with { NextSetHash = hash } };
    }

    public static TheoryData<string> Names()
    {
        TheoryData<string> names = [];
        foreach (string name in Rows.Keys) names.Add(name);
        return names;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_block_spoiled_in_one_place_gets_its_verdict(string row)
    {
        (ProposalVerdict verdict, Func<Block, Block> spoil) = Rows[row];
        Assert.Equal(verdict, Check(spoil(Good)));
    }

    [Fact]
    public void Of_a_long_row_of_skipped_views_the_youngest_travel()
    {
        Block late = Bench.Block(101, First);
        Assert.Equal(Limits.JustificationSkipsMax, late.Justification.Skips.Length);
        Assert.Equal(100UL, late.Justification.Skips[^1].Slot.View.Number);
        Assert.Equal(ProposalVerdict.Accepted, Check(late));
    }

    [Fact]
    public void The_largest_proposal_fits_in_a_frame()
    {
        // Inside: the parent's certificate and all skips, each of the signatures of 67 of 100 validators.
        int certificate = 100 * (Crypto.Signature.ByteCount + 8);
        // A seal adds the next set, 80 bytes for each member, and the readiness of a quorum of it.
        int succession = certificate + (100 * 80);
        Assert.True(Limits.BlockBytesMax + ((Limits.JustificationSkipsMax + 1) * certificate) + succession < Limits.FrameBytesMax);
    }

    private static ProposalVerdict Check(Block block) => ProposalRules.Check(
        block, Bench.Genesis.ChainId, Bench.Genesis.ValidatorSet, PastEpochs.None, EpochAnchor.OfGenesis(Bench.Genesis.ChainId), Bench.Genesis.Parameters);

    private static Block With(Block block, Justification justification) =>
        block with { Header = block.Header with { JustificationHash = justification.Hash }, Justification = justification };
}
