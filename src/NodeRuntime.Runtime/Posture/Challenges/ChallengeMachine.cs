using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Posture;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Posture.Observing;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Runtime.Provenance;

namespace NodeRuntime.Runtime.Posture.Challenges;

/// <summary>
/// Peers ask each other, now and then, to show one thing of their machines, which nobody could know before:
/// <code>
///  challenger                         challenged
///      | nonce, draw  ------------------>  | looks at the thing anew
///      |                                   | a second begins with the root that was found
///      |                                   | that second ends, and is durable
///      | &lt;---- statement, heartbeat, second, two signatures
///      | judged; the second is shown to the peer's parents
/// </code>
/// So a peer has for one second one state, for whomever it says it to: whoever says two has signed two seconds, and that is fraud. What an answer does not show is that the peer
/// looked: one that keeps an honest copy can show that. Nothing is concluded from silence but that nobody knows.
/// </summary>
public sealed class ChallengeMachine
{
    /// <summary>The control that stands in edges about peers.</summary>
    public const string Control = "peers";

    /// <summary>One challenger is answered so often.</summary>
    private static readonly Duration AnswersApart = Duration.FromSeconds(10);

    /// <summary>What is not answered by then is declined: earlier than the challenger gives up.</summary>
    private static readonly Duration AnswerWithin = Duration.FromSeconds(12);

    /// <summary>What somebody signed longer ago is on the ledger, and no news.</summary>
    private static readonly Duration ConvictionCounts = Duration.FromMinutes(60);

    /// <summary>Seconds with another root than was found, after which the thing is looked at anew.</summary>
    private const int MismatchesMax = 3;

    private readonly ChainId _chain;
    private readonly ISigner _signer;
    private readonly ISignatureVerifier _signatures;
    private readonly ChallengePlan _plan;
    private readonly Hash256 _policy;
    private readonly Hash256 _seed;
    private readonly PeerId _self;
    private readonly List<ChallengeEffect> _effects = [];
    private readonly SortedDictionary<PeerId, PublicKey> _connected = [];
    private readonly SortedDictionary<PeerId, Standing> _peers = [];
    private readonly SortedDictionary<PeerId, Instant> _askedBy = [];
    private readonly Queue<Waiting> _waiting = [];
    private Waiting? _current;
    private Instant? _next;
    private ulong _draws;
    private ulong _asked;
    private ulong _proven;
    private ulong _unanswered;
    private ulong _declined;
    private ulong _failed;
    private ulong _contradictions;
    private ulong _unasked;
    private ulong _answered;
    private ulong _refused;

    /// <param name="signer">The node key's.</param>
    /// <param name="policy">What this peer's machine is held against.</param>
    /// <param name="seed">Random and secret: nonces, draws and moments are drawn from it.</param>
    public ChallengeMachine(ChainId chain, ISigner signer, ISignatureVerifier signatures, ChallengePlan plan, Hash256 policy, Hash256 seed)
    {
        _chain = chain;
        _signer = signer;
        _signatures = signatures;
        _plan = plan;
        _policy = policy;
        _seed = seed;
        _self = signer.PublicKey.ToPeerId();
    }

    public ChallengeStatus Status
    {
        get
        {
            ImmutableArray<ChallengedPeer>.Builder peers = ImmutableArray.CreateBuilder<ChallengedPeer>(_peers.Count);
            foreach ((PeerId peer, Standing it) in _peers)
            {
                peers.Add(new ChallengedPeer(peer, it.State, it.Verdict, it.Why, it.At, it.Last?.Root, it.Last?.Policy, it.Last?.Proof.Size ?? 0));
            }

            return new ChallengeStatus(_asked, _proven, _unanswered, _declined, _failed, _contradictions, _unasked, _answered, _refused, peers.MoveToImmutable());
        }
    }

    public IReadOnlyList<ChallengeEffect> Step(ChallengeInput input)
    {
        _effects.Clear();
        switch (input)
        {
            case ChallengeInput.Connected m:
                _connected[m.Peer] = m.Key;
                break;
            case ChallengeInput.Left m:
                Leave(m);
                break;
            case ChallengeInput.Heard { Message: ChallengeMessage.Challenge challenge } m:
                Challenged(m.From, challenge, m.Now);
                break;
            case ChallengeInput.Heard { Message: ChallengeMessage.Answer answer } m:
                Answered(m.From, answer, m.Now);
                break;
            case ChallengeInput.Heard { Message: ChallengeMessage.Declined declined } m:
                Declined(m.From, declined, m.Now);
                break;
            case ChallengeInput.Read m:
                Read(m.Reading, m.Now);
                break;
            case ChallengeInput.Told m:
                Told(m.Second, m.Now);
                break;
            case ChallengeInput.Convicted m:
                if (_peers.TryGetValue(m.Peer, out Standing? standing) && m.Now - m.Covers < ConvictionCounts) Contradict(m.Peer, standing, m.Now);
                break;
            case ChallengeInput.Ticked m:
                Tick(m.Now);
                break;
            default:
                Invariant.Break("an input without a rule");
                break;
        }

        return [.. _effects];
    }

    private void Leave(ChallengeInput.Left left)
    {
        _connected.Remove(left.Peer);
        _askedBy.Remove(left.Peer);
        if (_peers.TryGetValue(left.Peer, out Standing? it) && it.Open is not null) Conclude(left.Peer, it, ChallengeVerdict.Unanswered, null, left.Now);
    }

    private void Tick(Instant now)
    {
        foreach ((PeerId peer, Standing it) in _peers)
        {
            if (it.Open is not null && IsOver(it.AskedAt, ChallengePlan.Within, now)) Conclude(peer, it, ChallengeVerdict.Unanswered, null, now);
        }

        if (_current is { } current && IsOver(current.At, AnswerWithin, now)) Decline(current, DeclineReason.Restless, now);
        Ask(now);
    }

    // A clock that went back to before the beginning says nothing about how long it was.
    private static bool IsOver(Instant since, Duration length, Instant now) => now < since || now - since >= length;

    // ---- the challenger ----

    private void Ask(Instant now)
    {
        if (_plan.Every <= Duration.Zero) return;
        // At the start, and where the clock was set, a whole pause: peers that start together do not ask together.
        if (_next is not { } due || due - now > _plan.Every + _plan.Every)
        {
            _next = now + Pause();
            return;
        }

        if (now < due) return;
        _next = now + Pause();
        List<PeerId> free = [];
        foreach (PeerId peer in _connected.Keys)
        {
            // Who was asked lately would say that it is too soon.
            if (!_peers.TryGetValue(peer, out Standing? known) || (known.Open is null && IsOver(known.AskedAt, ChallengePlan.Within, now))) free.Add(peer);
        }

        if (free.Count == 0) return;
        PeerId chosen = free[(int)(Number(Draw()) % (ulong)free.Count)];
        Standing it = StandingOf(chosen, now);
        it.Open = new ChallengeMessage.Challenge(Draw(), Number(Draw()));
        it.AskedAt = now;
        _asked++;
        _effects.Add(new ChallengeEffect.Send(chosen, it.Open));
    }

    // Between a half and one and a half.
    private Duration Pause() => (_plan.Every / 2) + new Duration((long)(Number(Draw()) % (ulong)_plan.Every.Microseconds));

    private Hash256 Draw()
    {
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(number, _draws++);
        return Hasher.Tagged(HashDomain.PostureNonce, _seed.AsSpan(), number);
    }

    private static ulong Number(Hash256 draw) => BinaryPrimitives.ReadUInt64BigEndian(draw.AsSpan());

    private Standing StandingOf(PeerId peer, Instant now)
    {
        if (_peers.TryGetValue(peer, out Standing? known)) return known;
        if (_peers.Count >= Limits.ChallengedPeersMax)
        {
            PeerId? oldest = null;
            foreach ((PeerId other, Standing it) in _peers)
            {
                if (it.Open is null && (oldest is not { } found || it.AskedAt < _peers[found].AskedAt)) oldest = other;
            }

            if (oldest is { } forgotten) _peers.Remove(forgotten);
        }

        Standing made = new() { Since = now };
        _peers.Add(peer, made);
        return made;
    }

    private void Answered(PeerId from, ChallengeMessage.Answer answer, Instant now)
    {
        if (!_connected.TryGetValue(from, out PublicKey key) || !_peers.TryGetValue(from, out Standing? it)) return;
        if (it.Open is not { } open || answer.Statement.Nonce != open.Nonce)
        {
            // Late, said again, or to somebody else. Nothing follows from it, whatever is in it.
            _unasked++;
            if (it.Missed == answer.Statement.Nonce && it.Verdict == ChallengeVerdict.Unanswered) it.Verdict = ChallengeVerdict.Late;
            return;
        }

        ChallengeVerdict verdict = ChallengeRules.Judge(_chain, _signatures, _self, key, open, answer, EpochPlans.RoundOf(now));
        if (verdict != ChallengeVerdict.Proven)
        {
            Conclude(from, it, verdict, null, now);
            return;
        }

        it.Last = answer.Statement;
        ProvenanceMessage.Shown second = new(answer.Second, answer.SecondSignature, key);
        ProvenanceMessage.Shown? before = null;
        foreach (ProvenanceMessage.Shown other in it.Seconds)
        {
            if (other.Leaf.Round == second.Leaf.Round && !other.Leaf.AgreesWith(second.Leaf)) before = other;
        }

        it.Seconds.Enqueue(second);
        if (it.Seconds.Count > Limits.ChallengeSecondsKeptMax) it.Seconds.Dequeue();
        _effects.Add(new ChallengeEffect.Compare(before is null ? [second] : [before, second]));
        Conclude(from, it, before is null ? ChallengeVerdict.Proven : ChallengeVerdict.Contradiction, null, now);
    }

    private void Declined(PeerId from, ChallengeMessage.Declined declined, Instant now)
    {
        if (!_peers.TryGetValue(from, out Standing? it)) return;
        if (it.Open?.Nonce == declined.Nonce) Conclude(from, it, ChallengeVerdict.Declined, declined.Why, now);
        else _unasked++;
    }

    private void Contradict(PeerId peer, Standing it, Instant now)
    {
        if (it.Verdict != ChallengeVerdict.Contradiction) Move(peer, it, ChallengeVerdict.Contradiction, null, now);
    }

    private void Conclude(PeerId peer, Standing it, ChallengeVerdict verdict, DeclineReason? why, Instant now)
    {
        Hash256 nonce = it.Open!.Nonce;
        it.Open = null;
        it.Missed = verdict == ChallengeVerdict.Unanswered ? nonce : null;
        if (verdict == ChallengeVerdict.Proven) _proven++;
        else if (verdict == ChallengeVerdict.Declined) _declined++;
        else if (ChallengeVerdicts.IsWrong(verdict)) _failed++;
        else _unanswered++;
        // Two signed seconds are no less two because a third one is right; and nobody mends a wrong answer by giving none.
        bool staysBad = it.Verdict == ChallengeVerdict.Contradiction
            || (it.State == ControlState.Bad && verdict != ChallengeVerdict.Proven && !ChallengeVerdicts.IsWrong(verdict));
        if (!staysBad) Move(peer, it, verdict, why, now);
    }

    private void Move(PeerId peer, Standing it, ChallengeVerdict verdict, DeclineReason? why, Instant now)
    {
        if (verdict == ChallengeVerdict.Contradiction) _contradictions++;
        ControlState to = verdict == ChallengeVerdict.Proven ? ControlState.Good : ChallengeVerdicts.IsWrong(verdict) ? ControlState.Bad : ControlState.Unknown;
        ControlState from = it.State;
        bool isFirstContradiction = verdict == ChallengeVerdict.Contradiction && it.Verdict != verdict;
        (it.Verdict, it.Why, it.At) = (verdict, why, now);
        if (from == to && !isFirstContradiction) return;
        EdgeCause by = verdict switch
        {
            ChallengeVerdict.Proven => EdgeCause.ChallengeProven,
            ChallengeVerdict.Declined => EdgeCause.ChallengeDeclined,
            ChallengeVerdict.Contradiction => EdgeCause.Contradiction,
            _ => ChallengeVerdicts.IsWrong(verdict) ? EdgeCause.ChallengeFailed : EdgeCause.ChallengeUnanswered,
        };
        // What it was may have changed at any time since it was last known.
        Instant since = it.KnownAt is { } known && known < now ? known : now;
        Instant? began = from == ControlState.Good ? null : it.Since;
        it.State = to;
        it.Since = since;
        it.KnownAt = now;
        _effects.Add(new ChallengeEffect.Report(
            new PostureEdge(0, Control, ThingClass.Peer, peer.Hash.ToString(), from, to, by, null, began, since, now, AgentLevel.None), verdict));
    }

    // ---- the challenged ----

    private void Challenged(PeerId from, ChallengeMessage.Challenge challenge, Instant now)
    {
        if (!_connected.ContainsKey(from)) return;
        Waiting asked = new(from, challenge, now);
        if (_askedBy.TryGetValue(from, out Instant last) && !IsOver(last, AnswersApart, now))
        {
            Refuse(asked, DeclineReason.TooOften);
            return;
        }

        if (_waiting.Count >= Limits.ChallengesWaitingMax)
        {
            Refuse(asked, DeclineReason.Busy);
            return;
        }

        _askedBy[from] = now;
        _waiting.Enqueue(asked);
        AttendNext(now);
    }

    private void AttendNext(Instant now)
    {
        while (_current is null && _waiting.TryDequeue(out Waiting? next))
        {
            if (!_connected.ContainsKey(next.From)) continue;
            if (IsOver(next.At, AnswerWithin, now))
            {
                Refuse(next, DeclineReason.Busy);
                continue;
            }

            _current = next;
            _effects.Add(new ChallengeEffect.Look(next.Challenge.Draw));
        }
    }

    private void Read(PostureReading reading, Instant now)
    {
        // Another's, which was given up.
        if (_current is not { } current || current.Reading is not null || reading.Draw != current.Challenge.Draw) return;
        if (reading.Value is null || reading.Proof is null) Decline(current, DeclineReason.NotSeen, now);
        else (current.Reading, current.Mismatches) = (reading, 0);
    }

    // Only a second that began behind the look may say what was seen.
    private void Told(ClosedSecond second, Instant now)
    {
        if (_current is not { Reading: { } reading } current || second.Round <= EpochPlans.RoundOf(reading.At)) return;
        if (Heartbeat.TryDecode(second.Heartbeat, out Heartbeat? heartbeat) != RecordVerdict.Accepted) Invariant.Break("a second that we did not write");
        if (heartbeat!.StateRoot != reading.Root)
        {
            if (++current.Mismatches < MismatchesMax) return;
            current.Reading = null;
            _effects.Add(new ChallengeEffect.Look(current.Challenge.Draw));
            return;
        }

        PostureStatement statement = new(
            _self, current.From, current.Challenge.Nonce, second.Round, RecordHash.Leaf(second.Heartbeat.Span), reading.Root,
            StateTree.LeafOf(reading.Thing!.Value, reading.Value!), reading.Proof!, _policy, heartbeat.Level);
        ChallengeMessage.Answer answer = new(
            statement, _signer.Sign(statement.SigningDigest(_chain)), second.Heartbeat, second.Leaf, _signer.Sign(second.Leaf.SigningDigest(_chain)));
        _answered++;
        _effects.Add(new ChallengeEffect.Send(current.From, answer));
        _current = null;
        AttendNext(now);
    }

    private void Decline(Waiting current, DeclineReason why, Instant now)
    {
        Refuse(current, why);
        _current = null;
        AttendNext(now);
    }

    private void Refuse(Waiting asked, DeclineReason why)
    {
        _refused++;
        _effects.Add(new ChallengeEffect.Send(asked.From, new ChallengeMessage.Declined(asked.Challenge.Nonce, why)));
    }

    /// <summary>What is known of a peer that was challenged.</summary>
    private sealed class Standing
    {
        /// <summary>Null: nothing is asked of it.</summary>
        public ChallengeMessage.Challenge? Open { get; set; }

        /// <summary>The nonce that it did not answer in time.</summary>
        public Hash256? Missed { get; set; }

        public Instant AskedAt { get; set; }

        public ControlState State { get; set; } = ControlState.Unknown;

        public required Instant Since { get; set; }

        public ChallengeVerdict Verdict { get; set; } = ChallengeVerdict.Unanswered;

        public DeclineReason? Why { get; set; }

        public Instant At { get; set; }

        /// <summary>When it last came to stand as it does.</summary>
        public Instant? KnownAt { get; set; }

        public PostureStatement? Last { get; set; }

        public Queue<ProvenanceMessage.Shown> Seconds { get; } = [];
    }

    /// <summary>A challenge of somebody that is to be answered.</summary>
    private sealed class Waiting(PeerId from, ChallengeMessage.Challenge challenge, Instant at)
    {
        public PeerId From { get; } = from;

        public ChallengeMessage.Challenge Challenge { get; } = challenge;

        public Instant At { get; } = at;

        public PostureReading? Reading { get; set; }

        public int Mismatches { get; set; }
    }
}
