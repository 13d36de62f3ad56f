using System.Collections.Immutable;
using NodeRuntime.Ledger.Transactions;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Proposals;

/// <summary>Everything the world may say to <see cref="ProposalMachine"/>.</summary>
internal abstract record ProposalInput
{
    private ProposalInput()
    {
    }

    public sealed record PeerConnected(PeerId Peer) : ProposalInput;

    public sealed record PeerLeft(PeerId Peer) : ProposalInput;

    /// <summary>An epoch begins: the peers of its validators, in the order of their indices.</summary>
    public sealed record Validators(ImmutableArray<PeerId> Peers) : ProposalInput;

    public sealed record Received(PeerId Peer, CompactMessage Message) : ProposalInput;

    /// <summary>A transaction came into the pool: it may be one that a proposal waits for.</summary>
    public sealed record Arrived(VerifiedTransaction Transaction) : ProposalInput;

    /// <summary>Where consensus stands.</summary>
    public sealed record Entered(View Finalized, View Current) : ProposalInput;

    /// <summary>Answers <see cref="ProposalEffect.SetTimer"/>.</summary>
    public sealed record TimerFired : ProposalInput;
}
