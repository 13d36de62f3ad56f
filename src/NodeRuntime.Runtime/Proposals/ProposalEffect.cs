using System;
using System.Collections.Immutable;
using NodeRuntime.Consensus;
using NodeRuntime.Membership;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Proposals;

/// <summary>Everything <see cref="ProposalMachine"/> may ask, in order.</summary>
internal abstract record ProposalEffect
{
    private ProposalEffect()
    {
    }

    /// <summary>A proposal is whole: consensus may hear it, as if it had come so.</summary>
    /// <param name="Fetched">Its transactions that were not in the pool.</param>
    public sealed record Complete(PeerId From, ConsensusMessage.Propose Proposal, ImmutableArray<ReadOnlyMemory<byte>> Fetched) : ProposalEffect;

    /// <summary>Questions travel as fast as votes, bodies behind them.</summary>
    public sealed record Send(PeerId Peer, CompactMessage Message) : ProposalEffect;

    public sealed record SetTimer(Duration Delay) : ProposalEffect;

    public sealed record Blame(PeerId Peer, Misdeed Misdeed) : ProposalEffect;
}
