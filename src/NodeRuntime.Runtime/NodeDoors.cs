using System.Collections.Immutable;
using NodeRuntime.Actors;
using NodeRuntime.Primitives;
using NodeRuntime.Runtime.Consensus;
using NodeRuntime.Runtime.Gateway;
using NodeRuntime.Runtime.Membership;
using NodeRuntime.Runtime.Posture;
using NodeRuntime.Runtime.Posture.Challenges;
using NodeRuntime.Runtime.Provenance;
using NodeRuntime.Runtime.Snapshots;
using NodeRuntime.Runtime.Transactions;

namespace NodeRuntime.Runtime;

/// <summary>
/// References to supervisors that know each other in a ring. Each is set once, by the composition, before the first
/// message; an actor that is told to earlier has none to tell.
/// </summary>
public sealed class NodeDoors
{
    private ActorRef<GatewayCommand>? _gateway;
    private ActorRef<ConsensusCommand>? _consensus;
    private ActorRef<MembershipCommand>? _membership;
    private ActorRef<SnapshotCommand>? _snapshots;

    public ActorRef<GatewayCommand> Gateway
    {
        get => _gateway ?? Invariant.Unreachable<ActorRef<GatewayCommand>>("the gateway before composition");
        internal set => _gateway = value;
    }

    public ActorRef<ConsensusCommand> Consensus
    {
        get => _consensus ?? Invariant.Unreachable<ActorRef<ConsensusCommand>>("consensus before composition");
        internal set => _consensus = value;
    }

    public ActorRef<SnapshotCommand> Snapshots
    {
        get => _snapshots ?? Invariant.Unreachable<ActorRef<SnapshotCommand>>("snapshots before composition");
        internal set => _snapshots = value;
    }

    /// <summary>Null in a peer that enters no events.</summary>
    public ActorRef<ProvenanceCommand>? Provenance { get; internal set; }

    /// <summary>Null in a peer that does not watch its machine.</summary>
    public ActorRef<PostureCommand>? Posture { get; internal set; }

    /// <summary>Null in a peer that does not watch its machine, or enters no events.</summary>
    public ActorRef<ChallengeCommand>? Challenges { get; internal set; }

    /// <summary>Who verifies signatures of transactions, at least one.</summary>
    internal ImmutableArray<ActorRef<VerifierCommand>> Verifiers { get; set; } = [];

    public ActorRef<MembershipCommand> Membership
    {
        get => _membership ?? Invariant.Unreachable<ActorRef<MembershipCommand>>("membership before composition");
        internal set => _membership = value;
    }
}
