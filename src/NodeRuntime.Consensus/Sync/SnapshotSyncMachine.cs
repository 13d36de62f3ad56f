using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Light;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Consensus.Sync;

/// <summary>
/// SNAPSHOT SYNC: how a peer far behind comes by the state without the blocks that made it.
/// <code>
/// Looking    WantOffers to all ── Offers ──> a height that most of them have, as high as can be
/// Following  WantSeals to one ──> each seal by the set before it -> who decides above the snapshot
/// Planning   WantManifest, WantAnchor to one ──> certificate -> blocks -> state root -> manifest: from here on nobody is believed
/// Fetching   WantChunk to all who have it, a few each ──> checked by hash, written, forgotten ──> Complete
/// </code>
/// An offered height is a word; the anchor's certificate makes it a fact. A chunk that is not the one its hash names costs its sender the
/// place among the providers and us one more question. Nothing is waited for for ever: a question without an answer goes to another
/// peer. A seal that was verified stays, whoever showed it. Memory is bounded by <see cref="Limits.ChunksInFlightMax"/>, as chunks go to the disk one by one.
/// </summary>
public sealed class SnapshotSyncMachine(SnapshotSyncConfig config)
{
    // A chunk that takes longer comes over a line on which the whole would take for ever.
    private static readonly Duration AnswerTimeMin = Duration.FromSeconds(2);

    // Questions in a row that a peer may leave without an answer.
    private const int SilencesMax = 3;

    private readonly List<SnapshotSyncEffect> _effects = [];
    private readonly SortedSet<PeerId> _peers = [];
    private readonly SortedDictionary<PeerId, ImmutableArray<Height>> _offers = [];
    private readonly SortedDictionary<PeerId, int> _silences = [];
    private readonly SortedSet<PeerId> _liars = [];
    private readonly SortedSet<(PeerId Peer, Height Height)> _unfit = [];
    private readonly SortedDictionary<int, (PeerId Peer, Instant At)> _asked = [];
    private readonly SortedSet<int> _missing = [];
    private readonly SortedSet<int> _writing = [];
    private Instant _now;
    private Instant _since;
    private Height _floor;
    private ValidatorSet? _validators;
    private readonly List<Seal> _seals = [];
    private Height _target;
    private (PeerId Peer, Height Height, Instant At)? _planning;
    private StateManifest? _manifest;
    private SyncMessage.Anchor? _anchor;
    private SnapshotPlan? _plan;
    private (SnapshotPlan Plan, ImmutableArray<bool> Held)? _begun;
    private bool _timerRuns;

    public SnapshotSyncPhase Phase { get; private set; }

    /// <summary>The snapshot that is being fetched.</summary>
    public Height? Height => Phase == SnapshotSyncPhase.Fetching ? _plan?.Height : null;

    public int ChunksTotal => Phase == SnapshotSyncPhase.Fetching ? _plan!.Manifest.Chunks.Length : 0;

    public int ChunksKept => Phase == SnapshotSyncPhase.Fetching ? ChunksTotal - _missing.Count - _asked.Count - _writing.Count : 0;

    public ImmutableArray<SnapshotSyncEffect> Step(Instant now, SnapshotSyncInput input)
    {
        Invariant.Holds(_effects.Count == 0);
        _now = now;
        switch (input)
        {
            case SnapshotSyncInput.Begin m:
                Begin(m);
                break;
            case SnapshotSyncInput.PeerConnected m:
                _peers.Add(m.Peer);
                if (Phase != SnapshotSyncPhase.Idle) Send(m.Peer, new SyncMessage.WantOffers());
                break;
            case SnapshotSyncInput.PeerLeft m:
                Forget(m.Peer);
                break;
            case SnapshotSyncInput.Received m:
                if (Phase != SnapshotSyncPhase.Idle && _peers.Contains(m.Peer) && !_liars.Contains(m.Peer)) Receive(m.Peer, m.Message);
                break;
            case SnapshotSyncInput.TimerFired:
                _timerRuns = false;
                Tick();
                break;
            case SnapshotSyncInput.Kept m:
                if (Phase == SnapshotSyncPhase.Fetching && _plan!.Height == m.Height) _writing.Remove(m.Index);
                break;
            default:
                Invariant.Break("an input without a rule");
                break;
        }

        Go();
        ImmutableArray<SnapshotSyncEffect> effects = [.. _effects];
        _effects.Clear();
        return effects;
    }

    private void Begin(SnapshotSyncInput.Begin begin)
    {
        _floor = begin.Floor;
        BeginAt(begin.Validators);
        // Where nobody can show a height yet, what most of them offer is looked at; the anchor decides.
        Height target = begin.Target ?? new Height(ulong.MaxValue);
        if (target > _target) _target = target;
        if (Phase != SnapshotSyncPhase.Idle) return;
        _target = target;
        Phase = SnapshotSyncPhase.Looking;
        _since = _now;
        _liars.Clear();
        _unfit.Clear();
        _silences.Clear();
        _offers.Clear();
        _plan = null;
        _missing.Clear();
        foreach (PeerId peer in _peers) Send(peer, new SyncMessage.WantOffers());
        _begun = begin.Plan is { } plan && plan.Height > _floor ? (plan, begin.Held) : null;
        Resume();
    }

    // The disk kept the proof: only chunks are missing, if that. Of a later epoch it waits for the seals.
    private void Resume()
    {
        if (_begun is not var (plan, held) || plan.Anchor[0].Header.Epoch.CompareTo(Newest.Epoch) > 0) return;
        _begun = null;
        if (!IsProven(plan)) return;
        _plan = plan;
        for (int i = 0; i < plan.Manifest.Chunks.Length; i++)
        {
            if (i >= held.Length || !held[i]) _missing.Add(i);
        }

        if (_missing.Count > 0) return;
        _planning = null;
        Phase = SnapshotSyncPhase.Fetching;
    }

    // ---- who decides ----

    private ValidatorSet Newest => _seals.Count > 0 ? _seals[^1].Next : _validators!;

    // The floor has moved on, or this is another search: what leads on from it stays.
    private void BeginAt(ValidatorSet validators)
    {
        uint before = _validators?.Epoch.Number ?? 0;
        uint now = validators.Epoch.Number;
        bool leadsOn = now >= before && now - before <= (uint)_seals.Count;
        if (leadsOn) _seals.RemoveRange(0, (int)(now - before));
        else _seals.Clear();
        _validators = validators;
    }

    private ValidatorSet? SetOf(Epoch epoch)
    {
        if (epoch == _validators!.Epoch) return _validators;
        long place = (long)epoch.Number - _validators.Epoch.Number - 1;
        return place >= 0 && place < _seals.Count ? _seals[(int)place].Next : null;
    }

    private void ReceiveSeals(PeerId peer, SyncMessage.Seals answer)
    {
        if (Phase != SnapshotSyncPhase.Following || _planning is not { } planning || planning.Peer != peer || answer.From != Newest.Epoch) return;
        foreach (Seal seal in answer.Items)
        {
            if (SealRules.Check(seal, config.Chain, Newest, config.Signatures) != SealVerdict.Accepted)
            {
                Condemn(peer, SnapshotSyncFault.SealWrong);
                Replan();
                return;
            }

            _seals.Add(seal);
        }

        _planning = planning with { At = _now };
        if (answer.Items.Length == Limits.SealsPerAnswerMax)
        {
            Send(peer, new SyncMessage.WantSeals(Newest.Epoch));
            return;
        }

        Resume();
        if (_plan is { } begun && Phase == SnapshotSyncPhase.Following && ProvidersOf(begun.Height).Count > 0)
        {
            _planning = null;
            Phase = SnapshotSyncPhase.Fetching;
        }

        if (Phase != SnapshotSyncPhase.Following) return;
        Phase = SnapshotSyncPhase.Planning;
        Send(peer, new SyncMessage.WantManifest(planning.Height));
        Send(peer, new SyncMessage.WantAnchor(planning.Height));
    }

    // Rules to a fixpoint: what one makes possible another does at once.
    private void Go()
    {
        if (Phase == SnapshotSyncPhase.Idle) return;
        if (!_timerRuns)
        {
            _timerRuns = true;
            _effects.Add(new SnapshotSyncEffect.SetTimer(config.NetworkDelay));
        }

        while (Choose() || Plan())
        {
        }

        Fetch();
    }

    // ---- Looking ----

    // Once all have answered, or time enough has passed: the highest height that at least half of those who answered have.
    private bool Choose()
    {
        if (Phase != SnapshotSyncPhase.Looking) return false;
        int silent = 0;
        foreach (PeerId peer in _peers)
        {
            if (!_offers.ContainsKey(peer) && !_liars.Contains(peer)) silent++;
        }

        bool isTime = _now - _since >= config.NetworkDelay * 2;
        if (_offers.Count == 0 || (silent > 0 && !isTime)) return false;
        if (_plan is { } begun && ProvidersOf(begun.Height).Count > 0)
        {
            Phase = SnapshotSyncPhase.Fetching;
            return true;
        }

        if (BestHeight() is not { } height) return false;
        List<PeerId> providers = ProvidersOf(height);
        PeerId chosen = providers[config.Prng.NextBelow(providers.Count)];
        Phase = SnapshotSyncPhase.Following;
        _planning = (chosen, height, _now);
        _manifest = null;
        _anchor = null;
        Send(chosen, new SyncMessage.WantSeals(Newest.Epoch));
        return true;
    }

    private Height? BestHeight()
    {
        SortedDictionary<Height, int> counts = [];
        foreach ((PeerId peer, ImmutableArray<Height> heights) in _offers)
        {
            foreach (Height height in heights)
            {
                if (IsFit(peer, height)) counts[height] = counts.GetValueOrDefault(height) + 1;
            }
        }

        Height? common = null;
        Height? highest = null;
        foreach ((Height height, int count) in counts)
        {
            highest = height;
            if (2 * count >= _offers.Count) common = height;
        }

        return common ?? highest;
    }

    // Above the target nothing is known to exist.
    private bool IsFit(PeerId peer, Height height) =>
        height > _floor && height < _target && !_liars.Contains(peer) && !_unfit.Contains((peer, height));

    private List<PeerId> ProvidersOf(Height height)
    {
        List<PeerId> providers = [];
        foreach ((PeerId peer, ImmutableArray<Height> heights) in _offers)
        {
            if (heights.Contains(height) && IsFit(peer, height)) providers.Add(peer);
        }

        return providers;
    }

    // ---- Planning ----

    private bool Plan()
    {
        if (Phase != SnapshotSyncPhase.Planning || _planning is not { } planning || _manifest is not { } manifest || _anchor is not { } anchor) return false;
        _planning = null;
        Phase = SnapshotSyncPhase.Looking;
        // We have meanwhile come further by blocks.
        if (!anchor.Blocks.IsEmpty && anchor.Blocks[0].Header.Epoch.CompareTo(_validators!.Epoch) < 0)
        {
            Refuse(planning.Peer, planning.Height);
            return true;
        }

        SnapshotSyncFault? fault = FaultOf(anchor, planning.Height);
        SnapshotPlan? plan = fault is null ? new SnapshotPlan(manifest, anchor.Blocks, anchor.Finalization) : null;
        if (plan is not null && manifest.Verify(plan.Root) != ManifestVerdict.Accepted) fault = SnapshotSyncFault.ManifestWrong;
        if (fault is { } wrong || plan is null)
        {
            Condemn(planning.Peer, fault ?? SnapshotSyncFault.AnchorWrong);
            return true;
        }

        _plan = plan;
        _missing.Clear();
        for (int i = 0; i < manifest.Chunks.Length; i++) _missing.Add(i);
        _effects.Add(new SnapshotSyncEffect.KeepPlan(plan));
        Phase = SnapshotSyncPhase.Fetching;
        return true;
    }

    private SnapshotSyncFault? FaultOf(SyncMessage.Anchor anchor, Height height)
    {
        if (anchor.Blocks.IsEmpty || anchor.Blocks[0].Header.Height != height.Next) return SnapshotSyncFault.AnchorWrong;
        if (SetOf(anchor.Blocks[0].Header.Epoch) is not { } validators) return SnapshotSyncFault.SealMissing;
        if (!BlockLinks.AreOf(anchor.Blocks, validators.Epoch, maySealAtTop: true)) return SnapshotSyncFault.AnchorWrong;
        if (!BlockLinks.Hold(anchor.Blocks, config.Chain)) return SnapshotSyncFault.AnchorWrong;
        if (!BlockLinks.Finalizes(anchor.Finalization, anchor.Blocks[^1].Header)) return SnapshotSyncFault.AnchorWrong;
        CertificateVerdict verdict = CertificateRules.Check(anchor.Finalization, config.Chain, validators, config.Signatures, out _);
        return verdict == CertificateVerdict.Accepted ? null : SnapshotSyncFault.CertificateWrong;
    }

    private bool IsProven(SnapshotPlan plan) =>
        FaultOf(new SyncMessage.Anchor(plan.Height, plan.Anchor, plan.Finalization), plan.Height) is null
        && plan.Manifest.Verify(plan.Root) == ManifestVerdict.Accepted;

    // ---- Fetching ----

    private void Fetch()
    {
        if (Phase != SnapshotSyncPhase.Fetching || _plan is not { } plan) return;
        if (_missing.Count == 0 && _asked.Count == 0 && _writing.Count == 0)
        {
            Phase = SnapshotSyncPhase.Idle;
            _plan = null;
            int epochs = (int)(plan.Anchor[0].Header.Epoch.Number - _validators!.Epoch.Number);
            _effects.Add(new SnapshotSyncEffect.Complete(plan, [.. _seals.GetRange(0, epochs)]));
            return;
        }

        List<PeerId> providers = ProvidersOf(plan.Height);
        if (providers.Count == 0 && _asked.Count == 0 && _missing.Count > 0)
        {
            // Whoever had it has it no more, or lied, or left: look again.
            Phase = SnapshotSyncPhase.Looking;
            _since = _now;
            return;
        }

        while (_missing.Count > 0 && _asked.Count + _writing.Count < Limits.ChunksInFlightMax)
        {
            if (LeastBusy(providers) is not { } peer) return;
            int index = _missing.Min;
            _missing.Remove(index);
            _asked.Add(index, (peer, _now));
            Send(peer, new SyncMessage.WantChunk(plan.Height, index));
        }
    }

    private PeerId? LeastBusy(List<PeerId> providers)
    {
        PeerId? chosen = null;
        int least = Limits.ChunksInFlightPerPeerMax;
        foreach (PeerId peer in providers)
        {
            int busy = 0;
            foreach ((PeerId asked, Instant _) in _asked.Values)
            {
                if (asked == peer) busy++;
            }

            if (busy >= least) continue;
            least = busy;
            chosen = peer;
        }

        return chosen;
    }

    // ---- what peers say ----

    private void Receive(PeerId peer, SyncMessage message)
    {
        switch (message)
        {
            case SyncMessage.Offers m:
                _offers[peer] = m.Heights;
                break;
            case SyncMessage.Seals m:
                ReceiveSeals(peer, m);
                break;
            case SyncMessage.Manifest m:
                if (IsPlanned(peer, m.Height)) _manifest = m.State;
                break;
            case SyncMessage.Anchor m:
                if (IsPlanned(peer, m.Height)) _anchor = m;
                break;
            case SyncMessage.Chunk m:
                ReceiveChunk(peer, m);
                break;
            case SyncMessage.Gone m:
                Refuse(peer, m.Height);
                break;
            default:
                // Questions are for whoever serves.
                break;
        }
    }

    private bool IsPlanned(PeerId peer, Height height) => _planning is { } planning && planning.Peer == peer && planning.Height == height;

    private void ReceiveChunk(PeerId peer, SyncMessage.Chunk chunk)
    {
        if (Phase != SnapshotSyncPhase.Fetching || _plan!.Height != chunk.Height) return;
        if (!_asked.TryGetValue(chunk.Index, out (PeerId Peer, Instant At) asked) || asked.Peer != peer) return;
        _asked.Remove(chunk.Index);
        if (StateChunk.Check(chunk.Bytes, _plan.Manifest.Chunks[chunk.Index], out _) != ChunkVerdict.Accepted)
        {
            _missing.Add(chunk.Index);
            Condemn(peer, SnapshotSyncFault.ChunkWrong);
            return;
        }

        _silences.Remove(peer);
        _writing.Add(chunk.Index);
        _effects.Add(new SnapshotSyncEffect.KeepChunk(chunk.Height, chunk.Index, chunk.Bytes));
    }

    private void Refuse(PeerId peer, Height height)
    {
        _unfit.Add((peer, height));
        if (IsPlanned(peer, height)) Replan();
        if (Phase == SnapshotSyncPhase.Fetching && _plan!.Height == height) TakeBack(peer);
        if (_unfit.Count > Limits.PeersMax * Limits.SnapshotsKeptMax) _unfit.Clear();
    }

    private void Condemn(PeerId peer, SnapshotSyncFault fault)
    {
        _liars.Add(peer);
        _offers.Remove(peer);
        TakeBack(peer);
        _effects.Add(new SnapshotSyncEffect.Blame(peer, fault));
    }

    private void Forget(PeerId peer)
    {
        _peers.Remove(peer);
        _offers.Remove(peer);
        _silences.Remove(peer);
        if (_planning is { } planning && planning.Peer == peer) Replan();
        TakeBack(peer);
    }

    private void Replan()
    {
        _planning = null;
        _since = _now;
        if (Phase is SnapshotSyncPhase.Planning or SnapshotSyncPhase.Following) Phase = SnapshotSyncPhase.Looking;
    }

    // What this peer was asked for is missing again.
    private void TakeBack(PeerId peer)
    {
        foreach ((int index, (PeerId Peer, Instant At) asked) in new List<KeyValuePair<int, (PeerId Peer, Instant At)>>(_asked))
        {
            if (asked.Peer != peer) continue;
            _asked.Remove(index);
            _missing.Add(index);
        }
    }

    // ---- what does not come ----

    private void Tick()
    {
        if (Phase == SnapshotSyncPhase.Idle) return;
        Duration longest = config.NetworkDelay * 4 > AnswerTimeMin ? config.NetworkDelay * 4 : AnswerTimeMin;
        foreach ((int index, (PeerId peer, Instant at)) in new List<KeyValuePair<int, (PeerId Peer, Instant At)>>(_asked))
        {
            if (_now - at < longest || !_asked.Remove(index)) continue;
            _missing.Add(index);
            NoteSilence(peer, _plan!.Height);
        }

        if (_planning is { } planning && _now - planning.At >= longest)
        {
            NoteSilence(planning.Peer, planning.Height);
            Replan();
        }

        foreach (PeerId peer in _peers)
        {
            // A lost question or answer; and whoever answered may have made a newer one since.
            bool isSilent = !_offers.ContainsKey(peer) && !_liars.Contains(peer);
            if (isSilent || Phase == SnapshotSyncPhase.Looking) Send(peer, new SyncMessage.WantOffers());
        }

        if (Phase == SnapshotSyncPhase.Looking && _now - _since >= longest * 2) GiveUp();
    }

    private void NoteSilence(PeerId peer, Height height)
    {
        int silences = _silences.GetValueOrDefault(peer) + 1;
        _silences[peer] = silences;
        if (silences < SilencesMax) return;
        _silences.Remove(peer);
        Refuse(peer, height);
    }

    private void GiveUp()
    {
        Phase = SnapshotSyncPhase.Idle;
        SnapshotSyncEnd why = _liars.Count > 0 || _unfit.Count > 0
            ? SnapshotSyncEnd.NothingProven
            : _offers.Count == 0 ? SnapshotSyncEnd.NobodyAnswers : SnapshotSyncEnd.NobodyOffers;
        _effects.Add(new SnapshotSyncEffect.GiveUp(why));
    }

    private void Send(PeerId peer, SyncMessage message) => _effects.Add(new SnapshotSyncEffect.Send(peer, message));
}

/// <summary>What a peer that fetches a snapshot is given for its life.</summary>
public sealed record SnapshotSyncConfig
{
    public required ChainId Chain { get; init; }

    public required ISignatureVerifier Signatures { get; init; }

    public required Duration NetworkDelay { get; init; }

    public required Prng Prng { get; init; }
}

public enum SnapshotSyncPhase
{
    Idle,
    Looking,
    Following,
    Planning,
    Fetching,
}
