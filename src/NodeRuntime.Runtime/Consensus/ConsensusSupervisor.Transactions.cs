using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Consensus;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Mempool;
using NodeRuntime.Ledger.Transactions;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Runtime.Proposals;
using NodeRuntime.Runtime.Transactions;

namespace NodeRuntime.Runtime.Consensus;

// The two machines beside consensus: transactions on their way to the pool, and proposals on their way to consensus.
public sealed partial class ConsensusSupervisor
{
    private static readonly Duration StatusInterval = Duration.FromSeconds(1);

    private readonly GossipMachine _gossip;
    private readonly ProposalMachine _proposals;
    private ActorRef<SubmitAnswer>? _submitter;
    private (View Finalized, View Current) _followed;
    private (View View, ImmutableArray<PeerId> Leaders)? _nextLeaders;
    private TransactionStatus _told = new();
    private Instant _toldAt = Instant.Epoch;

    // Views begin anew with an epoch, and so does what is remembered of them.
    private void KnowValidators()
    {
        ValidatorSet validators = _chain.State.Validators;
        ImmutableArray<PeerId>.Builder peers = ImmutableArray.CreateBuilder<PeerId>(validators.Count);
        foreach (ValidatorMember validator in validators.Members) peers.Add(validator.Peer);
        _nextLeaders = null;
        _followed = default;
        Rebuild(new ProposalInput.Validators(peers.MoveToImmutable()));
        Follow(_machine.Snapshot);
    }

    private void Submit(ReadOnlyMemory<byte> bytes, ActorRef<SubmitAnswer>? reply)
    {
        _submitter = reply;
        Gossip(new GossipInput.Submitted(bytes, NextLeaders()));
        _submitter = null;
    }

    private void Gossip(GossipInput input)
    {
        bool hasNews = false;
        foreach (GossipEffect effect in _gossip.Step(Context.Now, input))
        {
            switch (effect)
            {
                case GossipEffect.Send m:
                    _ports.Network.Send(m.Peer, FrameClass.Transactions, m.Message.Encode());
                    break;
                case GossipEffect.SetTimer m:
                    Context.StartTimer("gossip-" + m.Timer, new ConsensusCommand.GossipTimer(m.Timer), m.Delay);
                    break;
                case GossipEffect.Blame m:
                    Blame(m.Peer, m.Misdeed);
                    break;
                case GossipEffect.Verify m:
                    Verify(m);
                    break;
                case GossipEffect.Accepted m:
                    hasNews = true;
                    Rebuild(new ProposalInput.Arrived(m.Transaction));
                    break;
                case GossipEffect.Answer m:
                    bool isAccepted = m.Outcome.IsAccepted || m.Outcome.Verdict == MempoolVerdict.AlreadyKnown;
                    _submitter?.Tell(new SubmitAnswer(m.Outcome.Id, isAccepted, m.Outcome.Name, m.Outcome.ToString()));
                    break;
                case GossipEffect.Dropped m:
                    Say(LogLevel.Debug, $"transaction {m.Transaction.Id} dropped: {m.Transaction}");
                    break;
                default:
                    Invariant.Break("an effect without a hand");
                    break;
            }
        }

        if (hasNews) NotePending();
    }

    // What a verifier sheds is asked for again, by whoever announces it again.
    private void Verify(GossipEffect.Verify verify)
    {
        ImmutableArray<ActorRef<VerifierCommand>> verifiers = _doors.Verifiers;
        ImmutableArray<UnverifiedTransaction>.Builder[] parts = new ImmutableArray<UnverifiedTransaction>.Builder[verifiers.Length];
        foreach (UnverifiedTransaction body in verify.Bodies)
        {
            int verifier = body.Transaction.Sender.Hash.AsSpan()[0] % verifiers.Length;
            (parts[verifier] ??= ImmutableArray.CreateBuilder<UnverifiedTransaction>()).Add(body);
        }

        for (int i = 0; i < parts.Length; i++)
        {
            if (parts[i] is { } part) verifiers[i].Tell(new VerifierCommand(verify.From, part.DrainToImmutable(), _self!));
        }
    }

    private void Rebuild(ProposalInput input)
    {
        foreach (ProposalEffect effect in _proposals.Step(Context.Now, input))
        {
            switch (effect)
            {
                case ProposalEffect.Complete m:
                    // Into the pool first: a block finds there what was verified, and a view that fails does not lose it.
                    if (!m.Fetched.IsEmpty) Gossip(new GossipInput.Fetched(m.Fetched));
                    Step(new ConsensusInput.Received(m.From, m.Proposal), (int)m.Proposal.Block.MeasureBody());
                    break;
                case ProposalEffect.Send m:
                    FrameClass frameClass = m.Message is CompactMessage.Bodies ? FrameClass.Sync : FrameClass.Consensus;
                    _ports.Network.Send(m.Peer, frameClass, m.Message.Encode());
                    break;
                case ProposalEffect.SetTimer m:
                    Context.StartTimer("proposals", new ConsensusCommand.ProposalTimer(), m.Delay);
                    break;
                case ProposalEffect.Blame m:
                    Blame(m.Peer, m.Misdeed);
                    break;
                default:
                    Invariant.Break("an effect without a hand");
                    break;
            }
        }
    }

    private void Settle(BlockOutcome outcome, ImmutableArray<DroppedTransaction> dropped)
    {
        ImmutableArray<TransactionId>.Builder ids = ImmutableArray.CreateBuilder<TransactionId>(outcome.Receipts.Length + dropped.Length);
        foreach (TransactionReceipt receipt in outcome.Receipts) ids.Add(receipt.Id);
        foreach (DroppedTransaction transaction in dropped)
        {
            ids.Add(transaction.Id);
            Say(LogLevel.Debug, $"transaction {transaction.Id} dropped: {transaction}");
        }

        if (ids.Count > 0) Gossip(new GossipInput.Settled(ids.MoveToImmutable()));
    }

    // Who is pushed what was just submitted is ahead of the gossip: a large block of such would be asked for piece by piece.
    // A small one travels whole, and nothing need wait.
    private Instant? SpreadBy() => _mempool.ByteCount < 4 * ProposalMachine.CompactBytesMin ? null : Context.Now - GossipMachine.SpreadTime(_model.Genesis.Parameters);

    // This view's leader may have built already; the two after it have not.
    private ImmutableArray<PeerId> NextLeaders()
    {
        View view = _machine.Snapshot.View;
        if (_nextLeaders is { } known && known.View == view) return known.Leaders;
        ValidatorSet validators = _chain.State.Validators;
        SortedSet<PeerId> leaders = [];
        for (ulong ahead = 0; ahead < GossipMachine.LeadersAhead; ahead++)
        {
            ValidatorIndex leader = LeaderSchedule.LeaderOf(_model.Chain, validators, new View(view.Number + ahead));
            leaders.Add(validators[leader].Peer);
        }

        _nextLeaders = (view, [.. leaders]);
        return _nextLeaders.Value.Leaders;
    }

    private void Follow(ConsensusSnapshot snapshot)
    {
        if ((snapshot.FinalizedView, snapshot.View) != _followed)
        {
            _followed = (snapshot.FinalizedView, snapshot.View);
            Rebuild(new ProposalInput.Entered(snapshot.FinalizedView, snapshot.View));
            _leads = snapshot.Self is { } self && LeaderSchedule.LeaderOf(_model.Chain, snapshot.Validators, snapshot.View) == self;
            NotePending();
        }

        if (Context.Now - _toldAt < StatusInterval) return;
        _toldAt = Context.Now;
        TransactionStatus proposals = _proposals.Counters;
        TransactionStatus status = _gossip.Counters with
        {
            ProposalsShortened = proposals.ProposalsShortened,
            ProposalBytesWhole = proposals.ProposalBytesWhole,
            ProposalBytesShort = proposals.ProposalBytesShort,
            ProposalBytesServed = proposals.ProposalBytesServed,
            ProposalsRebuilt = proposals.ProposalsRebuilt,
            ProposalsRefetched = proposals.ProposalsRefetched,
            ProposalTransactionsHeld = proposals.ProposalTransactionsHeld,
            ProposalTransactionsFetched = proposals.ProposalTransactionsFetched,
            ProposalTransactionsLate = proposals.ProposalTransactionsLate,
            ProposalsOpen = proposals.ProposalsOpen,
        };
        if (status == _told) return;
        _told = status;
        Context.Publish(status);
    }
}
