using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

/// <summary>
/// Everything the machine may ask of the world. The order inside a step is kept; what goes to the ledger (Build,
/// CheckBlock, Deliver) stays in order across steps too.
/// </summary>
public abstract record ConsensusEffect
{
    private ConsensusEffect()
    {
    }

    /// <summary>The network carries it, or loses it; nobody answers.</summary>
    public sealed record Send(PeerId To, ConsensusMessage Message) : ConsensusEffect;

    /// <summary>To every connected peer of the audience but ourselves; nobody answers.</summary>
    public sealed record Broadcast(Audience To, ConsensusMessage Message) : ConsensusEffect;

    /// <summary>The clock answers with <see cref="ConsensusInput.TimerFired"/>. Replaces a running timer of that kind.</summary>
    public sealed record SetTimer(ConsensusTimer Timer, ulong Sequence, Duration After) : ConsensusEffect;

    /// <summary>The clock forgets the timer of that kind; nobody answers.</summary>
    public sealed record CancelTimer(ConsensusTimer Timer) : ConsensusEffect;

    /// <summary>The log appends all records or none and answers with <see cref="ConsensusInput.Durable"/>. Tokens increase.</summary>
    public sealed record Persist(ulong Token, ImmutableArray<ConsensusRecord> Records) : ConsensusEffect;

    /// <summary>The log may forget everything with a token below; nobody answers.</summary>
    public sealed record TruncateLog(ulong Below) : ConsensusEffect;

    /// <summary>The signer signs <see cref="Digest"/> and answers with <see cref="ConsensusInput.Signed"/>. Slots never decrease.</summary>
    public sealed record Sign(VoteSlot Slot, Hash256? Value, Hash256 Digest) : ConsensusEffect;

    /// <summary>
    /// The ledger picks a body on top of the state after the parent and answers with <see cref="ConsensusInput.Built"/>.
    /// <see cref="Time"/> is what the header will hold; at most <see cref="BytesMax"/> bytes of transactions (0: an empty body).
    /// </summary>
    public sealed record Build(View View, Hash256 Parent, Height ParentHeight, Instant Time, int BytesMax) : ConsensusEffect;

    /// <summary>The ledger executes the block on its parent's state and answers with <see cref="ConsensusInput.BlockChecked"/>.</summary>
    public sealed record CheckBlock(Hash256 Digest, Block Block) : ConsensusEffect;

    /// <summary>
    /// Final, oldest first, each a child of the one before: the ledger commits them (executing those it never checked), the
    /// store keeps block and certificate, and <see cref="ConsensusInput.Delivered"/> tells when the last one is durable.
    /// </summary>
    public sealed record Deliver(ImmutableArray<FinalizedBlock> Blocks) : ConsensusEffect;

    /// <summary>The store answers with <see cref="ConsensusInput.BlockRead"/>.</summary>
    public sealed record ReadBlock(PeerId For, Hash256 Digest) : ConsensusEffect;

    /// <summary>The store answers with <see cref="ConsensusInput.ChainRead"/>: at most <see cref="Count"/> headers from that height up.</summary>
    public sealed record ReadChain(PeerId For, Height From, int Count) : ConsensusEffect;

    /// <summary>The ledger may slash for it; nobody answers. Said once for each validator.</summary>
    public sealed record Accuse(DoubleVote Evidence) : ConsensusEffect;

    /// <summary>Membership lowers the peer's score; nobody answers.</summary>
    public sealed record Blame(PeerId Peer, Misdeed What) : ConsensusEffect;

    /// <summary>The chain has forked: more than a third lied. The machine has stopped; people must look. Nobody answers.</summary>
    public sealed record Halt(ForkProof Proof) : ConsensusEffect;

    /// <summary>A rule of <c>docs/consensus.md</c> fired; for logs and for tests that count. Nobody answers.</summary>
    public sealed record Trace(ConsensusRule Rule, View View, Hash256? Value) : ConsensusEffect;
}

/// <summary>A block that is final and, where a quorum finalized that very block and not only a descendant, its certificate.</summary>
public readonly record struct FinalizedBlock(Hash256 Digest, Block Block, Certificate? Finalization);

/// <summary>Two finalizations that cannot both be. Their common signers, more than a third, each signed a contradiction.</summary>
public sealed record ForkProof(Certificate Ours, BlockHeader? OurHeader, Certificate Theirs, BlockHeader? TheirHeader);

public enum Audience
{
    Validators,
    Observers,
    Everyone,
}

/// <summary>What a peer did that no honest peer does.</summary>
public enum Misdeed
{
    BadSignature,
    BadCertificate,
    BadBlock,
    BadChain,
    RequestFlood,
}
