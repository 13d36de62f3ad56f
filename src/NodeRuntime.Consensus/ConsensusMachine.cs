using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

/// <summary>
/// Justified Simplex (Chan and Pass, TCC 2023, with self-justifying proposals, one finalize-or-nullify slot and a durable
/// watermark; docs/consensus.md tells it line by line). Views follow each other; each has a leader and two vote slots:
/// <code>
/// leader ── Propose(b, N) ──> all ── N(v,b) ──> all: certificate N(v,b) ── F(v,b) ──> all: certificate F(v,b) = final
///                                   silence, or a bad block ── F(v,none) ──> all: certificate Z(v) = the view is skipped
/// </code>
/// Either certificate moves everybody to the next view; a proposal carries the proof that it may stand where it stands.
///
/// Rules are one file each (Rules/). After every input they run to a fixpoint, the lowest first. Invariants: one
/// signature per slot, in increasing order, durable before it leaves; only verified votes and certificates are counted;
/// finality never reverts. A peer that is no validator runs the same machine and signs nothing.
/// </summary>
public sealed partial class ConsensusMachine
{
    private readonly ConsensusConfig _config;
    private readonly List<ConsensusEffect> _effects = [];

    // Above the floor only. Views are bounded by Limits.ViewsAheadMax, voters by the set, blocks by views and proposers.
    private readonly SortedDictionary<View, Verified<Certificate>> _notarizations = [];
    private readonly SortedDictionary<View, Verified<Certificate>> _nullifications = [];
    private readonly SortedDictionary<View, Verified<Certificate>> _finalizations = [];
    private readonly VoteTable _votes = new();
    private readonly SortedDictionary<VoteSlot, Verified<Vote>> _ownVotes = [];
    private readonly SortedDictionary<Hash256, Candidate> _blocks = [];
    private readonly SortedDictionary<View, Hash256> _proposals = [];
    private readonly SortedSet<PeerId> _peers = [];

    private readonly SortedSet<PeerId> _validatorPeers = [];

    // Of the peers those that do not vote.
    private readonly SortedSet<PeerId> _observers = [];
    private readonly SigningDigests _digests;

    private ValidatorSet _set;
    private PastEpochs _past;
    private ISigner _signer;
    private ValidatorIndex? _self;
    private EpochAnchor? _anchor;
    private View _view;
    private Floor _floor;
    private Watermark? _watermark;
    private Instant _now;
    private bool _isPending;
    private ValidatorIndex _leader;
    private View _highestEnded;
    private View _highestNotarized;
    private bool _mayHoldUnchecked;
    private bool _isHalted;
    private bool _hasStarted;
    private Instant? _bornAt;
    private bool _isViewOver;
    private bool _buildAsked;
    private Instant? _buildAt;

    public ConsensusMachine(ConsensusConfig config, Recovery recovery)
    {
        _config = config;
        _digests = new SigningDigests(config.Chain);
        _set = config.ValidatorsAtStart;
        _past = config.Past;
        _heard = new View[_set.Count];
        (_signer, _self) = SignerIn(_set);
        NoteValidatorPeers();
        _watermark = recovery.Watermark;
        _floor = FloorOf(recovery.Tip);
        if (_floor.View == View.Genesis) _anchor = new EpochAnchor(_floor.Digest, _floor.Height);
        _claimsFrom = _floor.Height;
        _leader = LeaderSchedule.LeaderOf(config.Chain, _set, _floor.View.Next);
        Recover(recovery.Records);
        bool isOlder = !_past.Epochs.IsEmpty && IsOlderThan(_past.Epochs[^1].EndedAt);
        _isNew = _self is not null && recovery is { Watermark: null, WatermarkIsLost: false } && !isOlder;
        if (_self is not null && (recovery.WatermarkIsLost || (IsUnknownHere() && !isOlder))) _isFenced = true;
        if (_floor is { View.Number: > 0, Finalization: { } finalization } && _votesFrom <= _floor.View && IsWatermarkOld(finalization)) _isFenced = true;
        if (!config.FencesOnForeignVotes) _isFenced = false;
    }

    public ConsensusSnapshot Snapshot => new(
        _view, _floor.Height, _floor.Digest, _self, _isFenced, _isHalted, IsSyncing ? _syncHeight : null)
    {
        FinalizedTime = _floor.Time,
        FinalizedView = _floor.View,
        NotarizedView = HighestNotarized(),
        Leader = _leader,
        IsLeaderSkipped = IsSkipped(_leader),
        Delay = Delay(),
        IsRestoring = _isRestoring,
        Stranded = Stranded(),
        BlocksHeld = _blocks.Count,
        CertificatesHeld = _notarizations.Count + _nullifications.Count + _finalizations.Count,
        VoteSlotsHeld = _votes.Count,
        Validators = _set,
        Due = _due is null ? null : (_due, ReadyWeight()),
        EvidenceHeld = _evidence.Count,
    };

    /// <summary>For a person who asks why nothing moves: who voted what in this view, and which certificates are held.</summary>
    public string Describe()
    {
        System.Text.StringBuilder text = new();
        text.Append("epoch ").Append(_set.Epoch).Append(" view ").Append(_view).Append(" floor ").Append(_floor.View).Append('/').Append(_floor.Height);
        text.Append(" mark ").Append(_watermark?.Slot.View).Append(_watermark?.Slot.Kind == VoteKind.Notarize ? "N" : "F");
        if (_isFenced) text.Append(" fenced");
        if (_votesFrom > _view) text.Append(" votes from ").Append(_votesFrom);
        if (_self is null) text.Append(" no validator");
        int near = 0;
        foreach (PeerId validator in _validatorPeers)
        {
            if (_peers.Contains(validator)) near++;
        }

        text.Append(" validators near ").Append(near);
        foreach (VoteSlot slot in _votes.Slots)
        {
            if (slot.View < _view || _votes.Find(slot) is not { } votes) continue;
            text.Append(' ').Append(slot.View).Append(slot.Kind == VoteKind.Notarize ? "N{" : "F{");
            foreach (Vote vote in votes.Firsts())
            {
                text.Append(vote.Voter).Append(':').Append(vote.Value?.ToShortString() ?? "none").Append(' ');
            }

            text.Append('}');
        }

        text.Append(" N[").AppendJoin(' ', _notarizations.Keys).Append("] Z[").AppendJoin(' ', _nullifications.Keys);
        text.Append("] F[").AppendJoin(' ', _finalizations.Keys).Append(']');
        foreach (Candidate candidate in _blocks.Values)
        {
            text.Append(" block ").Append(candidate.Digest.ToShortString()).Append(" v").Append(candidate.Block.Header.View);
            text.Append(" on ").Append(candidate.Block.Header.ParentDigest.ToShortString()).Append(' ').Append(candidate.State.ToString());
        }

        return text.ToString();
    }

    public ImmutableArray<ConsensusEffect> Step(Instant now, ConsensusInput input)
    {
        Invariant.Holds(_effects.Count == 0);
        _now = now;
        switch (input)
        {
            case ConsensusInput.Start:
                Start();
                break;
            case ConsensusInput.PeerConnected m:
                _peers.Add(m.Peer);
                if (!_validatorPeers.Contains(m.Peer)) _observers.Add(m.Peer);
                Greet(m.Peer);
                ShowEvidence(m.Peer);
                break;
            case ConsensusInput.PeerLeft m:
                _peers.Remove(m.Peer);
                _observers.Remove(m.Peer);
                _served.Remove(m.Peer);
                ForgetSyncPeer(m.Peer);
                break;
            case ConsensusInput.Received m:
                Receive(m.Peer, m.Message);
                break;
            case ConsensusInput.TimerFired m:
                TimerFired(m.Timer);
                break;
            case ConsensusInput.Pending m:
                NotePending(m.IsPending);
                break;
            case ConsensusInput.Built m:
                Built(m);
                break;
            case ConsensusInput.SetDue m:
                NoteDue(m.Set);
                break;
            case ConsensusInput.Punished m:
                foreach (PublicKey key in m.Keys) NotePunished(key);
                break;
            case ConsensusInput.Brought m:
                HearAccusation(null, m.Evidence);
                break;
            case ConsensusInput.Checked m:
                if (_blocks.TryGetValue(m.Digest, out Candidate? candidate))
                {
                    candidate.State = m.IsAccepted ? CandidateState.Accepted : CandidateState.Refused;
                }

                break;
            case ConsensusInput.Restored m:
                Restore(m.Blocks, m.Finalization, m.Seals);
                break;
            case ConsensusInput.NoSnapshot:
                GoOnWithBlocks();
                break;
            default:
                Invariant.Break("an input without a rule");
                break;
        }

        if (_hasStarted && !_isHalted) RunRules();
        ImmutableArray<ConsensusEffect> effects = [.. _effects];
        _effects.Clear();
        return effects;
    }

    // Each rule is one guard and one action and says whether it acted. Guards are asked anew after every action.
    private void RunRules()
    {
        while (Commit() || FinalizeView() || Jump() || Notarize() || Propose() || NullifyLeaderless() || CheckNext())
        {
            if (_isHalted) return;
        }
    }

    private void Receive(PeerId peer, ConsensusMessage message)
    {
        switch (message)
        {
            case ConsensusMessage.Propose m:
                ReceiveProposal(peer, m);
                break;
            case ConsensusMessage.Reseal m:
                ReceiveReseal(peer, m);
                break;
            case ConsensusMessage.Ready m:
                ReceiveReadiness(peer, m.Readiness);
                break;
            case ConsensusMessage.Voted m:
                ReceiveVote(peer, m.Vote);
                break;
            case ConsensusMessage.Certified m:
                ReceiveCertificate(peer, m.Certificate);
                break;
            case ConsensusMessage.HaveCertificate m:
                HearOfCertificate(peer, m.Epoch, m.View);
                break;
            case ConsensusMessage.WantCertificate m:
                GiveCertificate(peer, m.Epoch, m.View);
                break;
            case ConsensusMessage.WantBlock m:
                GiveBlock(peer, m.Digest);
                break;
            case ConsensusMessage.BlockBody m:
                ReceiveBody(m.Block);
                break;
            case ConsensusMessage.Tip m:
                ReceiveTip(peer, m.Header);
                break;
            case ConsensusMessage.WantChain m:
                if (m.From <= _floor.Height && MayServe(peer)) _effects.Add(new ConsensusEffect.ServeChain(peer, m.From));
                break;
            case ConsensusMessage.Chain m:
                ReceiveChain(peer, m);
                break;
            case ConsensusMessage.WantBranch m:
                if (m.Top <= _floor.Height && MayServe(peer)) _effects.Add(new ConsensusEffect.ServeBranch(peer, m.Top, m.Digest));
                break;
            case ConsensusMessage.Branch m:
                ReceiveBranch(peer, m.Blocks);
                break;
            case ConsensusMessage.Pruned m:
                HearOfPruning(peer, m.First);
                break;
            case ConsensusMessage.FenceQuestion m:
                AnswerHowFar(peer, m.Nonce);
                break;
            case ConsensusMessage.FenceAnswer m:
                HearHowFar(peer, m);
                break;
            case ConsensusMessage.Accusation m:
                HearAccusation(peer, m.Evidence);
                break;
            default:
                Invariant.Break("a message without a rule");
                break;
        }
    }

    private void TimerFired(ConsensusTimer timer)
    {
        switch (timer)
        {
            case ConsensusTimer.Leader:
                if (!HasOwn(VoteKind.Notarize)) Nullify();
                break;
            case ConsensusTimer.Advance:
                _isViewOver = true;
                Nullify();
                if (_config.Mutant == RuleMutant.AdvanceWithoutCertificate) Enter(_view.Next);
                break;
            case ConsensusTimer.Retry:
                Retry();
                break;
            case ConsensusTimer.Build:
                // The rule looks at the clock again.
                break;
            case ConsensusTimer.Fetch:
                _fetchTimerRuns = false;
                AskForMissing();
                break;
            case ConsensusTimer.Fence:
                if (_isFenced) AskHowFar();
                break;
        }
    }

    private View? HighestNotarized()
    {
        View? highest = null;
        foreach (View view in _notarizations.Keys) highest = view;
        return highest;
    }

    private void Send(PeerId peer, ConsensusMessage message) => _effects.Add(new ConsensusEffect.Send(peer, message));

    private void Broadcast(ConsensusMessage message) => _effects.Add(new ConsensusEffect.Broadcast(message));

    private bool HasOwn(VoteKind kind) => _ownVotes.ContainsKey(new VoteSlot(_set.Epoch, _view, kind));

    /// <summary>
    /// The youngest finalized block: nothing below it is ever looked at again. Genesis, or a seal once its epoch is over, is the floor of
    /// view 0.
    /// </summary>
    private sealed record Floor(View View, Hash256 Digest, Height Height, Instant Time, Block? Block, Certificate? Finalization);

    private enum CandidateState
    {
        /// <summary>Waits for its parent or for its turn.</summary>
        Unchecked,
        Checking,
        Accepted,
        Refused,
    }

    private sealed class Candidate(Block block, Hash256 digest)
    {
        public Block Block { get; } = block;

        public Hash256 Digest { get; } = digest;

        public CandidateState State { get; set; }
    }
}
