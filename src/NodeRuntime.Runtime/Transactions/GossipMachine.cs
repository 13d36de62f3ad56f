using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Ledger.Mempool;
using NodeRuntime.Ledger.Transactions;
using NodeRuntime.Membership;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Runtime.Transactions;

/// <summary>
/// Spreads transactions so that each body crosses each peer's line about once:
/// <code>
///   submitted ──> body to the next three leaders, at once
///             ──> ids to a dozen peers, a few milliseconds' worth together ──> who lacks one asks one announcer, and announces it in turn
///   no answer within a round trip ──> the next announcer; nobody left ──> forgotten, until somebody announces it again
/// </code>
/// A peer is told of no id that it announced itself. After content-addressable pooling (CAT, of Celestia) with a bound on everything: ids
/// asked for, ids remembered, holders of each, bodies looked at for each peer a second.
///
/// Blame is for what no honest peer does (a forged signature passed on, bytes that are no transaction); an answer that does not come
/// weighs little, because networks lose things and pools forget.
/// </summary>
internal sealed class GossipMachine(MempoolMachine pool, Duration networkDelay, Prng prng, DigestHashing hashing)
{
    /// <summary>Short against a network's delay, long against what a busy peer hears in it.</summary>
    public static readonly Duration AnnounceDelay = Duration.FromMilliseconds(10);

    /// <summary>As many ids as are announced without waiting for more.</summary>
    public const int AnnounceIdsMin = 64;

    /// <summary>
    /// Peers that are told of an id by each that learns it. In a network of n each is told by about so many: that nobody tells it has a
    /// chance of e^-12, and then the proposal that holds the transaction brings it.
    /// </summary>
    public const int FanOut = 12;

    /// <summary>Leaders ahead that get a body unasked: the first may fail.</summary>
    public const int LeadersAhead = 3;

    /// <summary>What was submitted here is announced again so often while it waits.</summary>
    public static readonly Duration RemindInterval = Duration.FromSeconds(5);

    private const int RemindedMax = 1024;

    // Ids that a newcomer is told of: what it missed and no block holds.
    private const int GreetingIdsMax = 4 * Limits.TransactionIdsPerMessageMax;

    // Bodies that one peer may make us look at: a fifth of what one core verifies. A forged one costs as many as a hundred honest ones.
    private const int BodiesPerSecond = 4096;
    private const int BodiesBurst = 8192;
    private const int ForgedCost = 100;
    private const int IdsPerSecond = 16_384;
    private const int IdsBurst = 65_536;

    // What we send to one peer that asks: more than a full block a second.
    private const int ServedBytesPerSecond = 4 << 20;
    private const int ServedBytesBurst = 8 << 20;

    private static readonly Duration SeenHalfLife = Duration.FromSeconds(15);

    private readonly List<GossipEffect> _effects = [];
    private readonly SortedDictionary<PeerId, Budgets> _peers = [];
    private readonly SortedDictionary<TransactionId, List<PeerId>> _fresh = [];
    private readonly Queue<TransactionId> _own = [];
    private readonly WantList _wants = new(hashing);
    private readonly CheckList _checks = new(hashing);
    private readonly SeenIds _seen = new(SeenHalfLife, hashing);
    private Instant _now;
    private bool _announceTimerRuns;
    private bool _remindTimerRuns;
    private Instant? _patienceSetFor;

    /// <summary>How long a transaction takes to be with most: half of the delay that the network is expected to keep at worst.</summary>
    public static Duration SpreadTime(ChainParameters parameters) => parameters.NetworkDelay / 2;

    /// <summary>A question and its answer.</summary>
    public Duration Patience { get; } = networkDelay * 2;

    public TransactionStatus Counters { get; private set; } = new();

    public int WantCount => _wants.Count;

    public ImmutableArray<GossipEffect> Step(Instant now, GossipInput input)
    {
        Invariant.Holds(_effects.Count == 0);
        _now = now;
        _checks.ForgetOld(now);
        switch (input)
        {
            case GossipInput.PeerConnected m:
                Greet(m.Peer);
                break;
            case GossipInput.PeerLeft m:
                _peers.Remove(m.Peer);
                foreach (TransactionId id in _wants.Forget(m.Peer)) AskAnother(id);
                break;
            case GossipInput.Received m:
                // What was under way when a connection ended is nobody's.
                if (_peers.TryGetValue(m.Peer, out Budgets? budgets)) Receive(m.Peer, budgets, m.Message);
                break;
            case GossipInput.Verified m:
                foreach (SignedTransaction signed in m.Transactions) TakeSigned(signed, m.From);
                break;
            case GossipInput.Submitted m:
                Submit(m);
                break;
            case GossipInput.Fetched m:
                foreach (ReadOnlyMemory<byte> bytes in m.Transactions) Take(bytes);
                break;
            case GossipInput.Settled m:
                Settle(m.Ids);
                break;
            case GossipInput.TimerFired m:
                TimerFired(m.Timer);
                break;
            default:
                Invariant.Break("an input without a rule");
                break;
        }

        SendWants();
        SetPatience();
        Counters = Counters with { WantsOpen = _wants.Count };
        ImmutableArray<GossipEffect> effects = [.. _effects];
        _effects.Clear();
        return effects;
    }

    private void Greet(PeerId peer)
    {
        _peers[peer] = new Budgets(_now);
        List<TransactionId> ids = [];
        foreach (VerifiedTransaction held in pool.Held)
        {
            if (ids.Count == GreetingIdsMax) break;
            ids.Add(held.Id);
        }

        AnnounceTo(peer, ids);
    }

    private void Receive(PeerId peer, Budgets budgets, TransactionMessage message)
    {
        switch (message)
        {
            case TransactionMessage.Announce m:
                Counters = Counters with { IdsHeard = Counters.IdsHeard + m.Ids.Length };
                if (!budgets.Ids.TryTake(m.Ids.Length, _now)) break;
                foreach (TransactionId id in m.Ids) HearOf(peer, id);
                break;
            case TransactionMessage.Want m:
                if (budgets.Ids.TryTake(m.Ids.Length, _now)) Serve(peer, budgets, m.Ids);
                break;
            case TransactionMessage.Bodies m:
                LookAt(m.Transactions, peer, budgets);
                break;
            case TransactionMessage.Missing m:
                foreach (TransactionId id in m.Ids)
                {
                    // An answer to no question of ours, or a late one.
                    if (_wants.AskedOf(id) == peer) AskAnother(id);
                }

                break;
            default:
                Invariant.Break("a message without a rule");
                break;
        }
    }

    // ---- ids in, questions out ----

    private void HearOf(PeerId peer, TransactionId id)
    {
        if (pool.Contains(id))
        {
            if (_fresh.TryGetValue(id, out List<PeerId>? holders)) NoteHolder(holders, peer);
        }
        else if (_wants.Contains(id))
        {
            _wants.AddHolder(id, peer);
        }
        else if (_checks.Contains(id))
        {
            _checks.AddHolder(id, peer);
        }
        else if (!_seen.Contains(id))
        {
            if (_wants.HasRoomFor(peer)) Ask(id, peer);
            else Counters = Counters with { WantsRefused = Counters.WantsRefused + 1 };
        }
    }

    // Questions of one step travel together.
    private readonly SortedDictionary<PeerId, List<TransactionId>> _questions = [];

    private void Ask(TransactionId id, PeerId peer)
    {
        _wants.Ask(id, peer, _now + Patience);
        if (!_questions.TryGetValue(peer, out List<TransactionId>? ids)) _questions.Add(peer, ids = []);
        ids.Add(id);
    }

    private void AskAnother(TransactionId id)
    {
        if (_wants.NextHolder(id) is { } holder) Ask(id, holder);
        else _wants.Remove(id);
    }

    private void SendWants()
    {
        foreach ((PeerId peer, List<TransactionId> ids) in _questions)
        {
            foreach (ImmutableArray<TransactionId> batch in Batches(ids)) Send(peer, new TransactionMessage.Want(batch));
        }

        _questions.Clear();
    }

    private void SetPatience()
    {
        if (_wants.FirstDue is not { } due || _patienceSetFor is not null) return;
        _patienceSetFor = due;
        Duration delay = due - _now;
        _effects.Add(new GossipEffect.SetTimer(GossipTimer.Patience, delay > Duration.Zero ? delay : Duration.FromMilliseconds(1)));
    }

    private void TimerFired(GossipTimer timer)
    {
        switch (timer)
        {
            case GossipTimer.Announce:
                _announceTimerRuns = false;
                Announce();
                break;
            case GossipTimer.Patience:
                _patienceSetFor = null;
                LosePatience();
                break;
            case GossipTimer.Remind:
                _remindTimerRuns = false;
                Remind();
                break;
        }
    }

    // One word of blame for each silent peer, however much it owes: the network may have lost one frame.
    private void LosePatience()
    {
        SortedSet<PeerId> silent = [];
        while (_wants.TryTakeOverdue(_now, out TransactionId id, out PeerId asked))
        {
            Counters = Counters with { WantsOverdue = Counters.WantsOverdue + 1 };
            if (silent.Add(asked)) _effects.Add(new GossipEffect.Blame(asked, Misdeed.Unanswered));
            AskAnother(id);
        }
    }

    // ---- questions in, bodies out ----

    private void Serve(PeerId peer, Budgets budgets, ImmutableArray<TransactionId> ids)
    {
        List<TransactionId> missing = [];
        ImmutableArray<ReadOnlyMemory<byte>>.Builder batch = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        int sum = 0;
        foreach (TransactionId id in ids)
        {
            if (pool.Find(id) is not { } bytes || !budgets.Served.TryTake(bytes.Length, _now))
            {
                missing.Add(id);
                continue;
            }

            if (batch.Count > 0 && sum + bytes.Length > Limits.TransactionBatchBytesMax)
            {
                Send(peer, new TransactionMessage.Bodies(batch.ToImmutable()));
                batch.Clear();
                sum = 0;
            }

            batch.Add(bytes);
            sum += bytes.Length;
        }

        if (batch.Count > 0) Send(peer, new TransactionMessage.Bodies(batch.ToImmutable()));
        if (missing.Count > 0) Send(peer, new TransactionMessage.Missing([.. missing]));
    }

    // ---- bodies in ----

    private void Submit(GossipInput.Submitted submitted)
    {
        MempoolOutcome outcome = Offer(submitted.Transaction);
        if (outcome.IsAccepted)
        {
            ImmutableArray<ReadOnlyMemory<byte>> body = [submitted.Transaction];
            List<PeerId> holders = _fresh[outcome.Id];
            foreach (PeerId leader in submitted.NextLeaders)
            {
                if (!_peers.ContainsKey(leader) || holders.Contains(leader)) continue;
                Send(leader, new TransactionMessage.Bodies(body));
                NoteHolder(holders, leader);
                Counters = Counters with { BodiesPushed = Counters.BodiesPushed + 1 };
            }

            if (_own.Count == RemindedMax) _own.Dequeue();
            _own.Enqueue(outcome.Id);
            SetRemind();
            AnnounceSoon();
        }

        _effects.Add(new GossipEffect.Answer(outcome));
    }

    // What only its signatures can speak against leaves for verification, all of a message together.
    private void LookAt(ImmutableArray<ReadOnlyMemory<byte>> bodies, PeerId from, Budgets budgets)
    {
        ImmutableArray<UnverifiedTransaction>.Builder good = ImmutableArray.CreateBuilder<UnverifiedTransaction>(bodies.Length);
        foreach (ReadOnlyMemory<byte> bytes in bodies)
        {
            if (!budgets.Bodies.TryTake(1, _now))
            {
                Counters = Counters with { BodiesOverBudget = Counters.BodiesOverBudget + 1 };
                continue;
            }

            MempoolOutcome outcome = pool.Look(bytes, out UnverifiedTransaction? body);
            if (body is null)
            {
                Conclude(outcome, from);
            }
            else if (_checks.Contains(body.Id, bytes))
            {
                _checks.AddHolder(body.Id, from);
                Count(isKnown: true);
            }
            else if (_checks.HasRoomFor(bytes.Length))
            {
                _checks.Add(body.Id, bytes, [from, .. HoldersOf(body.Id)], _now);
                good.Add(body);
            }
            else
            {
                Counters = Counters with { BodiesOverBudget = Counters.BodiesOverBudget + 1 };
            }
        }

        if (good.Count > 0) _effects.Add(new GossipEffect.Verify(from, good.DrainToImmutable()));
    }

    private void TakeSigned(SignedTransaction signed, PeerId from)
    {
        TransactionId id = signed.Body.Id;
        IReadOnlyList<PeerId> holders = _checks.Remove(id, signed.Body.Bytes);
        if (signed.Verified is { } verified)
        {
            Conclude(Enter(pool.Add(verified, _now), [.. holders, .. HoldersOf(id)]), from);
            return;
        }

        Conclude(new MempoolOutcome(MempoolVerdict.Refused, TransactionOutcome.Of(signed.Verdict), id), from);
        // Somebody else may have the true one, whose id is the same: signatures are no part of it.
        if (pool.Contains(id) || _wants.Contains(id) || _checks.Contains(id) || _seen.Contains(id)) return;
        foreach (PeerId holder in holders)
        {
            if (holder == from || !_peers.ContainsKey(holder)) continue;
            if (_wants.Contains(id)) _wants.AddHolder(id, holder);
            else if (_wants.HasRoomFor(holder)) Ask(id, holder);
        }
    }

    // Who was said to have what we wait for no more.
    private List<PeerId> HoldersOf(TransactionId id)
    {
        List<PeerId> holders = [];
        if (_wants.AskedOf(id) is { } asked) holders.Add(asked);
        holders.AddRange(_wants.Remove(id));
        return holders;
    }

    // Bodies of a proposal: whoever sent it is not to blame for what is in it.
    private void Take(ReadOnlyMemory<byte> bytes) => Conclude(Offer(bytes), null);

    private void Count(bool isKnown) => Counters = Counters with
    {
        BodiesReceived = Counters.BodiesReceived + 1,
        BodiesDuplicate = Counters.BodiesDuplicate + (isKnown ? 1 : 0),
    };

    /// <param name="from">Null where nobody is to blame.</param>
    private void Conclude(MempoolOutcome outcome, PeerId? from)
    {
        TransactionId id = outcome.Id;
        Count(outcome.Verdict == MempoolVerdict.AlreadyKnown || (!outcome.IsAccepted && _seen.Contains(id)));
        if (outcome.IsAccepted)
        {
            if (from is { } sender) NoteHolder(_fresh[id], sender);
            AnnounceSoon();
            return;
        }

        if (outcome.Verdict == MempoolVerdict.Refused && MisdeedOf(outcome.Refusal.Verdict) is { } misdeed)
        {
            if (from is { } forger)
            {
                if (_peers.TryGetValue(forger, out Budgets? budgets)) budgets.Bodies.Charge(ForgedCost, _now);
                _effects.Add(new GossipEffect.Blame(forger, misdeed));
                if (_wants.AskedOf(id) == forger) AskAnother(id);
            }

            return;
        }

        _wants.Remove(id);
        if (outcome.Verdict != MempoolVerdict.AlreadyKnown) _seen.Add(id, _now);
    }

    private MempoolOutcome Offer(ReadOnlyMemory<byte> bytes)
    {
        MempoolOutcome outcome = pool.Add(bytes, _now);
        return outcome.IsAccepted ? Enter(outcome, HoldersOf(outcome.Id)) : outcome;
    }

    // What the pool took, if it did.
    private MempoolOutcome Enter(MempoolOutcome outcome, List<PeerId> holders)
    {
        if (!outcome.IsAccepted) return outcome;
        VerifiedTransaction? verified = pool.FindById(outcome.Id);
        Invariant.Holds(verified is not null);
        List<PeerId> known = [];
        foreach (PeerId holder in holders) NoteHolder(known, holder);
        _fresh[outcome.Id] = known;
        if (outcome.Displaced is { } displaced)
        {
            _seen.Add(displaced.Id, _now);
            _fresh.Remove(displaced.Id);
            _effects.Add(new GossipEffect.Dropped(displaced));
        }

        _effects.Add(new GossipEffect.Accepted(verified));
        return outcome;
    }

    /// <summary>What no honest peer passes on, whatever its state: the ledger's verdicts that hold for ever.</summary>
    private static Misdeed? MisdeedOf(TransactionVerdict verdict) => verdict switch
    {
        TransactionVerdict.Malformed or TransactionVerdict.TooLarge => Misdeed.Malformed,
        TransactionVerdict.SignatureWrong or TransactionVerdict.MessageSignatureWrong => Misdeed.BadSignature,
        TransactionVerdict.WrongChain or TransactionVerdict.PolicyMismatch => Misdeed.RuleBroken,
        TransactionVerdict.SignatureMissing or TransactionVerdict.SignatureKeyUnknown => Misdeed.RuleBroken,
        _ => null,
    };

    private void Settle(ImmutableArray<TransactionId> ids)
    {
        foreach (TransactionId id in ids)
        {
            _seen.Add(id, _now);
            _wants.Remove(id);
            _fresh.Remove(id);
        }
    }

    // ---- ids out ----

    private void AnnounceSoon()
    {
        if (_fresh.Count >= AnnounceIdsMin)
        {
            Announce();
            return;
        }

        if (_announceTimerRuns) return;
        _announceTimerRuns = true;
        _effects.Add(new GossipEffect.SetTimer(GossipTimer.Announce, AnnounceDelay));
    }

    private void Announce()
    {
        foreach (PeerId peer in Some(FanOut))
        {
            List<TransactionId> ids = [];
            foreach ((TransactionId id, List<PeerId> holders) in _fresh)
            {
                if (!holders.Contains(peer)) ids.Add(id);
            }

            AnnounceTo(peer, ids);
        }

        _fresh.Clear();
    }

    private void SetRemind()
    {
        if (_remindTimerRuns || _own.Count == 0) return;
        _remindTimerRuns = true;
        _effects.Add(new GossipEffect.SetTimer(GossipTimer.Remind, RemindInterval));
    }

    private void Remind()
    {
        List<TransactionId> ids = [];
        for (int left = _own.Count; left > 0; left--)
        {
            TransactionId id = _own.Dequeue();
            if (!pool.Contains(id)) continue;
            ids.Add(id);
            _own.Enqueue(id);
        }

        foreach (PeerId peer in Some(FanOut)) AnnounceTo(peer, ids);
        SetRemind();
    }

    private void AnnounceTo(PeerId peer, List<TransactionId> ids)
    {
        foreach (ImmutableArray<TransactionId> batch in Batches(ids)) Send(peer, new TransactionMessage.Announce(batch));
        Counters = Counters with { IdsAnnounced = Counters.IdsAnnounced + ids.Count };
    }

    private List<PeerId> Some(int countMax)
    {
        List<PeerId> peers = [.. _peers.Keys];
        int count = int.Min(countMax, peers.Count);
        // Fisher and Yates, only as far as needed.
        for (int i = 0; i < count; i++)
        {
            int other = i + prng.NextBelow(peers.Count - i);
            (peers[i], peers[other]) = (peers[other], peers[i]);
        }

        return peers.GetRange(0, count);
    }

    private static IEnumerable<ImmutableArray<TransactionId>> Batches(List<TransactionId> ids)
    {
        for (int first = 0; first < ids.Count; first += Limits.TransactionIdsPerMessageMax)
        {
            int count = int.Min(Limits.TransactionIdsPerMessageMax, ids.Count - first);
            yield return [.. ids.GetRange(first, count)];
        }
    }

    private static void NoteHolder(List<PeerId> holders, PeerId peer)
    {
        if (holders.Count < FanOut + LeadersAhead && !holders.Contains(peer)) holders.Add(peer);
    }

    private void Send(PeerId peer, TransactionMessage message) => _effects.Add(new GossipEffect.Send(peer, message));

    private sealed class Budgets(Instant now)
    {
        public PeerBudget Bodies { get; } = new(BodiesPerSecond, BodiesBurst, now);

        public PeerBudget Ids { get; } = new(IdsPerSecond, IdsBurst, now);

        public PeerBudget Served { get; } = new(ServedBytesPerSecond, ServedBytesBurst, now);
    }
}
