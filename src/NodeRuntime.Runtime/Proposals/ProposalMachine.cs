using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Consensus;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Mempool;
using NodeRuntime.Ledger.Transactions;
using NodeRuntime.Membership;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Runtime.Transactions;

namespace NodeRuntime.Runtime.Proposals;

/// <summary>
/// A leader's uplink is what bounds a chain: it sends every block to everybody. Almost all of a block was gossiped before, so its
/// proposal names the transactions by eight bytes each (after BIP 152), and whoever lacks some asks for them.
/// <code>
///   leader ── skeleton, short ids, vote ──> all        the pool fills the places; whole? root right? ──> consensus hears a proposal
///          &lt;── places that are missing ──               after a while another validator is asked: who has voted holds it
///          ── bodies ──>                                root wrong? all of it once more, from the leader alone; still wrong: blame
/// </code>
/// This stands before consensus, which sees whole blocks and nothing else: it votes for what it could check. A proposal is taken from its
/// own leader's connection alone, so that nobody else can make us keep anything; of each leader two, and a bounded number of all.
/// </summary>
internal sealed class ProposalMachine(MempoolMachine pool, Duration networkDelay, Prng prng)
{
    /// <summary>A smaller body travels whole: it costs less than the question for one transaction.</summary>
    public const int CompactBytesMin = 4096;

    // The leader, and then others by chance. What nobody gave by then comes with a certificate, or never.
    private const int AskedMax = 6;
    private const int ServedBytesPerSecond = 4 * Limits.BlockBytesMax;
    private const int ServedBytesBurst = 8 * Limits.BlockBytesMax;
    private const long FetchedBytesMax = 32L * Limits.BlockBytesMax;

    private readonly List<ProposalEffect> _effects = [];
    private readonly SortedDictionary<(View View, Hash256 Digest), PendingProposal> _pending = [];
    private readonly Queue<(Hash256 Digest, Block Block)> _held = [];
    private readonly SortedDictionary<PeerId, PeerBudget> _peers = [];
    private ImmutableArray<PeerId> _validators = [];
    private View _finalized;
    private View _current;
    private Instant _now;
    private bool _timerRuns;

    public int PendingCount => _pending.Count;

    public TransactionStatus Counters { get; private set; } = new();

    /// <summary>
    /// A proposal of our own in short form, to be sent in its place; null where it travels whole. Others may ask parts of it from now on.
    /// </summary>
    public CompactMessage.Proposal? Shorten(ConsensusMessage.Propose propose)
    {
        int bytes = (int)propose.Block.MeasureBody();
        if (bytes < CompactBytesMin) return null;
        Hash256 digest = propose.Block.Header.Digest;
        ImmutableArray<ReadOnlyMemory<byte>> body = propose.Block.Transactions;
        int whole = BlockBody.PartsBeforeTransactions(body);
        ImmutableArray<ShortId> ids = ShortId.Of(digest, body.AsSpan(whole..));
        if (ids.IsEmpty || CompactRules.HasTwins(ids)) return null;
        Hold(digest, propose.Block);
        CompactMessage.Proposal compact = new(propose.Block with { Transactions = body[..whole] }, ids, propose.LeaderVote);
        int shortLength = compact.Encode().Length;
        Counters = Counters with
        {
            ProposalsShortened = Counters.ProposalsShortened + 1,
            // Not encoded for a figure: but for a few bytes of heads it is the bodies in the place of the ids.
            ProposalBytesWhole = Counters.ProposalBytesWhole + shortLength - (ids.Length * ShortId.ByteCount) + bytes,
            ProposalBytesShort = Counters.ProposalBytesShort + shortLength,
        };
        return compact;
    }

    public ImmutableArray<ProposalEffect> Step(Instant now, ProposalInput input)
    {
        Invariant.Holds(_effects.Count == 0);
        _now = now;
        switch (input)
        {
            case ProposalInput.PeerConnected m:
                _peers[m.Peer] = new PeerBudget(ServedBytesPerSecond, ServedBytesBurst, _now);
                break;
            case ProposalInput.PeerLeft m:
                _peers.Remove(m.Peer);
                break;
            case ProposalInput.Validators m:
                _validators = m.Peers;
                // Views of the epoch before say nothing of this one.
                _pending.Clear();
                _finalized = View.Genesis;
                _current = View.Genesis;
                break;
            case ProposalInput.Received m:
                // What was under way when a connection ended is nobody's.
                if (_peers.TryGetValue(m.Peer, out PeerBudget? budget)) Receive(m.Peer, budget, m.Message);
                break;
            case ProposalInput.Arrived m:
                Arrive(m.Transaction);
                break;
            case ProposalInput.Entered m:
                Enter(m.Finalized, m.Current);
                break;
            case ProposalInput.TimerFired:
                _timerRuns = false;
                AskOverdue();
                break;
            default:
                Invariant.Break("an input without a rule");
                break;
        }

        SetTimer();
        Counters = Counters with { ProposalsOpen = _pending.Count };
        ImmutableArray<ProposalEffect> effects = [.. _effects];
        _effects.Clear();
        return effects;
    }

    private void Receive(PeerId peer, PeerBudget budget, CompactMessage message)
    {
        switch (message)
        {
            case CompactMessage.Proposal m:
                Begin(peer, m);
                break;
            case CompactMessage.Want m:
                Serve(peer, budget, m);
                break;
            case CompactMessage.Bodies m:
                Fill(peer, m);
                break;
            default:
                Invariant.Break("a message without a rule");
                break;
        }
    }

    private void Begin(PeerId peer, CompactMessage.Proposal proposal)
    {
        ValidatorIndex proposer = proposal.Skeleton.Header.Proposer;
        PeerId? known = proposer.Number < _validators.Length ? _validators[proposer.Number] : null;
        switch (CompactRules.Check(proposal, peer, known, _finalized, _current))
        {
            case CompactVerdict.Accepted:
                break;
            case CompactVerdict.NotFromProposer:
            case CompactVerdict.ViewNotNear:
                return;
            case CompactVerdict.VoteNotForBlock:
            case CompactVerdict.SkeletonNotEmpty:
            case CompactVerdict.NoIds:
            case CompactVerdict.IdTwice:
                _effects.Add(new ProposalEffect.Blame(peer, Misdeed.RuleBroken));
                return;
        }

        Hash256 digest = proposal.Skeleton.Header.Digest;
        // Said again: consensus hears it again as well, and what is missing is asked for again.
        if (FindHeld(digest) is { } whole)
        {
            _effects.Add(new ProposalEffect.Complete(peer, new ConsensusMessage.Propose(whole, proposal.LeaderVote), []));
            return;
        }

        (View View, Hash256 Digest) key = (proposal.Skeleton.Header.View, digest);
        if (!_pending.TryGetValue(key, out PendingProposal? pending))
        {
            if (!MakeRoom(peer, key.View)) return;
            pending = new PendingProposal(peer, proposal, digest);
            _pending.Add(key, pending);
            foreach (VerifiedTransaction held in pool.Held) pending.Offer(held.Fingerprint, held.Bytes);
        }
        else if (pending.IsRefused)
        {
            return;
        }

        if (pending.MissingCount == 0) Finish(pending);
        else Ask(pending, pending.Proposer);
    }

    // Two of each leader, the younger ones; of all the ones nearest to us: whoever invents proposals for views to come displaces only such.
    private bool MakeRoom(PeerId leader, View view)
    {
        int ofLeader = 0;
        (View View, Hash256 Digest)? oldest = null;
        (View View, Hash256 Digest)? furthest = null;
        foreach (((View View, Hash256 Digest) key, PendingProposal pending) in _pending)
        {
            furthest = key;
            if (pending.Proposer != leader) continue;
            oldest ??= key;
            ofLeader++;
        }

        if (ofLeader >= Limits.ProposalsRebuiltPerLeaderMax)
        {
            Invariant.Holds(oldest is not null);
            if (oldest.Value.View > view) return false;
            _pending.Remove(oldest.Value);
        }
        else if (_pending.Count >= Limits.ProposalsRebuiltMax)
        {
            Invariant.Holds(furthest is not null);
            if (furthest.Value.View <= view) return false;
            _pending.Remove(furthest.Value);
        }

        return true;
    }

    private void Fill(PeerId peer, CompactMessage.Bodies bodies)
    {
        if (FindPending(bodies.Digest) is not { IsRefused: false } pending)
        {
            if (FindHeld(bodies.Digest) is null) return;
            Counters = Counters with { ProposalTransactionsLate = Counters.ProposalTransactionsLate + bodies.Transactions.Length };
            return;
        }

        // Late answers are welcome, but for those that may have spoilt it.
        if (pending.IsRefetched && peer != pending.Proposer) return;
        foreach (PlacedBody body in bodies.Transactions)
        {
            if (!pending.TryFill(body))
            {
                _effects.Add(new ProposalEffect.Blame(peer, Misdeed.RuleBroken));
                return;
            }
        }

        if (pending.FetchedBytes > Limits.BlockBytesMax) Refuse(pending);
        else if (SumOfFetched() > FetchedBytesMax) DropFurthest();
        else if (pending.MissingCount == 0) Finish(pending);
    }

    private void Arrive(VerifiedTransaction transaction)
    {
        List<PendingProposal>? whole = null;
        foreach (PendingProposal pending in _pending.Values)
        {
            if (pending.IsRefused || pending.MissingCount == 0) continue;
            pending.Offer(transaction.Fingerprint, transaction.Bytes);
            if (pending.MissingCount == 0) (whole ??= []).Add(pending);
        }

        if (whole is null) return;
        foreach (PendingProposal pending in whole) Finish(pending);
    }

    private void Finish(PendingProposal pending)
    {
        if (pending.Assemble() is { } block)
        {
            _pending.Remove((pending.View, pending.Digest));
            Hold(pending.Digest, block);
            ImmutableArray<ReadOnlyMemory<byte>> fetched = pending.Fetched();
            Counters = Counters with
            {
                ProposalsRebuilt = Counters.ProposalsRebuilt + 1,
                ProposalTransactionsFetched = Counters.ProposalTransactionsFetched + fetched.Length,
                ProposalTransactionsHeld = Counters.ProposalTransactionsHeld + block.Transactions.Length - fetched.Length,
            };
            _effects.Add(new ProposalEffect.Complete(pending.Proposer, new ConsensusMessage.Propose(block, pending.Proposal.LeaderVote), fetched));
        }
        else if (pending.IsRefetched)
        {
            // All of it came from the leader, fits its ids, and is not what it signed.
            Refuse(pending);
        }
        else
        {
            Counters = Counters with { ProposalsRefetched = Counters.ProposalsRefetched + 1 };
            pending.Refetch();
            Ask(pending, pending.Proposer);
        }
    }

    private void Refuse(PendingProposal pending)
    {
        _effects.Add(new ProposalEffect.Blame(pending.Proposer, Misdeed.RuleBroken));
        pending.Refuse();
    }

    private void Ask(PendingProposal pending, PeerId peer)
    {
        pending.Asked = peer;
        pending.AskedCount++;
        pending.DueAt = _now + networkDelay;
        if (_peers.ContainsKey(peer)) _effects.Add(new ProposalEffect.Send(peer, new CompactMessage.Want(pending.Digest, pending.Missing())));
    }

    private void AskOverdue()
    {
        foreach (PendingProposal pending in _pending.Values)
        {
            if (pending.Asked is not { } asked || pending.DueAt > _now) continue;
            _effects.Add(new ProposalEffect.Blame(asked, Misdeed.Unanswered));
            if (pending.AskedCount >= AskedMax) pending.Asked = null;
            else Ask(pending, pending.IsRefetched ? pending.Proposer : Another(asked) ?? pending.Proposer);
        }
    }

    private PeerId? Another(PeerId asked)
    {
        List<PeerId> others = [];
        foreach (PeerId validator in _validators)
        {
            if (validator != asked && _peers.ContainsKey(validator)) others.Add(validator);
        }

        return others.Count == 0 ? null : others[prng.NextBelow(others.Count)];
    }

    private void SetTimer()
    {
        if (_timerRuns) return;
        Instant? first = null;
        foreach (PendingProposal pending in _pending.Values)
        {
            if (pending.Asked is not null && (first is null || pending.DueAt < first)) first = pending.DueAt;
        }

        if (first is not { } due) return;
        _timerRuns = true;
        Duration delay = due - _now;
        _effects.Add(new ProposalEffect.SetTimer(delay > Duration.Zero ? delay : Duration.FromMilliseconds(1)));
    }

    private void Enter(View finalized, View current)
    {
        (_finalized, _current) = (finalized, current);
        while (_pending.Count > 0)
        {
            (View View, Hash256 Digest) lowest = FirstKey();
            if (lowest.View > finalized) return;
            _pending.Remove(lowest);
        }
    }

    private (View View, Hash256 Digest) FirstKey()
    {
        foreach ((View View, Hash256 Digest) key in _pending.Keys) return key;
        return Invariant.Unreachable<(View, Hash256)>("the first of some");
    }

    // ---- for others ----

    private void Serve(PeerId peer, PeerBudget budget, CompactMessage.Want want)
    {
        if (FindHeld(want.Digest) is not { } block) return;
        ImmutableArray<PlacedBody>.Builder batch = ImmutableArray.CreateBuilder<PlacedBody>();
        int sum = 0;
        foreach (ushort place in want.Places)
        {
            int part = BlockBody.PartsBeforeTransactions(block.Transactions) + place;
            // Places beyond the end, and more than a peer in need can use.
            if (part >= block.Transactions.Length) break;
            ReadOnlyMemory<byte> transaction = block.Transactions[part];
            if (!budget.TryTake(transaction.Length, _now)) break;
            if (batch.Count > 0 && sum + transaction.Length > Limits.ProposalBatchBytesMax) Flush();
            batch.Add(new PlacedBody(place, transaction));
            sum += transaction.Length;
        }

        if (batch.Count > 0) Flush();

        void Flush()
        {
            _effects.Add(new ProposalEffect.Send(peer, new CompactMessage.Bodies(want.Digest, batch.ToImmutable())));
            Counters = Counters with { ProposalBytesServed = Counters.ProposalBytesServed + sum };
            batch.Clear();
            sum = 0;
        }
    }

    private void Hold(Hash256 digest, Block block)
    {
        if (FindHeld(digest) is not null) return;
        if (_held.Count == Limits.ProposalsHeldMax) _held.Dequeue();
        _held.Enqueue((digest, block));
    }

    private Block? FindHeld(Hash256 digest)
    {
        foreach ((Hash256 held, Block block) in _held)
        {
            if (held == digest) return block;
        }

        return null;
    }

    private PendingProposal? FindPending(Hash256 digest)
    {
        foreach (PendingProposal pending in _pending.Values)
        {
            if (pending.Digest == digest) return pending;
        }

        return null;
    }

    private long SumOfFetched()
    {
        long sum = 0;
        foreach (PendingProposal pending in _pending.Values) sum += pending.FetchedBytes;
        return sum;
    }

    private void DropFurthest()
    {
        (View View, Hash256 Digest)? furthest = null;
        foreach ((View View, Hash256 Digest) key in _pending.Keys) furthest = key;
        if (furthest is { } key2) _pending.Remove(key2);
    }
}
