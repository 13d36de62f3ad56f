using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Capacity;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Capacity;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Runtime.Capacity;

/// <summary>
/// A peer that sells capacity. From the finalized ledger alone it derives what it owes, and converges to it: what is missing is said, and said again every two
/// seconds until the ledger has it. So it does not matter what was lost on the way, or whether this process is the one that began.
/// <code>
/// register -> plot -> commit            once, and where the plan changed
/// declare maintenance                    an hour ahead
/// search -> store -> claim -> open      each slice; nothing is claimed that is not on the disk
/// scan -> claim                         each epoch
/// hash or make rows -> report, accuse   for each answer that it was drawn for
/// </code>
/// </summary>
public sealed partial class CapacityMachine
{
    /// <summary>A message that is not on the ledger after this long is said again: a day of slices has no false fault at 5 % loss (docs/capacity.md).</summary>
    private static readonly Duration ResendAfter = Duration.FromSeconds(2);

    /// <summary>What the engine could not do is asked of it again after this long; a plot after much longer.</summary>
    private static readonly Duration RetryAfter = Duration.FromSeconds(2);

    private static readonly Duration RetryPlotAfter = Duration.FromSeconds(30);

    /// <summary>Until then a plan may be changed at no cost: the ledger takes nothing back.</summary>
    private static readonly Duration DeclareAhead = Duration.FromMinutes(60);

    private readonly ChainId _chain;
    private readonly PublicKey _nodeKey;
    private readonly AccountId _account;
    private readonly CapacityPlan _plan;
    private readonly Hash256 _secret;
    private readonly List<CapacityEffect> _effects = [];
    private readonly SortedDictionary<string, (Message Message, uint Period, Instant At)> _sent = new(StringComparer.Ordinal);
    private readonly SortedDictionary<ulong, CapacityErrand> _errands = [];
    private ulong _nextNumber = 1;
    private LedgerState? _state;
    private Instant _now;
    private CapacityWork? _work;
    private bool _isStored;
    private PlotIdentity? _plotted;
    private Instant _plotAgainAt = Instant.Epoch;
    private Instant _searchAgainAt = Instant.Epoch;
    private Instant _scanAgainAt = Instant.Epoch;
    private (uint Period, ReadOnlyMemory<byte> Proof)? _proof;
    private uint? _unlucky;
    private Instant? _undeclared;

    /// <param name="secret">The verifier's own: which positions it looks at nobody can foresee.</param>
    public CapacityMachine(ChainId chain, PublicKey nodeKey, CapacityPlan plan, Hash256 secret)
    {
        _chain = chain;
        _nodeKey = nodeKey;
        _account = KeyPolicy.Single(nodeKey).ToAccountId();
        _plan = plan;
        _secret = secret;
    }

    /// <summary>The effects in their order; the array is the caller's.</summary>
    public ImmutableArray<CapacityEffect> Step(CapacityInput input)
    {
        Invariant.Holds(_effects.Count == 0);
        switch (input)
        {
            case CapacityInput.Recovered m:
                if (_work is null || m.Work.Period > _work.Period) (_work, _isStored) = (m.Work, true);
                break;
            case CapacityInput.Advanced m:
                (_state, _now) = (m.State, m.Now);
                foreach (LedgerEvent happened in m.Events) Hear(happened);
                Converge();
                break;
            case CapacityInput.Ticked m:
                _now = m.Now;
                Converge();
                break;
            case CapacityInput.Stored m:
                _isStored |= m.Work == _work;
                Converge();
                break;
            case CapacityInput.Done m:
                Take(m.Result);
                Converge();
                break;
            default:
                Invariant.Break("an input without a rule");
                break;
        }

        ImmutableArray<CapacityEffect> effects = [.. _effects];
        _effects.Clear();
        return effects;
    }

    private void Converge()
    {
        if (_state?.Parameters.Capacity is not { } terms) return;
        KeepCommitted(_state, terms);
        DeclareMaintenance(_state, terms);
        ProveCpu(_state, terms);
        ProveSpace(_state, terms);
        Review(_state, terms, CapacityKind.Cpu);
        Review(_state, terms, CapacityKind.Space);
        foreach (string key in new List<string>(_sent.Keys))
        {
            if (_now - _sent[key].At > ResendAfter * 30) _sent.Remove(key);
        }
    }

    // ---- what is sold ----

    private void KeepCommitted(LedgerState state, CapacityTerms terms)
    {
        CapacityProviderRecord? provider = state.Records.CapacityProvider(_account);
        bool isPlotted = provider is not null && _plan.SpaceUnits > 0 && _plotted == CapacityDuty.Identity(_chain, provider);
        if (provider is not null && _plan.SpaceUnits > 0 && !isPlotted) Plot(CapacityDuty.Identity(_chain, provider));
        ImmutableArray<CapacityUnits>.Builder wanted = ImmutableArray.CreateBuilder<CapacityUnits>();
        Want(state, CapacityKind.Cpu, _plan.CpuUnits, wanted);
        // Rows are bound to the registration: what is not plotted yet is not committed to.
        if (isPlotted) Want(state, CapacityKind.Space, _plan.SpaceUnits, wanted);
        if (provider is not null && wanted.Count == 0) return;
        Amount collateral = CapacityRules.CollateralOf(state.Records, terms, _account);
        foreach (CapacityUnits units in wanted)
        {
            uint before = state.Records.CapacityDuty(units.Kind, _account)?.UnitsBacked ?? 0;
            collateral += terms.Of(units.Kind).CollateralPerUnit * (units.Units - Math.Min(units.Units, before));
        }

        Amount bonded = state.Records.Bond(_account).Bonded;
        if (bonded < collateral || bonded < state.Parameters.BondMin) return;
        Send("commit", 0, () => new Message.CommitCapacity(_nodeKey, wanted.ToImmutable(), _plan.Region, _plan.Attributes));
    }

    private void Want(LedgerState state, CapacityKind kind, uint units, ImmutableArray<CapacityUnits>.Builder wanted)
    {
        CapacityDutyRecord? duty = state.Records.CapacityDuty(kind, _account);
        bool isPending = duty is not null && duty.NextFrom > duty.Judged;
        if (isPending || units == (duty?.NextUnits ?? 0)) return;
        wanted.Add(new CapacityUnits(kind, units));
        // Another commitment than the one that was said last.
        if (_sent.TryGetValue("commit", out (Message Message, uint Period, Instant At) sent) && sent.Message is Message.CommitCapacity before
            && !before.Units.Contains(new CapacityUnits(kind, units)))
        {
            _sent.Remove("commit");
        }
    }

    private void Plot(PlotIdentity identity)
    {
        if (_now < _plotAgainAt || IsUnderWay(CapacityErrandKind.Plot)) return;
        Start(new CapacityErrand(CapacityErrandKind.Plot, 0, default) { Identity = identity }, number => new CapacityTask.MakePlot(number, identity.Hash, _plan.SpaceUnits));
    }

    // The ledger knows one window: the next is declared when the last is over.
    private void DeclareMaintenance(LedgerState state, CapacityTerms terms)
    {
        if (state.Records.CapacityProvider(_account) is not { } provider || state.Time < provider.Maintenance.Until) return;
        foreach (MaintenanceWindow window in _plan.Maintenance)
        {
            if (window.From <= state.Time) continue;
            if (window.From > state.Time + DeclareAhead) return;
            CapacityVerdict verdict = CapacityRules.CheckMaintenance(provider.Maintenance, terms, state.Time, window.From, window.Until);
            if (verdict == CapacityVerdict.Accepted)
            {
                Send("maintenance/" + window.From, 0, () => new Message.DeclareMaintenance(window.From, window.Until));
                return;
            }

            if (_undeclared >= window.From) continue;
            _undeclared = window.From;
            _effects.Add(new CapacityEffect.Warn($"maintenance from {window.From} cannot be declared: {verdict}"));
        }
    }

    // ---- processors ----

    private void ProveCpu(LedgerState state, CapacityTerms terms)
    {
        if (Owed(state, terms, CapacityKind.Cpu) is not { } duty) return;
        uint period = duty.Period.Number;
        GiveUpOlder(CapacityErrandKind.Search, period);
        CapacityAnswerRecord? answer = state.Records.CapacityAnswer(CapacityKind.Cpu, period, _account);
        if (answer is null)
        {
            if (duty.Period.Closing is not null) return;
            if (_work?.Period != period) Search(duty);
            else if (_isStored) Send("claim/cpu", period, () => Claim(duty, _work));
            return;
        }

        if (duty.Period.Closing is not { } closing || !answer.Opening.IsEmpty || _work?.Period != period) return;
        ShareTree tree = new(_work.Shares, terms.Proofs.Cpu.TreeDepth);
        ShareCommitment commitment = CommitmentOf(duty, tree);
        if (commitment.Digest != answer.Subject) return;
        Send("open/cpu", period, () => new Message.AnswerCapacity(
            CapacityKind.Cpu, period, true, [.. ShareRules.Open(terms.Proofs.Cpu, commitment, tree, closing.Beacon).Encode()]));
    }

    private void Search(CapacityDuty duty)
    {
        if (_now < _searchAgainAt || IsUnderWay(CapacityErrandKind.Search)) return;
        SliceDuty slice = duty.Slice;
        Duration prepare = slice.IsMemoryCheck ? slice.Parameters.MemoryPreparation : slice.Parameters.SubmitBy;
        Start(new CapacityErrand(CapacityErrandKind.Search, duty.Period.Number, default), number => new CapacityTask.SearchShares(
            number, (byte)slice.Parameters.Kind, slice.Key, slice.Beacon, slice.Owner, slice.Units, slice.Parameters.Duty, prepare));
    }

    private static Message.AnswerCapacity Claim(CapacityDuty duty, CapacityWork work) => new(
        CapacityKind.Cpu, work.Period, false, [.. CommitmentOf(duty, new ShareTree(work.Shares, duty.Terms.Proofs.Cpu.TreeDepth)).Encode()]);

    private static ShareCommitment CommitmentOf(CapacityDuty duty, ShareTree tree)
    {
        SliceDuty slice = duty.Slice;
        return new ShareCommitment(slice.Owner, slice.Slice, slice.Parameters.Kind, slice.Units, tree.Root);
    }

    // ---- space ----

    private void ProveSpace(LedgerState state, CapacityTerms terms)
    {
        if (Owed(state, terms, CapacityKind.Space) is not { } duty || duty.Period.Closing is not null) return;
        uint period = duty.Period.Number;
        GiveUpOlder(CapacityErrandKind.Scan, period);
        if (state.Records.CapacityAnswer(CapacityKind.Space, period, _account) is not null || _unlucky == period) return;
        if (_proof is { } proof && proof.Period == period)
        {
            Send("claim/space", period, () => new Message.AnswerCapacity(CapacityKind.Space, period, false, [.. proof.Proof.Span]));
            return;
        }

        // After a start the plot is looked at first.
        bool isReady = _plotted == duty.Challenge.Identity && _now >= _scanAgainAt;
        if (!isReady || IsUnderWay(CapacityErrandKind.Scan)) return;
        Start(new CapacityErrand(CapacityErrandKind.Scan, period, default), number => new CapacityTask.ProveSpace(
            number, duty.Period.Beacon, duty.Challenge.Identity.Hash, duty.Units));
    }

    // ---- the engine ----

    private void Take(CapacityResult result)
    {
        if (!_errands.Remove(result.Number, out CapacityErrand? errand)) return;
        switch (result)
        {
            case CapacityResult.Shares m:
                _work = new CapacityWork(errand.Period, [.. System.Linq.Enumerable.Select(m.Found, static it => new Share(it.Place, it.Offset))]);
                _isStored = false;
                _effects.Add(new CapacityEffect.Store(_work));
                break;
            case CapacityResult.Plotted:
                _plotted = errand.Identity;
                break;
            case CapacityResult.SpaceProved m:
                _proof = (errand.Period, m.Proof);
                break;
            case CapacityResult.Hashed m:
                Hashed(errand, m.Outputs);
                break;
            case CapacityResult.Rows m:
                MadeRows(errand, m.Bytes);
                break;
            case CapacityResult.Failed m:
                Failed(errand, m);
                break;
            default:
                // A key that was prepared: the search finds it.
                break;
        }
    }

    private void Failed(CapacityErrand errand, CapacityResult.Failed failed)
    {
        if (failed.Failure == CapacityFailure.Cancelled) return;
        _effects.Add(new CapacityEffect.Warn($"capacity, {errand.Kind}: {failed.Failure}: {failed.Detail}"));
        switch (errand.Kind)
        {
            case CapacityErrandKind.Plot:
                _plotAgainAt = _now + RetryPlotAfter;
                break;
            case CapacityErrandKind.Search:
                _searchAgainAt = _now + RetryAfter;
                break;
            case CapacityErrandKind.Scan:
                _scanAgainAt = _now + RetryAfter;
                // What is damaged is made again first; bad luck lasts as long as its beacon.
                if (failed.Failure is CapacityFailure.PlotDamaged or CapacityFailure.PlotMissing) _plotted = null;
                if (failed.Failure == CapacityFailure.Unlucky) _unlucky = errand.Period;
                break;
            default:
                errand.Review!.AskAgainAt = _now + RetryAfter;
                break;
        }
    }

    // ---- what all of it uses ----

    /// <summary>What is owed in the youngest period; null where nothing is, or maintenance was declared.</summary>
    private CapacityDuty? Owed(LedgerState state, CapacityTerms terms, CapacityKind kind)
    {
        if (state.Records.CapacityKind(kind).Latest is not { } latest) return null;
        CapacityDuty? duty = CapacityDuty.Find(state.Records, _chain, terms, kind, latest.Number, _account);
        return duty is { IsOwed: true } && !duty.Provider.Maintenance.Covers(latest.StartedAt) ? duty : null;
    }

    private void Send(string what, uint period, Func<Message> make)
    {
        if (_sent.TryGetValue(what, out (Message Message, uint Period, Instant At) sent) && sent.Period == period)
        {
            if (_now - sent.At < ResendAfter) return;
        }
        else
        {
            sent = (make(), period, _now);
        }

        _sent[what] = sent with { At = _now };
        _effects.Add(new CapacityEffect.Submit(sent.Message));
    }

    private void Start(CapacityErrand errand, Func<ulong, CapacityTask> make)
    {
        ulong number = _nextNumber++;
        _errands.Add(number, errand);
        _effects.Add(new CapacityEffect.Start(make(number)));
    }

    private bool IsUnderWay(CapacityErrandKind kind)
    {
        foreach (CapacityErrand errand in _errands.Values)
        {
            if (errand.Kind == kind) return true;
        }

        return false;
    }

    private void GiveUpOlder(CapacityErrandKind kind, uint period)
    {
        foreach (ulong number in new List<ulong>(_errands.Keys))
        {
            if (_errands[number].Kind != kind || _errands[number].Period >= period) continue;
            _errands.Remove(number);
            _effects.Add(new CapacityEffect.Cancel(number));
        }
    }
}

/// <summary>Why a task was given to the engine.</summary>
internal enum CapacityErrandKind
{
    Plot,
    Search,
    Scan,
    Review,
}

/// <param name="Provider">Of a review: whose answer is looked at.</param>
internal sealed record CapacityErrand(CapacityErrandKind Kind, uint Period, AccountId Provider)
{
    /// <summary>Of a plot.</summary>
    public PlotIdentity Identity { get; init; }

    /// <summary>Of a review.</summary>
    public CapacityReview? Review { get; init; }
}
