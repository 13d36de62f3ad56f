using System;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>Whether what a parent says stands above a second leads to a calendar that a quorum has signed: a verifier's walk, before it is stored.</summary>
internal static class SpineRules
{
    /// <param name="leaf">In the slot that the spine begins in.</param>
    /// <param name="heartbeatPath">Of leaf 0 in the second's tree.</param>
    /// <param name="believed">A checkpoint whose signatures were verified before; empty for none.</param>
    public static ReceiptCode Check(
        ProvenanceMessage.Spine spine, AggregationLeaf leaf, ReadOnlyMemory<byte> heartbeat, ImmutableArray<Hash256> heartbeatPath, CalendarEpochs epochs,
        ISignatureVerifier signatures, string believed)
    {
        EpochPlan plan = epochs.At(leaf.Round).Plan;
        Segment first = new(leaf.ChildSize, 0, heartbeatPath, leaf.Encode());
        EventReceipt walked = new(default, ReceiptState.Round, heartbeat, null, null, [], [first, .. spine.Segments], spine.Checkpoint, default);
        ReceiptCode code = ReceiptWay.Walk(walked, plan, out ReceiptWay? way);
        if (code != ReceiptCode.None) return code;
        if (way!.Index != leaf.Round.Second - plan.GenesisRound.Second || way.Size > Round.SecondMax) return ReceiptCode.CalendarIndexWrong;
        if (SignedNote.TryParse(spine.Checkpoint) is not { } note || Checkpoint.TryParse(note.Text) is not { } checkpoint) return ReceiptCode.CheckpointMalformed;
        if (checkpoint.Origin != Checkpoint.OriginOf(plan.Chain)) return ReceiptCode.OriginWrong;
        if (checkpoint.Size != way.Size) return ReceiptCode.CheckpointSizeMismatch;
        if (checkpoint.Root != way.Root) return ReceiptCode.CalendarRootMismatch;
        // Two parents bring two ways to one checkpoint.
        if (spine.Checkpoint == believed) return ReceiptCode.None;
        return CheckpointSignatures.CheckValidators(note, SignersOf(plan, way.Size, epochs), signatures);
    }

    /// <summary>The plan whose validators sign a calendar of this size: that of its last second.</summary>
    public static EpochPlan SignersOf(EpochPlan plan, ulong size, CalendarEpochs epochs) => epochs.At(new Round(plan.GenesisRound.Second + size - 1)).Plan;
}
