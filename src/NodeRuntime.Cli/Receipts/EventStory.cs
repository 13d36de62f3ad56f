using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Cli.Receipts;

/// <summary>The receipt of an event in sentences: what is said, by whom, and what it rests on.</summary>
internal static class EventStory
{
    public static ImmutableArray<string> Of(EventReceipt receipt)
    {
        ImmutableArray<string>.Builder story = ImmutableArray.CreateBuilder<string>();
        string peer = "peer " + receipt.Issuer.ToPeerId().Hash.ToShortString();
        story.Add(EventLeaf.TryDecode(receipt.Record, out EventLeaf? leaf) == RecordVerdict.Accepted
            ? $"{peer} says that {leaf!.Actor.ToShortString()} did `{EventKindWords.Of(leaf.Kind)}` with something that the salted subject names, and not otherwise."
            : $"{peer} says in which state it was.");
        if (receipt.State == ReceiptState.Promised)
        {
            EventPromise.TryDecode(receipt.Promise ?? default(ReadOnlyMemory<byte>), out EventPromise? promise);
            if (promise is not null) story.Add($"It has signed that the event has its number, and is in the calendar by the second {promise.Due}. If it is not, the promise convicts it.");
            return story.ToImmutable();
        }

        foreach (Segment segment in receipt.Segments)
        {
            if (segment.Next is not { } next)
            {
                story.Add($"That second is the leaf {segment.Index} of a calendar with {segment.Size} seconds.");
            }
            else if (AggregationLeaf.TryDecode(next, out AggregationLeaf? above) == RecordVerdict.Accepted)
            {
                story.Add(above!.Level == 1
                    ? $"It is leaf {segment.Index} of {segment.Size} in the peer's second {above.Round}, and that second has the slot {above.Slot} at a parent."
                    : $"The parent {above.Child.Hash.ToShortString()} entered {above.Events} events of its children, as slot {above.Slot} of the topmost tree.");
            }
            else if (RoundLeaf.TryDecode(next, out RoundLeaf? round) == RecordVerdict.Accepted)
            {
                story.Add($"The second {round!.Round} holds {round.Events} events of all peers.");
            }
        }

        story.Add(receipt.State switch
        {
            ReceiptState.Round => "Validators signed a checkpoint of that calendar; whether they are a quorum, `noderuntime receipt verify` says.",
            ReceiptState.Witnessed => "Validators signed a checkpoint of that calendar, and outsiders saw it.",
            ReceiptState.Published => "The calendar's root was made public: nobody's key matters any more.",
            ReceiptState.Promised => Invariant.Unreachable<string>("a promise has no calendar"),
        });
        return story.ToImmutable();
    }
}
