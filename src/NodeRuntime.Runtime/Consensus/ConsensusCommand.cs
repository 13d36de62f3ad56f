using System;
using System.Collections.Immutable;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Consensus;
using NodeRuntime.Consensus.Sync;
using NodeRuntime.Ledger.State;
using NodeRuntime.Ledger.Transactions;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Light;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Runtime.Consensus;

/// <summary>What the consensus supervisor hears.</summary>
public abstract record ConsensusCommand
{
    private ConsensusCommand()
    {
    }

    public sealed record PeerConnected(PeerId Peer) : ConsensusCommand;

    public sealed record PeerLeft(PeerId Peer) : ConsensusCommand;

    public sealed record Frame(PeerId Peer, FrameClass FrameClass, ReadOnlyMemory<byte> Bytes) : ConsensusCommand;

    /// <summary>A timer that the machine asked for.</summary>
    public sealed record Timer(ConsensusTimer Fired) : ConsensusCommand;

    /// <summary>A timer that the gossip of transactions asked for.</summary>
    internal sealed record GossipTimer(Transactions.GossipTimer Fired) : ConsensusCommand;

    /// <summary>The timer of proposals that are being put together.</summary>
    internal sealed record ProposalTimer : ConsensusCommand;

    /// <summary>What the signatures of transactions are worth that a peer sent.</summary>
    internal sealed record Verified(PeerId From, ImmutableArray<SignedTransaction> Transactions) : ConsensusCommand;

    /// <summary>Time to look whether the tip is news.</summary>
    public sealed record Look : ConsensusCommand;

    /// <summary>A batch of the log was written, or not.</summary>
    public sealed record Written(ulong Token, JournalVerdict Verdict) : ConsensusCommand;

    /// <summary>A snapshot is durable; blocks up to the oldest but one are no longer needed for a start.</summary>
    /// <param name="Oldest">Of the snapshots on disk; genesis while there is only one.</param>
    public sealed record SnapshotKept(Height Oldest) : ConsensusCommand;

    /// <summary>A snapshot was fetched, proven and audited: the ledger may go on from it.</summary>
    /// <param name="Seals">From the epoch in which the search began to the snapshot's.</param>
    public sealed record Restored(LedgerState State, SnapshotPlan Plan, ImmutableArray<Seal> Seals) : ConsensusCommand;

    /// <summary>No snapshot is to be had.</summary>
    public sealed record NoSnapshot : ConsensusCommand;

    /// <summary>Where does agreement stand? In words, for a person.</summary>
    public sealed record Describe(ActorRef<string> Reply) : ConsensusCommand;

    /// <summary>Evidence that somebody brought to the API.</summary>
    public sealed record Accuse(Evidence Evidence, ActorRef<AccusationAnswer> Reply) : ConsensusCommand;

    /// <summary>Seconds of the calendar of events for the blocks of this peer, in their order; in place of those that were offered before.</summary>
    public sealed record OfferSeconds(ImmutableArray<EnteredSecond> Seconds) : ConsensusCommand;

    /// <summary>A transaction from this peer or its API.</summary>
    public sealed record Submit(ReadOnlyMemory<byte> Transaction, ActorRef<SubmitAnswer>? Reply) : ConsensusCommand;
}

/// <summary>Whether evidence convicts, or the word for why it does not.</summary>
public sealed record AccusationAnswer(bool IsAccepted, string Verdict);

/// <summary>What became of an offered transaction: the pool's word for it.</summary>
public sealed record SubmitAnswer(TransactionId Id, bool IsAccepted, string Verdict, string Detail);
