using System;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

/// <summary>Everything the world may say to the machine. Inputs are logged in order and replay to the same effects.</summary>
public abstract record ConsensusInput
{
    private ConsensusInput()
    {
    }

    /// <summary>Said once, before anything else, when ports and timers are ready.</summary>
    public sealed record Start : ConsensusInput;

    /// <summary>A decoded message from a peer whose identity the transport has proved. Its signatures are unchecked.</summary>
    public sealed record Received(PeerId From, ConsensusMessage Message) : ConsensusInput;

    /// <summary>A link to the peer is up: it may be asked and told.</summary>
    public sealed record PeerConnected(PeerId Peer) : ConsensusInput;

    /// <summary>The link to the peer is gone.</summary>
    public sealed record PeerDisconnected(PeerId Peer) : ConsensusInput;

    /// <summary>Answers <see cref="ConsensusEffect.SetTimer"/>; one that was replaced or cancelled is ignored by its sequence.</summary>
    public sealed record TimerFired(ConsensusTimer Timer, ulong Sequence) : ConsensusInput;

    /// <summary>Answers <see cref="ConsensusEffect.Build"/>: the body, and the root of the state after the parent.</summary>
    public sealed record Built(
        View View, Hash256 Parent, Hash256 ParentStateRoot, ImmutableArray<ReadOnlyMemory<byte>> Transactions) : ConsensusInput;

    /// <summary>Answers <see cref="ConsensusEffect.CheckBlock"/>.</summary>
    public sealed record BlockChecked(Hash256 Digest, BlockVerdict Verdict) : ConsensusInput;

    /// <summary>Answers <see cref="ConsensusEffect.Sign"/>.</summary>
    public sealed record Signed(VoteSlot Slot, Hash256? Value, Signature Signature) : ConsensusInput;

    /// <summary>Answers <see cref="ConsensusEffect.Persist"/>: every record up to this token survives a loss of power.</summary>
    public sealed record Durable(ulong Token) : ConsensusInput;

    /// <summary>Answers <see cref="ConsensusEffect.Deliver"/>: the ledger's state at this height survives a loss of power.</summary>
    public sealed record Delivered(Height Height) : ConsensusInput;

    /// <summary>Answers <see cref="ConsensusEffect.ReadBlock"/>; none where the store does not hold it.</summary>
    public sealed record BlockRead(PeerId For, Block? Block) : ConsensusInput;

    /// <summary>Answers <see cref="ConsensusEffect.ReadChain"/>: finalized headers in order of height, as far as the store goes.</summary>
    public sealed record ChainRead(PeerId For, ImmutableArray<FinalizedHeader> Headers) : ConsensusInput;

    /// <summary>The mempool (or the ledger's own due work) has something for a block, or has not any more. Said on change.</summary>
    public sealed record TransactionsPending(bool Pending) : ConsensusInput;
}

/// <summary>What the ledger says of a block, in the order of its checks.</summary>
public enum BlockVerdict
{
    Accepted,
    StateRootWrong,
    TransactionRefused,
}

/// <summary>A header of the store and, where a quorum finalized that very block, its certificate.</summary>
public readonly record struct FinalizedHeader(BlockHeader Header, Certificate? Finalization);
