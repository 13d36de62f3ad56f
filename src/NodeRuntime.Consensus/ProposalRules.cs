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

    /// <summary>Epochs and voters do not follow each other strictly: one is named twice, or order is lost.</summary>
    EvidenceNotInOrder,

    /// <summary>Who voted in its epoch is not known here: it is still to come, or long over.</summary>
    EvidenceOfOtherEpoch,
    EvidenceTooOld,
    JustificationHashWrong,
    ParentViewNotEarlier,
    GenesisParentWrong,
    ParentCertificateMissing,
    ParentCertificateForOther,
    SkipsNotComplete,
    TimeNotWhole,

    /// <summary>A seal without the next set, or the next set without a seal.</summary>
    SuccessionMissing,

    /// <summary>The next set is not the one that the header names, or not of the next epoch.</summary>
    NextSetWrong,
}

/// <summary>What an epoch begins on: genesis, or the seal before it.</summary>
public readonly record struct EpochAnchor(Hash256 Digest, Height Height)
{
    public static EpochAnchor OfGenesis(ChainId chain) => new(chain.Hash, Height.Genesis);
}

/// <summary>Checks a proposal's own consistency. Certificates inside are checked for their quorum elsewhere.</summary>
public static class ProposalRules
{
    /// <param name="past">The epochs before the set's.</param>
    /// <param name="anchor">Null where it lies below what is remembered; then a child of it is of no use, and its parent is not looked at.</param>
    public static ProposalVerdict Check(
        Block block, ChainId chain, ValidatorSet set, PastEpochs past, EpochAnchor? anchor, ChainParameters parameters)
    {
        BlockHeader header = block.Header;
        if (header.Chain != chain) return ProposalVerdict.WrongChain;
        if (header.Epoch != set.Epoch) return ProposalVerdict.WrongEpoch;
        if (header.View == View.Genesis) return ProposalVerdict.ViewIsGenesis;
        if (header.Proposer != LeaderSchedule.LeaderOf(chain, set, header.View)) return ProposalVerdict.NotTheLeader;
        if (header.BodyRoot != MerkleTree.Root(block.Transactions)) return ProposalVerdict.BodyRootWrong;
        ProposalVerdict verdict = CheckEvidence(header, block.Evidence, set, past, parameters);
        if (verdict == ProposalVerdict.Accepted) verdict = CheckJustification(header, block.Justification, anchor);
        return verdict == ProposalVerdict.Accepted ? CheckSuccession(header, block.Justification.Succession) : verdict;
    }

    private static ProposalVerdict CheckEvidence(
        BlockHeader header, ImmutableArray<Evidence> evidence, ValidatorSet set, PastEpochs past, ChainParameters parameters)
    {
        if (header.EvidenceRoot != Evidence.RootOf(evidence)) return ProposalVerdict.EvidenceRootWrong;
        for (int i = 0; i < evidence.Length; i++)
        {
            if (i > 0 && Compare(evidence[i - 1], evidence[i]) >= 0) return ProposalVerdict.EvidenceNotInOrder;
            if (past.VotersOf(evidence[i].First.Slot.Epoch, set) is null) return ProposalVerdict.EvidenceOfOtherEpoch;
            if (!past.IsYoung(evidence[i], set, header.View, header.Time, parameters)) return ProposalVerdict.EvidenceTooOld;
        }

        return ProposalVerdict.Accepted;
    }

    private static int Compare(Evidence one, Evidence other)
    {
        int byEpoch = one.First.Slot.Epoch.CompareTo(other.First.Slot.Epoch);
        return byEpoch != 0 ? byEpoch : one.Voter.CompareTo(other.Voter);
    }

    /// <summary>
    /// Of a seal that is put to the vote again: that its notarization is held in an earlier view, and every view since was skipped.
    /// </summary>
    public static ProposalVerdict CheckReseal(Justification justification, Vote leaderVote, ChainId chain, ValidatorSet set)
    {
        VoteSlot slot = leaderVote.Slot;
        if (slot.Epoch != set.Epoch) return ProposalVerdict.WrongEpoch;
        if (leaderVote.Voter != LeaderSchedule.LeaderOf(chain, set, slot.View)) return ProposalVerdict.NotTheLeader;
        if (slot.Kind != VoteKind.Notarize) return ProposalVerdict.VoteNotForBlock;
        if (justification.Parent is not { IsNullification: false } parent) return ProposalVerdict.ParentCertificateMissing;
        if (parent.Value != leaderVote.Value) return ProposalVerdict.ParentCertificateForOther;
        if (parent.Slot.View >= slot.View || parent.Slot.View == View.Genesis) return ProposalVerdict.ParentViewNotEarlier;
        if (justification.Succession is not null) return ProposalVerdict.SuccessionMissing;
        return CheckSkips(slot.View, parent.Slot.View, justification);
    }

    private static ProposalVerdict CheckSuccession(BlockHeader header, Succession? succession)
    {
        if (header.IsSeal != succession is not null) return ProposalVerdict.SuccessionMissing;
        if (succession is null) return ProposalVerdict.Accepted;
        if (header.Epoch.Number == uint.MaxValue || succession.Next.Epoch != header.Epoch.Next) return ProposalVerdict.NextSetWrong;
        return succession.Next.Hash == header.NextSetHash ? ProposalVerdict.Accepted : ProposalVerdict.NextSetWrong;
    }

    private static ProposalVerdict CheckJustification(BlockHeader header, Justification justification, EpochAnchor? anchor)
    {
        if (header.JustificationHash != justification.Hash) return ProposalVerdict.JustificationHashWrong;
        if (header.ParentView >= header.View) return ProposalVerdict.ParentViewNotEarlier;
        if (header.ParentView == View.Genesis)
        {
            bool isFirst = anchor is not { } begin || (header.ParentDigest == begin.Digest && header.Height == begin.Height.Next);
            if (justification.Parent is not null || !isFirst) return ProposalVerdict.GenesisParentWrong;
        }
        else
        {
            if (justification.Parent is not { } parent || parent.IsNullification) return ProposalVerdict.ParentCertificateMissing;
            bool isForParent = parent.Slot.View == header.ParentView && parent.Value == header.ParentDigest;
            if (!isForParent) return ProposalVerdict.ParentCertificateForOther;
        }

        return CheckSkips(header.View, header.ParentView, justification);
    }

    private static ProposalVerdict CheckSkips(View view, View parentView, Justification justification)
    {
        ulong between = view.Number - parentView.Number - 1;
        // Of a long row of skipped views the youngest travel; for the others a voter must have its own certificates.
        ulong inline = between < Limits.JustificationSkipsMax ? between : Limits.JustificationSkipsMax;
        if ((ulong)justification.Skips.Length != inline) return ProposalVerdict.SkipsNotComplete;
        ulong first = view.Number - inline;
        for (int i = 0; i < justification.Skips.Length; i++)
        {
            Certificate skip = justification.Skips[i];
            bool isNext = skip.IsNullification && skip.Slot.View.Number == first + (ulong)i;
            if (!isNext) return ProposalVerdict.SkipsNotComplete;
        }

        return ProposalVerdict.Accepted;
    }
}
