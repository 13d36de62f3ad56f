using System;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Lanes;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Trees;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>Makes an event's receipt when it is asked for: the way through the peer's own tree out of its log, the rest out of the second's spine.</summary>
internal static class EventReceiptMaker
{
    public static ReceiptAnswer Make(ProvenanceStore store, ulong sequence, ulong taken, CalendarEpochs epochs, ISigner signer)
    {
        if (sequence == 0 || sequence > taken) return new ReceiptAnswer(ReceiptWant.Unknown, default);
        if (store.Find(sequence, out bool isForgotten) is not { } second)
        {
            return new ReceiptAnswer(isForgotten ? ReceiptWant.Forgotten : ReceiptWant.Waiting, default);
        }

        LaneTree tree = new(ShortSha256.Open(), keepsNodes: true);
        tree.Append(RecordHash.Leaf(second.Heartbeat.Span));
        ReadOnlyMemory<byte> record = default;
        foreach (EventBatch batch in store.BatchesFrom(second.Sequence + 1))
        {
            if (batch.First > second.Last) break;
            tree.Append(batch.Leaves.Span);
            if (sequence >= batch.First && sequence <= batch.Last && !batch.Records.IsEmpty) record = batch.Records[(int)(sequence - batch.First)];
        }

        Invariant.Holds(tree.Root() == second.Leaf.ChildRoot);
        if (record.IsEmpty) return new ReceiptAnswer(ReceiptWant.RecordForgotten, default);
        Segment first = Segment.Of(TreeProofs.Inclusion(tree, tree.Count, sequence - second.Sequence)!, second.Leaf.Encode());
        Checkpoint checkpoint = Checkpoint.TryParse(SignedNote.TryParse(second.Checkpoint)!.Text)!;
        EpochPlan plan = epochs.At(second.Round).Plan, signers = SpineRules.SignersOf(plan, checkpoint.Size, epochs);
        ImmutableArray<ReadOnlyMemory<byte>> plans = plan.Epoch == signers.Epoch ? [plan.Encode()] : [plan.Encode(), signers.Encode()];
        EventReceipt receipt = new(
            signer.PublicKey, ReceiptState.Round, record, second.Heartbeat, null, plans, [first, .. second.Spine], second.Checkpoint, default);
        return new ReceiptAnswer(ReceiptWant.Made, receipt.Sign(signer, checkpoint.Root.AsSpan()).Encode());
    }
}
