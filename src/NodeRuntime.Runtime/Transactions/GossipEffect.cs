using System.Collections.Immutable;
using NodeRuntime.Ledger.Mempool;
using NodeRuntime.Ledger.Transactions;
using NodeRuntime.Membership;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Transactions;

/// <summary>Everything <see cref="GossipMachine"/> may ask, in order.</summary>
internal abstract record GossipEffect
{
    private GossipEffect()
    {
    }

    /// <summary>A frame of class Transactions. What a full queue refuses is repaired by patience and by other announcers.</summary>
    public sealed record Send(PeerId Peer, TransactionMessage Message) : GossipEffect;

    public sealed record SetTimer(GossipTimer Timer, Duration Delay) : GossipEffect;

    public sealed record Blame(PeerId Peer, Misdeed Misdeed) : GossipEffect;

    /// <summary>
    /// Their signatures are to be verified, by any thread; each is answered for by <see cref="GossipInput.Verified"/>, those of one sender in this order.
    /// </summary>
    public sealed record Verify(PeerId From, ImmutableArray<UnverifiedTransaction> Bodies) : GossipEffect;

    /// <summary>It is in the pool now, and its signatures are verified.</summary>
    public sealed record Accepted(VerifiedTransaction Transaction) : GossipEffect;

    /// <summary>What the pool said to <see cref="GossipInput.Submitted"/>.</summary>
    public sealed record Answer(MempoolOutcome Outcome) : GossipEffect;

    /// <summary>A transaction gave way to another and is in the pool no more.</summary>
    public sealed record Dropped(DroppedTransaction Transaction) : GossipEffect;
}
