using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>Everything that the machine of a peer's events may ask for. What is stored becomes durable in the order in which it was asked for.</summary>
public abstract record ProvenanceEffect
{
    private ProvenanceEffect()
    {
    }

    /// <summary>Answered by <see cref="ProvenanceInput.BatchStored"/>.</summary>
    /// <param name="Marks">Which of its events are steps of a custody; written with them, or not at all.</param>
    /// <param name="Labels">What is said of their data beside them; likewise.</param>
    public sealed record StoreBatch(EventBatch Batch, ImmutableArray<CustodyMark> Marks, ImmutableArray<LabelledEvent> Labels) : ProvenanceEffect;

    /// <summary>A batch in place of what was there, smaller; nobody waits for it.</summary>
    public sealed record ShrinkBatch(EventBatch Batch) : ProvenanceEffect;

    /// <summary>Answered by <see cref="ProvenanceInput.SecondStored"/>.</summary>
    public sealed record StoreSecond(ClosedSecond Second) : ProvenanceEffect;

    /// <summary>The second again, with its spine; nobody waits for it.</summary>
    public sealed record StoreSpine(ClosedSecond Second) : ProvenanceEffect;

    /// <summary>For the blocks that this peer proposes: seconds that the ledger did not have yet, in their order. The next such effect takes its place.</summary>
    public sealed record OfferSeconds(ImmutableArray<EnteredSecond> Seconds) : ProvenanceEffect;

    /// <summary>Answered by <see cref="ProvenanceInput.LeavesRead"/>.</summary>
    public sealed record ReadLeaves(ulong From) : ProvenanceEffect;

    /// <summary>Seconds of the calendar that others had, the first of index <paramref name="From"/>; nobody waits for it.</summary>
    public sealed record StoreLeaves(ulong From, ImmutableArray<RoundLeaf> Leaves) : ProvenanceEffect;

    public sealed record Send(PeerId Peer, ProvenanceMessage Message) : ProvenanceEffect;

    /// <summary>Seconds of the calendar out of the log.</summary>
    /// <param name="Size">Of a calendar that begins with them.</param>
    /// <param name="Path">That it does.</param>
    public sealed record SendLeaves(PeerId Peer, ulong From, int Count, ulong Size, ImmutableArray<Hash256> Path) : ProvenanceEffect;

    /// <summary>A quorum has signed the calendar at this size.</summary>
    public sealed record Certified(ulong Size, string Checkpoint) : ProvenanceEffect;

    public sealed record Answer(ulong Number, OfferAnswer What) : ProvenanceEffect;

    /// <summary>Forget own seconds below a round, and events that are in none of those that are kept.</summary>
    /// <param name="Settled">Events up to this number are in the calendar; none above is forgotten.</param>
    public sealed record Prune(Round Below, ulong Settled) : ProvenanceEffect;

    /// <summary>A proof of fraud that waits for the ledger; answered by <see cref="ProvenanceInput.FraudStored"/>.</summary>
    public sealed record StoreFraud(ulong Number, Message.ReportFraud Report) : ProvenanceEffect;

    /// <summary>Proofs with lesser numbers are done with.</summary>
    public sealed record ForgetFrauds(ulong Below) : ProvenanceEffect;

    /// <summary>Put this on the ledger; said again while it is not there.</summary>
    public sealed record ReportFraud(Message.ReportFraud Report) : ProvenanceEffect;

    /// <summary>Put the calendar's root of the day on the ledger; said again while it is not there.</summary>
    public sealed record Publish(Message.PublishCalendar Publication) : ProvenanceEffect;

    /// <summary>Something that the operator should know.</summary>
    public sealed record Warn(string Text) : ProvenanceEffect;
}
