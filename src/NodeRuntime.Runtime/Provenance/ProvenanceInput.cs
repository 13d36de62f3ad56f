using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Trees;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>Everything that the machine of a peer's events may be told.</summary>
public abstract record ProvenanceInput
{
    private ProvenanceInput()
    {
    }

    // From the log, before anything else, each kind in its order.

    public sealed record RecoveredSecond(ClosedSecond Second) : ProvenanceInput;

    public sealed record RecoveredBatch(EventBatch Batch) : ProvenanceInput;

    public sealed record RecoveredLeaf(RoundLeaf Leaf) : ProvenanceInput;

    /// <summary>An act of this peer, among the newest.</summary>
    public sealed record RecoveredAct(Hash256 Custody, EventKind Kind, Hash256 Leaf) : ProvenanceInput;

    public sealed record RecoveredFraud(ulong Number, Message.ReportFraud Report) : ProvenanceInput;

    /// <summary>The log has been read.</summary>
    public sealed record Started(Instant Now) : ProvenanceInput;

    /// <summary>The finalized ledger.</summary>
    /// <param name="CalendarSize">Seconds in the calendar that it has.</param>
    /// <param name="CalendarRoot">Of it.</param>
    /// <param name="Seconds">The last of them, as many as are news.</param>
    public sealed record Advanced(CalendarEpochs Epochs, ulong CalendarSize, Hash256 CalendarRoot, ImmutableArray<RoundLeaf> Seconds) : ProvenanceInput
    {
        /// <summary>What it says of proven lies; null for whoever has none to tell.</summary>
        public LedgerState? State { get; init; }
    }

    public sealed record Connected(PeerId Peer, PublicKey Key) : ProvenanceInput;

    public sealed record Left(PeerId Peer) : ProvenanceInput;

    public sealed record Heard(PeerId From, ProvenanceMessage Message, Instant Now) : ProvenanceInput;

    /// <summary>Events that somebody wants a promise for; answered by <see cref="ProvenanceEffect.Answer"/> with the same number.</summary>
    /// <param name="Drafts">Their times are set here.</param>
    public sealed record Offered(ulong Number, ImmutableArray<EventDraft> Drafts, Instant Now) : ProvenanceInput;

    public sealed record Acted(PeerAct Act, Instant Now) : ProvenanceInput;

    /// <summary>What the next heartbeat says of this peer's machine.</summary>
    public sealed record MachineIs(MachineState State) : ProvenanceInput;

    /// <summary>What a peer signed of one second, from outside the calendar; where there are two, both of the same.</summary>
    public sealed record Compared(ImmutableArray<ProvenanceMessage.Shown> Seconds, Instant Now) : ProvenanceInput;

    /// <summary>Seconds of the calendar that this peer's own log has from there on; none where it has a gap there.</summary>
    public sealed record LeavesRead(ulong From, ImmutableArray<RoundLeaf> Leaves) : ProvenanceInput;

    // What was to be stored is durable.

    public sealed record BatchStored(ulong First, Instant Now) : ProvenanceInput;

    public sealed record SecondStored(Round Round, Instant Now) : ProvenanceInput;

    public sealed record FraudStored(ulong Number, Instant Now) : ProvenanceInput;

    public sealed record Ticked(Instant Now) : ProvenanceInput;
}
