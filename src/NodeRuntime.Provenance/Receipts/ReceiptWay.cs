using System;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Provenance.Receipts;

/// <summary>Where a receipt's segments lead: from a record through the trees of a plan to a root of the calendar.</summary>
/// <param name="Second">The peer's second in its parent's tree.</param>
/// <param name="Round">The leaf in the calendar.</param>
/// <param name="Index">Its index there.</param>
/// <param name="Size">Of the calendar.</param>
/// <param name="Root">Of the calendar.</param>
public sealed record ReceiptWay(AggregationLeaf Second, RoundLeaf Round, ulong Index, ulong Size, Hash256 Root)
{
    /// <summary>Walks all segments; every record on the way must carry the root below it and agree with the others.</summary>
    public static ReceiptCode Walk(EventReceipt receipt, EpochPlan plan, out ReceiptWay? way)
    {
        way = null;
        // The plan says how many trees there are: a record that looks like a tree's cannot add one.
        if (receipt.Segments.Length != plan.Levels + 2) return ReceiptCode.SegmentCountWrong;
        AggregationLeaf? second = null, below = null;
        RoundLeaf? round = null;
        Hash256 hash = RecordHash.Leaf(receipt.Record.Span);
        Hash256 root = default;
        for (int i = 0; i < receipt.Segments.Length; i++)
        {
            Segment segment = receipt.Segments[i];
            bool isLast = i == receipt.Segments.Length - 1;
            ReceiptCode code = segment.Fold(hash, out root);
            if (code != ReceiptCode.None) return code;
            if (isLast) code = segment.Next is null ? ReceiptCode.None : ReceiptCode.NextUnexpected;
            else if (segment.Next is null) code = ReceiptCode.NextMissing;
            else if (i < plan.Levels) code = StepUp(segment, receipt.Segments[i + 1], root, i + 1, plan, ref below);
            else code = StepIntoCalendar(segment, root, plan, below!, out round);
            if (code != ReceiptCode.None) return code;
            second ??= below;
            if (!isLast) hash = RecordHash.Leaf(segment.Next!.Value.Span);
        }

        Segment calendar = receipt.Segments[^1];
        way = new ReceiptWay(second!, round!, calendar.Index, calendar.Size, root);
        return ReceiptCode.None;
    }

    // From a tree of the level below into one of this level.
    private static ReceiptCode StepUp(Segment segment, Segment above, Hash256 root, int level, EpochPlan plan, ref AggregationLeaf? below)
    {
        if (AggregationLeaf.TryDecode(segment.Next!.Value, out AggregationLeaf? leaf) != RecordVerdict.Accepted) return ReceiptCode.AggregationMalformed;
        if (leaf!.ChildRoot != root) return level == 1 ? ReceiptCode.EventRootMismatch : ReceiptCode.ParentRootMismatch;
        if (leaf.ChildSize != segment.Size) return ReceiptCode.SizeMismatch;
        if (leaf.Level != level) return ReceiptCode.LevelWrong;
        if (leaf.Epoch != plan.Epoch) return ReceiptCode.EpochWrong;
        if (below is not null && leaf.Round != below.Round) return ReceiptCode.RoundMismatch;
        if ((ulong)leaf.Slot != above.Index) return ReceiptCode.SlotMismatch;
        if (above.Size != (ulong)plan.Slots[level - 1]) return ReceiptCode.SlotCountMismatch;
        if (below is not null && leaf.Events < below.Events) return ReceiptCode.EventsMismatch;
        bool isWithin = below is null || below.Events == 0 || (leaf.FirstTime <= below.FirstTime && leaf.LastTime >= below.LastTime);
        if (!isWithin) return ReceiptCode.TimesMismatch;
        below = leaf;
        return ReceiptCode.None;
    }

    private static ReceiptCode StepIntoCalendar(Segment segment, Hash256 root, EpochPlan plan, AggregationLeaf below, out RoundLeaf? leaf)
    {
        if (RoundLeaf.TryDecode(segment.Next!.Value, out leaf) != RecordVerdict.Accepted) return ReceiptCode.RoundMalformed;
        if (leaf!.CoreRoot != root) return ReceiptCode.CoreRootMismatch;
        if ((ulong)leaf.Slots != segment.Size) return ReceiptCode.SlotCountMismatch;
        if (leaf.Round != below.Round) return ReceiptCode.RoundMismatch;
        if (leaf.Events < below.Events) return ReceiptCode.EventsMismatch;
        return leaf.EpochRoot == plan.Root ? ReceiptCode.None : ReceiptCode.PlanForeign;
    }
}
