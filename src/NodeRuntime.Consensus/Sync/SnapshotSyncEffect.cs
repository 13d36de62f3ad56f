using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Light;

namespace NodeRuntime.Consensus.Sync;

/// <summary>Everything a peer that fetches a snapshot may ask, in order.</summary>
public abstract record SnapshotSyncEffect
{
    private SnapshotSyncEffect()
    {
    }

    public sealed record Send(PeerId Peer, SyncMessage Message) : SnapshotSyncEffect;

    public sealed record SetTimer(Duration Delay) : SnapshotSyncEffect;

    /// <summary>Write the plan down, in place of another and of its chunks; what follows is written behind it.</summary>
    public sealed record KeepPlan(SnapshotPlan Plan) : SnapshotSyncEffect;

    /// <summary>Write a chunk down; answered by <see cref="SnapshotSyncInput.Kept"/>.</summary>
    public sealed record KeepChunk(Height Height, int Index, ReadOnlyMemory<byte> Bytes) : SnapshotSyncEffect;

    /// <summary>Every chunk is durable.</summary>
    /// <param name="Seals">That lead from the set on top of the floor to the one that decides above the snapshot, oldest first.</param>
    public sealed record Complete(SnapshotPlan Plan, ImmutableArray<Seal> Seals) : SnapshotSyncEffect;

    /// <summary>Nobody in sight has a snapshot that helps; what was begun stays on disk.</summary>
    public sealed record GiveUp(SnapshotSyncEnd Why) : SnapshotSyncEffect;

    /// <summary>A peer sent what an honest one does not send.</summary>
    public sealed record Blame(PeerId Peer, SnapshotSyncFault Fault) : SnapshotSyncEffect;
}

public enum SnapshotSyncEnd
{
    /// <summary>No peer is connected that answers.</summary>
    NobodyAnswers,

    /// <summary>Peers answer, and none has a snapshot above our floor.</summary>
    NobodyOffers,

    /// <summary>Whoever offered one could not show it to be the chain's.</summary>
    NothingProven,
}

public enum SnapshotSyncFault
{
    /// <summary>What it calls a seal is none: the set before did not finalize it, or it is not of the epoch that is next.</summary>
    SealWrong,

    /// <summary>It offers a snapshot of an epoch to which its own seals do not lead.</summary>
    SealMissing,
    AnchorWrong,
    CertificateWrong,
    ManifestWrong,
    ChunkWrong,
}
