using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus.Sync;

/// <summary>Everything the world may tell a peer that fetches a snapshot.</summary>
public abstract record SnapshotSyncInput
{
    private SnapshotSyncInput()
    {
    }

    /// <summary>Find a snapshot above the floor.</summary>
    /// <param name="Target">A certificate has shown this height to be final; null where the chain is epochs ahead and nobody can show one yet.</param>
    /// <param name="Validators">Who votes on top of the floor. Of later epochs the seals in between say it.</param>
    /// <param name="Plan">What an earlier life had begun.</param>
    /// <param name="Held">One bit per chunk of that plan: whether it is on disk and was checked against the plan.</param>
    public sealed record Begin(Height Floor, Height? Target, ValidatorSet Validators, SnapshotPlan? Plan, ImmutableArray<bool> Held) : SnapshotSyncInput;

    public sealed record PeerConnected(PeerId Peer) : SnapshotSyncInput;

    public sealed record PeerLeft(PeerId Peer) : SnapshotSyncInput;

    public sealed record Received(PeerId Peer, SyncMessage Message) : SnapshotSyncInput;

    /// <summary>Answers <see cref="SnapshotSyncEffect.SetTimer"/>.</summary>
    public sealed record TimerFired : SnapshotSyncInput;

    /// <summary>A chunk is durable.</summary>
    public sealed record Kept(Height Height, int Index) : SnapshotSyncInput;
}
