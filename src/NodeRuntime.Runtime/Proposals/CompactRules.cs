using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Runtime.Proposals;

/// <summary>What can be said of a short proposal by its bytes and its sender alone, in the order of the checks.</summary>
internal enum CompactVerdict
{
    Accepted,

    /// <summary>Whoever sent it is not the validator that it names. Which validator that is may change between epochs: nobody is blamed.</summary>
    NotFromProposer,

    /// <summary>Below what is final, or too far ahead of us.</summary>
    ViewNotNear,
    VoteNotForBlock,

    /// <summary>It carries more beside the ids of transactions than an entry of the calendar.</summary>
    SkeletonNotEmpty,

    /// <summary>No ids: a block without transactions travels whole.</summary>
    NoIds,

    /// <summary>Two places with one id: an honest leader sends such a block whole.</summary>
    IdTwice,
}

internal static class CompactRules
{
    /// <param name="proposer">The peer of the header's validator; null where there is no such validator.</param>
    /// <param name="finalized">The view of the youngest final block.</param>
    /// <param name="current">Our own view.</param>
    public static CompactVerdict Check(CompactMessage.Proposal proposal, PeerId from, PeerId? proposer, View finalized, View current)
    {
        BlockHeader header = proposal.Skeleton.Header;
        if (proposer != from) return CompactVerdict.NotFromProposer;
        if (header.View <= finalized || header.View.Number > current.Number + Limits.ViewsAheadMax) return CompactVerdict.ViewNotNear;
        Vote vote = proposal.LeaderVote;
        bool isForBlock = vote.Value == header.Digest && vote.Slot.Kind == VoteKind.Notarize
            && vote.Slot.View == header.View && vote.Voter == header.Proposer;
        if (!isForBlock) return CompactVerdict.VoteNotForBlock;
        ImmutableArray<ReadOnlyMemory<byte>> whole = proposal.Skeleton.Transactions;
        if (whole.Length > 1 || (whole.Length == 1 && !CalendarEntry.IsOne(whole[0]))) return CompactVerdict.SkeletonNotEmpty;
        if (proposal.Ids.IsEmpty) return CompactVerdict.NoIds;
        return HasTwins(proposal.Ids) ? CompactVerdict.IdTwice : CompactVerdict.Accepted;
    }

    public static bool HasTwins(ImmutableArray<ShortId> ids)
    {
        ImmutableArray<ShortId> sorted = ids.Sort();
        for (int i = 1; i < sorted.Length; i++)
        {
            if (sorted[i - 1] == sorted[i]) return true;
        }

        return false;
    }
}
