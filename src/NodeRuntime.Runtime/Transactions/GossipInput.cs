using System;
using System.Collections.Immutable;
using NodeRuntime.Ledger.Transactions;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Transactions;

/// <summary>Everything the world may say to <see cref="GossipMachine"/>.</summary>
internal abstract record GossipInput
{
    private GossipInput()
    {
    }

    public sealed record PeerConnected(PeerId Peer) : GossipInput;

    public sealed record PeerLeft(PeerId Peer) : GossipInput;

    public sealed record Received(PeerId Peer, TransactionMessage Message) : GossipInput;

    /// <summary>What the signatures are worth that <see cref="GossipEffect.Verify"/> asked about, or some of them.</summary>
    public sealed record Verified(PeerId From, ImmutableArray<SignedTransaction> Transactions) : GossipInput;

    /// <summary>A transaction from this peer or its API; answered by <see cref="GossipEffect.Answer"/>.</summary>
    /// <param name="NextLeaders">Who will soon build a block: they get the body at once.</param>
    public sealed record Submitted(ReadOnlyMemory<byte> Transaction, ImmutableArray<PeerId> NextLeaders) : GossipInput;

    /// <summary>Bodies that came as parts of a proposal.</summary>
    public sealed record Fetched(ImmutableArray<ReadOnlyMemory<byte>> Transactions) : GossipInput;

    /// <summary>These stand in a final block, or left the pool otherwise: nobody needs to send them to us any more.</summary>
    public sealed record Settled(ImmutableArray<TransactionId> Ids) : GossipInput;

    public sealed record TimerFired(GossipTimer Timer) : GossipInput;
}

internal enum GossipTimer
{
    /// <summary>What is new is announced.</summary>
    Announce,

    /// <summary>A body that was asked for is overdue.</summary>
    Patience,

    /// <summary>What was submitted here and still waits is announced again.</summary>
    Remind,
}
