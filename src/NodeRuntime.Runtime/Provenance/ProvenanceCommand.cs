using System;
using System.Collections.Immutable;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Trees;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>What the provenance supervisor hears.</summary>
public abstract record ProvenanceCommand
{
    private ProvenanceCommand()
    {
    }

    public sealed record Advanced(LedgerTip Tip) : ProvenanceCommand;

    public sealed record PeerConnected(PeerId Peer, ReadOnlyMemory<byte> Key) : ProvenanceCommand;

    public sealed record PeerLeft(PeerId Peer) : ProvenanceCommand;

    public sealed record Frame(PeerId Peer, ReadOnlyMemory<byte> Bytes) : ProvenanceCommand;

    /// <summary>Events of somebody outside; the answer comes once, when they are durable or refused.</summary>
    public sealed record Offer(ImmutableArray<EventDraft> Drafts, ActorRef<OfferAnswer> Reply) : ProvenanceCommand;

    public sealed record Acted(PeerAct Act) : ProvenanceCommand;

    /// <summary>An act that somebody waits for: the answer comes once, when its event is durable or cannot be entered.</summary>
    public sealed record Record(PeerAct Act, ActorRef<RecordAnswer> Reply) : ProvenanceCommand;

    /// <summary>What a peer signed of one second when it was challenged; where there are two, both of the same.</summary>
    public sealed record Compare(ImmutableArray<ProvenanceMessage.Shown> Seconds) : ProvenanceCommand;

    public sealed record MachineIs(MachineState State) : ProvenanceCommand;

    public sealed record WantReceipt(ulong Sequence, ActorRef<ReceiptAnswer> Reply) : ProvenanceCommand;

    /// <summary>All that there is of an event, by its number or, where that is null, by its leaf.</summary>
    public sealed record WantEvent(ulong? Sequence, Hash256 Leaf, ActorRef<FoundEvent> Reply) : ProvenanceCommand;

    /// <summary>The newest events of an actor, from a number on, at most <see cref="Limits.EventsPerCallMax"/>.</summary>
    public sealed record WantRecent(Hash256 Actor, ulong From, ActorRef<RecentOfActor> Reply) : ProvenanceCommand;

    public sealed record WantCustody(Hash256 Custody, ActorRef<FoundCustody> Reply) : ProvenanceCommand;

    /// <summary>For a witness: that the calendar only grew.</summary>
    public sealed record WantGrowth(ulong From, ulong Size, ActorRef<CalendarGrowth> Reply) : ProvenanceCommand;

    /// <summary>The way of the second with an index into the calendar of a size, and that this begins with the one of an earlier size.</summary>
    public sealed record WantWay(ulong Index, ulong From, ulong Size, ActorRef<CalendarWay> Reply) : ProvenanceCommand;

    /// <summary>A witness has cosigned the checkpoint of this size; whoever says so has verified it.</summary>
    public sealed record Cosigned(ulong Size, NoteSignature Line) : ProvenanceCommand;

    public sealed record WantCosignatures(ulong Size, ActorRef<CalendarCosignatures> Reply) : ProvenanceCommand;

    /// <param name="Then">What the machine is told when the bytes are durable; null where nobody waits.</param>
    public sealed record Written(Func<Instant, ProvenanceInput>? Then, JournalVerdict Verdict) : ProvenanceCommand;

    public sealed record Tick : ProvenanceCommand;
}

/// <param name="Events">Numbers and leaves, in their order.</param>
/// <param name="Settled">Up to this number all are in the calendar.</param>
public sealed record RecentOfActor(ImmutableArray<(ulong Sequence, Hash256 Leaf)> Events, ulong Settled);

/// <param name="Sequence">The event's number; null where it was not entered.</param>
public sealed record RecordAnswer(ulong? Sequence);

/// <summary>Whether there is a receipt of an event.</summary>
public enum ReceiptWant
{
    Made,

    /// <summary>This peer has no event of this number.</summary>
    Unknown,

    /// <summary>It is in no round yet; the promise that was given for it stands.</summary>
    Waiting,

    /// <summary>Its second was pruned here.</summary>
    Forgotten,

    /// <summary>Only its leaf was kept: who has the record can put it into a receipt, this peer cannot.</summary>
    RecordForgotten,
}

/// <param name="Receipt">Its bytes; empty unless made.</param>
public sealed record ReceiptAnswer(ReceiptWant Verdict, ReadOnlyMemory<byte> Receipt);
