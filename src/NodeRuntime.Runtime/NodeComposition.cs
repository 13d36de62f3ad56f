using System;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Consensus.Sync;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Runtime.Capacity;
using NodeRuntime.Runtime.Consensus;
using NodeRuntime.Runtime.Gateway;
using NodeRuntime.Runtime.Membership;
using NodeRuntime.Runtime.Posture;
using NodeRuntime.Runtime.Posture.Challenges;
using NodeRuntime.Runtime.Provenance;
using NodeRuntime.Runtime.Settlement;
using NodeRuntime.Runtime.Snapshots;
using NodeRuntime.Runtime.Transactions;
using NodeRuntime.Runtime.Workload;

namespace NodeRuntime.Runtime;

/// <summary>
/// A whole peer, top to bottom, by hand: a table of contents of what it is made of. The same in production and in the
/// simulator; the ports alone differ.
/// </summary>
public static class NodeComposition
{
    public static PeerNode Compose(ActorSystem system, NodeModel model, NodePorts ports)
    {
        // Supervisors know each other in a ring; the doors are set before the network lets the first word in.
        NodeDoors doors = new();
        doors.Gateway = system.Spawn(
            Props.Create<GatewayCommand>(() => new GatewaySupervisor(model, ports, doors)), "gateway");
        doors.Membership = system.Spawn(
            Props.Create<MembershipCommand>(context => new MembershipSupervisor(context, model, ports, doors)), "membership");

        doors.Snapshots = system.Spawn(
            Props.Create<SnapshotCommand>(context => new SnapshotSupervisor(context, model, ports, doors)), "snapshots");

        // Subscribers of the ledger's tip come before the ledger, so that they miss none.
        PeerNode node = new(model, ports, system, doors);
        ActorRef<SettlementCommand> settlement = system.Spawn(
            Props.Create<SettlementCommand>(() => new SettlementSupervisor(ports, doors)), "settlement");
        ActorRef<WorkloadCommand>? workload = model.Provider is null ? null : system.Spawn(
            Props.Create<WorkloadCommand>(() => new WorkloadSupervisor(model, ports, model.Provider, settlement, doors.Gateway)), "workload");
        if (model.Capacity is { } plan && ports.Capacity is { } engine && model.Genesis.Parameters.Capacity is not null)
        {
            system.Spawn(Props.Create<CapacityCommand>(() => new CapacitySupervisor(model, ports, plan, engine, settlement)), "capacity");
        }

        if (model.Provenance is { } settings)
        {
            doors.Provenance = system.Spawn(Props.Create<ProvenanceCommand>(() => new ProvenanceSupervisor(model, ports, doors, settings, settlement)), "provenance");
        }

        // Behind the calendar, which hears of every edge.
        if (model.Posture is { } posture && ports.Machine is { } machine)
        {
            ActorRef<PostureCommand> watch = system.Spawn(Props.Create<PostureCommand>(() => new PostureSupervisor(ports.Journal, posture, machine)), "posture");
            doors.Posture = watch;
            if (doors.Provenance is { } calendar)
            {
                doors.Challenges = system.Spawn(
                    Props.Create<ChallengeCommand>(() => new ChallengeSupervisor(model, ports, posture, watch, calendar)), "challenges");
            }

            if (posture.Uses is { } uses && model.Provenance is not null)
            {
                Hash256 self = ports.Signer.PublicKey.ToPeerId().Hash;
                system.Spawn(Props.Create<UseCommand>(() => new UseSupervisor(ports.Journal, uses, self, watch)), "uses");
            }
        }

        Invariant.Holds(model.Verifiers is >= 1 and <= NodeModel.VerifiersMax);
        for (int i = 0; i < model.Verifiers; i++)
        {
            doors.Verifiers = doors.Verifiers.Add(system.Spawn(Props.Create<VerifierCommand>(() => new Verifier(ports.Signatures)), $"verifier-{i}"));
        }

        doors.Consensus = system.Spawn(
            Props.Create<ConsensusCommand>(context => new ConsensusSupervisor(context, model, ports, doors)) with { LaneOf = ConsensusLanes.Of }, "consensus");

        ports.Network.Start(happened => Route(happened, model, ports, doors, workload));
        return node;
    }

    /// <summary>Who hears what: peers speak with membership and consensus, clients with the workload alone.</summary>
    private static void Route(
        NetworkEvent happened, NodeModel model, NodePorts ports, NodeDoors doors, ActorRef<WorkloadCommand>? workload)
    {
        switch (happened)
        {
            case NetworkEvent.Connected { Role: PeerRole.Client } m:
                workload?.Tell(new WorkloadCommand.ClientConnected(m.Peer, m.NodeKey));
                break;
            case NetworkEvent.Connected m:
                doors.Membership.Tell(new MembershipCommand.Network(m));
                doors.Consensus.Tell(new ConsensusCommand.PeerConnected(m.Peer));
                doors.Snapshots.Tell(new SnapshotCommand.PeerConnected(m.Peer));
                doors.Provenance?.Tell(new ProvenanceCommand.PeerConnected(m.Peer, m.NodeKey));
                doors.Challenges?.Tell(new ChallengeCommand.PeerConnected(m.Peer, m.NodeKey));
                break;
            case NetworkEvent.Disconnected m:
                doors.Membership.Tell(new MembershipCommand.Network(m));
                doors.Consensus.Tell(new ConsensusCommand.PeerLeft(m.Peer));
                doors.Snapshots.Tell(new SnapshotCommand.PeerLeft(m.Peer));
                doors.Provenance?.Tell(new ProvenanceCommand.PeerLeft(m.Peer));
                doors.Challenges?.Tell(new ChallengeCommand.PeerLeft(m.Peer));
                workload?.Tell(new WorkloadCommand.ClientLeft(m.Peer));
                break;
            case NetworkEvent.DialFailed m:
                doors.Membership.Tell(new MembershipCommand.Network(m));
                break;
            case NetworkEvent.Received { FrameClass: FrameClass.Membership } m when ProvenanceMessage.IsOne(m.Frame):
                doors.Provenance?.Tell(new ProvenanceCommand.Frame(m.Peer, m.Frame));
                break;
            case NetworkEvent.Received { FrameClass: FrameClass.Membership } m when ChallengeMessage.IsOne(m.Frame):
                if (doors.Challenges is { } challenges) challenges.Tell(new ChallengeCommand.Frame(m.Peer, m.Frame));
                else if (ChallengeMessage.Unwatched(m.Frame) is { } declined) ports.Network.Send(m.Peer, FrameClass.Membership, declined);
                break;
            case NetworkEvent.Received { FrameClass: FrameClass.Membership } m:
                doors.Membership.Tell(new MembershipCommand.Network(m));
                break;
            case NetworkEvent.Received { FrameClass: FrameClass.Bulk } m:
                // A client's stream may not lose a piece: one that outruns us is cut off, and goes on where it was.
                if (workload?.Tell(new WorkloadCommand.ClientFrame(m.Peer, m.Frame)) is TellVerdict.Shed)
                {
                    ports.Network.Disconnect(m.Peer, DisconnectReason.RateExceeded);
                }

                break;
            case NetworkEvent.Received { FrameClass: FrameClass.Sync } m when GenesisMessage.IsWant(m.Frame):
                ports.Network.Send(m.Peer, FrameClass.Sync, GenesisMessage.Document(model.Genesis));
                break;
            case NetworkEvent.Received { FrameClass: FrameClass.Sync } m when SyncMessage.IsOne(m.Frame):
                doors.Snapshots.Tell(new SnapshotCommand.Frame(m.Peer, m.Frame));
                break;
            case NetworkEvent.Received m:
                doors.Consensus.Tell(new ConsensusCommand.Frame(m.Peer, m.FrameClass, m.Frame));
                break;
            default:
                Invariant.Break("a network event without a way");
                break;
        }
    }
}
