using System;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Runtime.Snapshots;

/// <summary>What the snapshot supervisor hears.</summary>
public abstract record SnapshotCommand
{
    private SnapshotCommand()
    {
    }

    public sealed record PeerConnected(PeerId Peer) : SnapshotCommand;

    public sealed record PeerLeft(PeerId Peer) : SnapshotCommand;

    public sealed record Frame(PeerId Peer, ReadOnlyMemory<byte> Bytes) : SnapshotCommand;

    /// <summary>Write this state down.</summary>
    /// <param name="Digest">Of the block that made it.</param>
    public sealed record Take(LedgerState State, Hash256 Digest) : SnapshotCommand;

    /// <summary>The ledger is far behind: fetch a snapshot above its height.</summary>
    /// <param name="Target">Final; null where the chain is epochs ahead.</param>
    /// <param name="Validators">Who votes on top of the floor.</param>
    public sealed record Join(Height Floor, Height? Target, ValidatorSet Validators) : SnapshotCommand;

    /// <summary>The ledger stands on the snapshot that was fetched.</summary>
    public sealed record Joined : SnapshotCommand;

    public sealed record Timer : SnapshotCommand;

    /// <summary>A batch was written, or not; what for is known by its number.</summary>
    public sealed record Written(ulong Token, JournalVerdict Verdict) : SnapshotCommand;
}
