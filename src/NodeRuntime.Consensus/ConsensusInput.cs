using System;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Light;

namespace NodeRuntime.Consensus;

/// <summary>Everything the world may tell the machine.</summary>
public abstract record ConsensusInput
{
    private ConsensusInput()
    {
    }

    /// <summary>Begin: enter the view that the log leads to.</summary>
    public sealed record Start : ConsensusInput;

    public sealed record PeerConnected(PeerId Peer) : ConsensusInput;

    public sealed record PeerLeft(PeerId Peer) : ConsensusInput;

    public sealed record Received(PeerId Peer, ConsensusMessage Message) : ConsensusInput;

    /// <summary>Answers <see cref="ConsensusEffect.SetTimer"/>, if it was not set again or cancelled since.</summary>
    public sealed record TimerFired(ConsensusTimer Timer) : ConsensusInput;

    /// <summary>Whether transactions, or a state that no header proves yet, ask for a block.</summary>
    public sealed record Pending(bool IsPending) : ConsensusInput;

    /// <summary>Answers <see cref="ConsensusEffect.Build"/>.</summary>
    public sealed record Built(
        View View, Hash256 Parent, Instant Time, ImmutableArray<ReadOnlyMemory<byte>> Transactions, Hash256 ParentStateRoot) : ConsensusInput
    {
        /// <summary>Of what <see cref="ConsensusEffect.Build"/> offered, in its order.</summary>
        public ImmutableArray<Evidence> Evidence { get; init; } = [];

        /// <summary>The set that is due after the parent: the block seals the epoch if a quorum of it is ready.</summary>
        public ValidatorSet? Due { get; init; }

        /// <summary>For the header; what it means the ledger knows.</summary>
        public Hash256? Reveal { get; init; }

        public Hash256 Beacon { get; init; }
    }

    /// <summary>Which set the finalized ledger says is due after this epoch; null where none is.</summary>
    public sealed record SetDue(ValidatorSet? Set) : ConsensusInput;

    /// <summary>The ledger has these keys in jail already: evidence against them is no news.</summary>
    public sealed record Punished(ImmutableArray<PublicKey> Keys) : ConsensusInput;

    /// <summary>Evidence that somebody brought by hand: what forensics found, say.</summary>
    public sealed record Brought(Evidence Evidence) : ConsensusInput;

    /// <summary>Answers <see cref="ConsensusEffect.Check"/>.</summary>
    public sealed record Checked(Hash256 Digest, bool IsAccepted) : ConsensusInput;

    /// <summary>
    /// Answers <see cref="ConsensusEffect.FarBehind"/>: the ledger was restored from a snapshot, and blocks on top of it up to this one, which
    /// the certificate finalizes, were executed and are durable.
    /// </summary>
    /// <param name="Seals">Verified, one after the other, from this epoch to the blocks'; none where they are of this one.</param>
    public sealed record Restored(ImmutableArray<Block> Blocks, Certificate Finalization, ImmutableArray<Seal> Seals) : ConsensusInput;

    /// <summary>Answers <see cref="ConsensusEffect.FarBehind"/>: there is no snapshot to be had for now.</summary>
    public sealed record NoSnapshot : ConsensusInput;
}

public enum ConsensusTimer
{
    Leader,
    Advance,
    Retry,
    Build,
    Fetch,
    Fence,
}
