using System;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Lanes;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Trees;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>What is said of events that are offered, in the order of the checks. All of a call are taken, or none.</summary>
public enum OfferVerdict
{
    Accepted,
    Empty,

    /// <summary>More than one call may bring.</summary>
    TooMany,
    KindUnknown,
    TooManyParents,
    ZoneMalformed,

    /// <summary>The peer's clock is outside of what a record can say.</summary>
    ClockWrong,

    /// <summary>This peer has no second open: it has just started, or its clock went back.</summary>
    NoSecond,

    /// <summary>No second of this peer has reached the calendar lately: what cannot be kept is not promised.</summary>
    OutOfReach,

    /// <summary>As many as may wait for a round wait already.</summary>
    Backlogged,
}

/// <summary>The answer to an offer.</summary>
/// <param name="Promised">Null unless accepted.</param>
public sealed record OfferAnswer(OfferVerdict Verdict, PromisedEvents? Promised);

/// <summary>Events of one call inside a batch that was promised as a whole.</summary>
/// <param name="Offset">Of the call's first event in the batch; it brought <paramref name="Count"/>.</param>
/// <param name="Signature">The peer's, over the promise.</param>
public sealed record PromisedEvents(EventBatch Batch, int Offset, int Count, PublicKey Issuer, EventPromise Promise, Signature Signature)
{
    public ulong First => Batch.First + (ulong)Offset;

    /// <summary>A receipt in state PROMISED for each event of the call, in its order.</summary>
    public ImmutableArray<EventReceipt> Receipts()
    {
        LaneTree tree = new(ShortSha256.Open(), keepsNodes: true);
        tree.Append(Batch.Leaves.Span);
        byte[] promise = Promise.Encode();
        ImmutableArray<EventReceipt>.Builder receipts = ImmutableArray.CreateBuilder<EventReceipt>(Count);
        for (int i = Offset; i < Offset + Count; i++)
        {
            Segment segment = Segment.Of(TreeProofs.Inclusion(tree, tree.Count, (ulong)i)!, null);
            receipts.Add(new EventReceipt(
                Issuer, ReceiptState.Promised, Batch.Records[i], null, promise, [], [segment], null, Signature.Compact.ToArray()));
        }

        return receipts.MoveToImmutable();
    }

    /// <summary>Signs that the events of a batch are in the calendar two rounds later at the latest.</summary>
    internal static (EventPromise Promise, Signature Signature) Sign(EventBatch batch, ChainId chain, ISigner signer)
    {
        LaneTree tree = new(ShortSha256.Open(), keepsNodes: false);
        tree.Append(batch.Leaves.Span);
        EventPromise promise = new(
            chain, signer.PublicKey.ToPeerId(), batch.Epoch, batch.Round, batch.First, batch.Count, tree.Root(),
            new Round(batch.Round.Second + Limits.PromiseRoundsMax));
        return (promise, signer.Sign(EventReceipt.SigningDigest(signer.PublicKey, promise.Encode())));
    }
}
