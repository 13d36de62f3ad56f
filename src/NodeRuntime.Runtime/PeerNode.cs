using System;
using System.Collections.Immutable;
using NodeRuntime.Actors;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Runtime.Consensus;
using NodeRuntime.Runtime.Gateway;
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
