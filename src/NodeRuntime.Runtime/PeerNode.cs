using System;
using System.Collections.Immutable;
using NodeRuntime.Actors;
using NodeRuntime.Posture;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Trees;
using NodeRuntime.Provenance.Uses;
using NodeRuntime.Runtime.Consensus;
using NodeRuntime.Runtime.Gateway;
using NodeRuntime.Runtime.Posture;
using NodeRuntime.Runtime.Posture.Challenges;
using NodeRuntime.Runtime.Provenance;
using NodeRuntime.Workload;

namespace NodeRuntime.Runtime;

/// <summary>
/// A running peer as its host sees it: the youngest tip and statuses, and the few doors to its actors. What is read here
/// are values that were published; any thread may read them.
/// </summary>
public sealed class PeerNode
{
    private readonly NodeDoors _doors;

    internal PeerNode(NodeModel model, NodePorts ports, ActorSystem system, NodeDoors doors)
    {
        Model = model;
        Ports = ports;
        System = system;
        _doors = doors;
        system.EventStream.Subscribe(ActorRef.FromDelegate<LedgerTip>("tip", tip => Tip = tip));
        system.EventStream.Subscribe(ActorRef.FromDelegate<ConsensusStatus>("consensus-status", status => Consensus = status));
        system.EventStream.Subscribe(ActorRef.FromDelegate<SnapshotStatus>("snapshot-status", status => Snapshots = status));
        system.EventStream.Subscribe(ActorRef.FromDelegate<TransactionStatus>("transaction-status", status => Transactions = status));
        system.EventStream.Subscribe(ActorRef.FromDelegate<MembershipStatus>("membership-status", status => Membership = status));
        system.EventStream.Subscribe(ActorRef.FromDelegate<WorkloadStatus>("workload-status", status => Workload = status));
        system.EventStream.Subscribe(ActorRef.FromDelegate<ProvenanceStatus>("provenance-status", status => Provenance = status));
        system.EventStream.Subscribe(ActorRef.FromDelegate<PostureStatus>("posture-status", status => Posture = status.Summary));
        system.EventStream.Subscribe(ActorRef.FromDelegate<ChallengeStatus>("challenge-status", status => Challenges = status));
        system.EventStream.Subscribe(ActorRef.FromDelegate<UseStatus>("use-status", status => Uses = status.Standings));
    }

    public NodeModel Model { get; }

    public NodePorts Ports { get; }

    public ActorSystem System { get; }

    /// <summary>Null until the ledger was read from disk.</summary>
    public LedgerTip? Tip { get; private set; }

    public ConsensusStatus Consensus { get; private set; } = new(View.Genesis, ConsensusMode.Observing, 0, 0);

    public SnapshotStatus Snapshots { get; private set; } = new(Height.Genesis, 0, null);

    public TransactionStatus Transactions { get; private set; } = new();

    public MembershipStatus Membership { get; private set; } = new(0, []);

    public WorkloadStatus Workload { get; private set; } = new(0, 0);

    /// <summary>Null in a peer that enters no events.</summary>
    public ProvenanceStatus? Provenance { get; private set; }

    /// <summary>Null in a peer that does not watch its machine, and before its first look.</summary>
    public PostureSummary? Posture { get; private set; }

    /// <summary>How classes of data stand; none in a peer that expects nothing of data, and before it has read its log.</summary>
    public ImmutableArray<UseStanding> Uses { get; private set; } = [];

    /// <summary>What other peers showed of their machines; null in a peer that asks and answers nobody.</summary>
    public ChallengeStatus? Challenges { get; private set; }

    /// <summary>What the machine's state has of one thing, with its proof; null in a peer that does not watch.</summary>
    public TellVerdict? AskProof(Thing thing, ActorRef<PostureProof> reply) => _doors.Posture?.Tell(new PostureCommand.WantProof(thing, reply));

    /// <summary>Events to enter; the reply comes once, from an actor's turn. Null in a peer that enters none.</summary>
    public TellVerdict? Offer(ImmutableArray<EventDraft> drafts, ActorRef<OfferAnswer> reply) =>
        _doors.Provenance?.Tell(new ProvenanceCommand.Offer(drafts, reply));

    /// <summary>An act to enter before something else is done; the reply comes once, when it is durable. Null in a peer that enters none.</summary>
    public TellVerdict? Record(PeerAct act, ActorRef<RecordAnswer> reply) => _doors.Provenance?.Tell(new ProvenanceCommand.Record(act, reply));

    /// <summary>The receipt of this peer's event of a number; null in a peer that enters none.</summary>
    public TellVerdict? AskReceipt(ulong sequence, ActorRef<ReceiptAnswer> reply) =>
        _doors.Provenance?.Tell(new ProvenanceCommand.WantReceipt(sequence, reply));

    /// <summary>What this peer knows of an event of its own, by number or by leaf; null in a peer that enters none.</summary>
    public TellVerdict? AskEvent(ulong? sequence, Hash256 leaf, ActorRef<FoundEvent> reply) =>
        _doors.Provenance?.Tell(new ProvenanceCommand.WantEvent(sequence, leaf, reply));

    /// <summary>The newest events of an actor; null in a peer that enters none.</summary>
    public TellVerdict? AskRecent(Hash256 actor, ulong from, ActorRef<RecentOfActor> reply) =>
        _doors.Provenance?.Tell(new ProvenanceCommand.WantRecent(actor, from, reply));

    /// <summary>The events of a custody, such as a lease's; null in a peer that enters none.</summary>
    public TellVerdict? AskCustody(Hash256 custody, ActorRef<FoundCustody> reply) =>
        _doors.Provenance?.Tell(new ProvenanceCommand.WantCustody(custody, reply));

    /// <summary>That the calendar only grew between two sizes; null in a peer that enters no events.</summary>
    public TellVerdict? AskGrowth(ulong from, ulong size, ActorRef<CalendarGrowth> reply) =>
        _doors.Provenance?.Tell(new ProvenanceCommand.WantGrowth(from, size, reply));

    /// <summary>The way of a second into a larger calendar; null in a peer that enters no events.</summary>
    public TellVerdict? AskWay(ulong index, ulong from, ulong size, ActorRef<CalendarWay> reply) =>
        _doors.Provenance?.Tell(new ProvenanceCommand.WantWay(index, from, size, reply));

    /// <summary>Keeps what a witness said of the checkpoint of a size; the caller has verified it.</summary>
    public TellVerdict? AddCosignature(ulong size, NoteSignature line) => _doors.Provenance?.Tell(new ProvenanceCommand.Cosigned(size, line));

    /// <summary>What witnesses said of the checkpoint of a size; null in a peer that enters no events.</summary>
    public TellVerdict? AskCosignatures(ulong size, ActorRef<CalendarCosignatures> reply) =>
        _doors.Provenance?.Tell(new ProvenanceCommand.WantCosignatures(size, reply));

    /// <summary>Offers a transaction; the reply comes once, from an actor's turn.</summary>
    public TellVerdict Submit(ReadOnlyMemory<byte> transaction, ActorRef<SubmitAnswer> reply) =>
        _doors.Consensus.Tell(new ConsensusCommand.Submit(transaction, reply));

    /// <summary>Offers evidence against a validator; the reply comes once, from an actor's turn.</summary>
    public TellVerdict Accuse(Evidence evidence, ActorRef<AccusationAnswer> reply) =>
        _doors.Consensus.Tell(new ConsensusCommand.Accuse(evidence, reply));

    /// <summary>In words, for a person: why does nothing move?</summary>
    public TellVerdict DescribeConsensus(ActorRef<string> reply) => _doors.Consensus.Tell(new ConsensusCommand.Describe(reply));

    /// <summary>The last that a job which runs here printed. More comes on the event stream as <see cref="JobPrint"/>.</summary>
    public TellVerdict AskPrints(OrderId order, ActorRef<ImmutableArray<JobPrint>> reply) =>
        _doors.Gateway.Tell(new GatewayCommand.AskPrints(order, reply));

    public TellVerdict AskWhy(OrderId order, ActorRef<ImmutableArray<Decline>> reply) =>
        _doors.Gateway.Tell(new GatewayCommand.AskWhy(order, reply));
}
