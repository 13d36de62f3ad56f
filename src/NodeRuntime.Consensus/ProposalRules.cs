using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Consensus;

/// <summary>What can be said of a proposal by its bytes alone, in the order of the checks (lines 06, 07 and 17 of the protocol).</summary>
public enum ProposalVerdict
{
    Accepted,
    WrongChain,
    WrongEpoch,
    ViewIsGenesis,
    NotTheLeader,
    VoteNotForBlock,
    BodyRootWrong,
    EvidenceRootWrong,

    /// <summary>Voters do not follow each other strictly: one is named twice, or order is lost.</summary>
    EvidenceNotInOrder,
    EvidenceTooOld,
    JustificationHashWrong,
    ParentViewNotEarlier,
    GenesisParentWrong,
    ParentCertificateMissing,
    ParentCertificateForOther,
    SkipsNotComplete,
    TimeNotWhole,
}

/// <summary>Checks a proposal's own consistency. Certificates inside are checked for their quorum elsewhere.</summary>
public static class ProposalRules
{
    public static ProposalVerdict Check(Block block, ChainId chain, ValidatorSet set, ChainParameters parameters)
    {
        BlockHeader header = block.Header;
        if (header.Chain != chain) return ProposalVerdict.WrongChain;
        if (header.Epoch != set.Epoch) return ProposalVerdict.WrongEpoch;
        if (header.View == View.Genesis) return ProposalVerdict.ViewIsGenesis;
        if (header.Proposer != LeaderSchedule.LeaderOf(chain, set, header.View)) return ProposalVerdict.NotTheLeader;
        if (header.BodyRoot != MerkleTree.Root(block.Transactions)) return ProposalVerdict.BodyRootWrong;
        ProposalVerdict evidence = CheckEvidence(header, block.Evidence, parameters.Slashing);
        return evidence == ProposalVerdict.Accepted ? CheckJustification(header, block.Justification, chain) : evidence;
    }

    private static ProposalVerdict CheckEvidence(BlockHeader header, ImmutableArray<Evidence> evidence, SlashingParameters slashing)
    {
        if (header.EvidenceRoot != Evidence.RootOf(evidence)) return ProposalVerdict.EvidenceRootWrong;
        for (int i = 0; i < evidence.Length; i++)
        {
            if (i > 0 && evidence[i - 1].Voter.CompareTo(evidence[i].Voter) >= 0) return ProposalVerdict.EvidenceNotInOrder;
            if (!slashing.IsYoung(evidence[i].View, header.View)) return ProposalVerdict.EvidenceTooOld;
        }

        return ProposalVerdict.Accepted;
    }

    private static ProposalVerdict CheckJustification(BlockHeader header, Justification justification, ChainId chain)
    {
        if (header.JustificationHash != justification.Hash) return ProposalVerdict.JustificationHashWrong;
        if (header.ParentView >= header.View) return ProposalVerdict.ParentViewNotEarlier;
        if (header.ParentView == View.Genesis)
        {
            bool isFirst = justification.Parent is null && header.ParentDigest == chain.Hash && header.Height == new Height(1);
            if (!isFirst) return ProposalVerdict.GenesisParentWrong;
        }
        else
        {
            if (justification.Parent is not { } parent || parent.IsNullification) return ProposalVerdict.ParentCertificateMissing;
            bool isForParent = parent.Slot.View == header.ParentView && parent.Value == header.ParentDigest;
            if (!isForParent) return ProposalVerdict.ParentCertificateForOther;
        }

        ulong between = header.View.Number - header.ParentView.Number - 1;
        // Of a long row of skipped views the youngest travel; for the others a voter must have its own certificates.
        ulong inline = between < Limits.JustificationSkipsMax ? between : Limits.JustificationSkipsMax;
        if ((ulong)justification.Skips.Length != inline) return ProposalVerdict.SkipsNotComplete;
        ulong first = header.View.Number - inline;
        for (int i = 0; i < justification.Skips.Length; i++)
        {
            Certificate skip = justification.Skips[i];
            bool isNext = skip.IsNullification && skip.Slot.View.Number == first + (ulong)i;
            if (!isNext) return ProposalVerdict.SkipsNotComplete;
        }

        return ProposalVerdict.Accepted;
    }
}
