using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

/// <summary>
/// Everything the machine may ask, in order. What stands behind a <see cref="Persist"/> may happen only when that record
/// is durable: no vote leaves before it is.
/// </summary>
public abstract record ConsensusEffect
{
    private ConsensusEffect()
    {
    }

    /// <summary>Append to the log; a vote's record also moves the durable watermark.</summary>
    public sealed record Persist(LogRecord Record) : ConsensusEffect;

    public sealed record Send(PeerId Peer, ConsensusMessage Message) : ConsensusEffect;

    /// <summary>To every connected peer.</summary>
    public sealed record Broadcast(ConsensusMessage Message) : ConsensusEffect;

    public sealed record SetTimer(ConsensusTimer Timer, Duration Delay) : ConsensusEffect;

    public sealed record CancelTimer(ConsensusTimer Timer) : ConsensusEffect;

    /// <summary>
    /// Choose transactions for a child of this parent, and of this evidence what the ledger has not punished yet; answered by
    /// <see cref="ConsensusInput.Built"/>.
    /// </summary>
    /// <param name="ParentView">The parent's, as the block's header will name it: the leaders of the views between were skipped.</param>
    public sealed record Build(View View, Hash256 Parent, View ParentView, Instant Time, ImmutableArray<Evidence> Evidence) : ConsensusEffect;

    /// <summary>Execute a block whose parent was accepted; answered by <see cref="ConsensusInput.Checked"/>.</summary>
    public sealed record Check(Block Block, Hash256 Digest) : ConsensusEffect;

    /// <summary>These blocks are final, oldest first; the certificate finalizes the last. Never taken back.</summary>
    public sealed record Deliver(ImmutableArray<Block> Blocks, Certificate Finalization) : ConsensusEffect;

    /// <summary>Send finalized blocks from a height on to a peer, the last with its certificate.</summary>
    public sealed record ServeChain(PeerId Peer, Height From) : ConsensusEffect;

    /// <summary>Send the finalized block of a height, if it has this digest, and as many below it as fit.</summary>
    public sealed record ServeBranch(PeerId Peer, Height Top, Hash256 Digest) : ConsensusEffect;

    /// <summary>
    /// The chain is final up to a height so far above ours that a snapshot is nearer than the blocks between, or the blocks are nowhere to be
    /// had. Answered by <see cref="ConsensusInput.Restored"/> or <see cref="ConsensusInput.NoSnapshot"/>.
    /// </summary>
    /// <param name="Target">Null where the chain is in a later epoch: how high it is nobody can show before the seals are here.</param>
    public sealed record FarBehind(Height? Target) : ConsensusEffect;

    /// <summary>A validator signed two things that contradict each other; both signatures were checked. Once for each fault.</summary>
    public sealed record Accuse(Evidence Evidence) : ConsensusEffect;

    /// <summary>Two finalizations contradict each other. Nothing more will be finalized here.</summary>
    public sealed record Halt(Certificate First, Certificate Second) : ConsensusEffect;

    /// <summary>A peer sent what an honest one does not send.</summary>
    public sealed record Blame(PeerId Peer, ConsensusFault Fault) : ConsensusEffect;
}

/// <summary>What of a message shows that its sender, who was authenticated, is at fault.</summary>
public enum ConsensusFault
{
    SignatureWrong,
    CertificateWrong,
    ProposalWrong,
    ChainWrong,
    EvidenceWrong,
}
