using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Posture.Observing;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Posture;

/// <summary>
/// Holds a machine against its controls. For each thing of a control an automaton, and for each control one more for what it sees at all:
/// <code>
///            bad value                       overflow, gap, restart, clock
///   good  ------------->  bad        sees  ------------------------------->  lost
///     ^  &lt;-------------   |            ^                                      |
///     |    good value     |            |   a full look that began behind it    |
///      ----> unknown &lt;----             -----------------------------------------
///       cannot be read
/// </code>
/// A control is bad while one of its things is, else unknown while one of them is or while it is lost, else good. So nothing is good over a gap: the edge back
/// comes with the interval, behind a full look that nothing was lost in. Every edge is reported, none twice.
/// </summary>
public sealed class PostureMachine
{
    /// <summary>A full look that did not end by then never will: another is asked for.</summary>
    private static readonly Duration ScanMax = Duration.FromMinutes(10);

    private static readonly Duration AttemptsApartMax = Duration.FromMinutes(5);

    private static readonly Duration CalmAfter = Duration.FromMinutes(1);

    private readonly ImmutableArray<WatchedControl> _controls;
    private readonly ImmutableArray<Rollout> _rollouts;
    private readonly StateTree _things = new();
    private readonly List<PostureEffect> _effects = [];
    private readonly Queue<Thing> _wanted = [];
    private MachineSight _sight = new(Proofs.Records.AgentLevel.None, [], []);
    private Scan? _scan;
    private ulong _scans;
    private ulong _order;
    private ulong _edges;
    private ulong _alerts;
    private ulong _losses;
    private Instant _now;
    private bool _hasStarted;

    public PostureMachine(ImmutableArray<Control> controls, ImmutableArray<Rollout> rollouts)
    {
        Invariant.Holds(controls.Length <= Limits.PostureControlsMax);
        _controls = ImmutableArray.CreateRange(controls, static control => new WatchedControl(control));
        _rollouts = rollouts.Sort(static (left, right) => left.From.CompareTo(right.From));
    }

    public PostureSummary Summary => new(
        _sight, _things.Root(), _things.Count, ImmutableArray.CreateRange(_controls, StandingOf), _edges, _alerts, _losses);

    /// <summary>That a thing stands in the state as it is now; null where it does not.</summary>
    public MerkleInclusionProof? Prove(Thing thing) => _things.Prove(thing);

    /// <summary>Null where there is no such thing, as far as is known.</summary>
    public string? ValueOf(Thing thing) => _things.ValueOf(thing);

    /// <summary>The thing that a number falls on; null where the state has none.</summary>
    public Thing? Draw(ulong number) => _things.Draw(number);

    /// <summary>Everything that is known, in order.</summary>
    public IEnumerable<Thing> Things => _things.Things;

    public IReadOnlyList<PostureEffect> Step(PostureInput input)
    {
        _effects.Clear();
        switch (input)
        {
            case PostureInput.RecoveredBaseline m:
                Invariant.Holds(!_hasStarted);
                Recover(m);
                break;
            case PostureInput.Started m:
                Start(m);
                break;
            case PostureInput.Observed m:
                Invariant.Holds(_hasStarted);
                Observe(m.Observation);
                break;
            case PostureInput.Noted m:
                Invariant.Holds(_hasStarted);
                Report(m.Edge);
                break;
            case PostureInput.Wanted m:
                Invariant.Holds(_hasStarted);
                if (_wanted.Count < Limits.PostureWantedMax) _wanted.Enqueue(m.Thing);
                else _effects.Add(new PostureEffect.Looked(m.Thing, false));
                break;
            case PostureInput.Ticked m:
                Invariant.Holds(_hasStarted);
                Tick(m.Now);
                break;
            default:
                Invariant.Break("an input without a rule");
                break;
        }

        ScanNext();
        return [.. _effects];
    }

    // A control that is no longer declared has no use for its baseline.
    private void Recover(PostureInput.RecoveredBaseline recovered)
    {
        foreach (WatchedControl it in _controls)
        {
            if (it.Control.Id == recovered.Control) it.Baseline = recovered.Values;
        }
    }

    private void Start(PostureInput.Started started)
    {
        _hasStarted = true;
        _sight = started.Sight;
        _edges = started.Edges;
        _now = started.Now;
        _scan = null;
        foreach (WatchedControl it in _controls)
        {
            // What was before nobody says: unknown on both sides.
            it.Begin(started.Since, ++_order);
            Report(it.Control, string.Empty, ControlState.Unknown, ControlState.Unknown, EdgeCause.Started, null, null, started.Since, started.Now);
        }
    }

    private void Observe(Observation observation)
    {
        switch (observation)
        {
            case Observation.Saw m:
                Advance(m.At);
                See(m);
                break;
            case Observation.Flashed m:
                Advance(m.Until);
                _scan?.See(m.Thing);
                foreach (WatchedControl it in _controls)
                {
                    if (it.Control.Concerns(m.Thing)) Flash(it, m);
                }

                break;
            case Observation.Lost m:
                Advance(m.At);
                _losses++;
                foreach (WatchedControl it in _controls)
                {
                    if (m.Scope.Touches(it.Control.Scope)) Lose(it, m.Why, m.Since, m.At);
                }

                break;
            case Observation.ScanBegan m:
                Advance(m.At);
                // From here on what is lost is not found by this look.
                if (_scan is { } begun && begun.Number == m.Number) begun.Order = ++_order;
                break;
            case Observation.ScanEnded m:
                Advance(m.At);
                if (_scan is { Order: not null } ended && ended.Number == m.Number) EndScan(ended, m);
                break;
            default:
                Invariant.Break("an observation without a rule");
                break;
        }
    }

    private void Advance(Instant now)
    {
        if (now > _now) _now = now;
    }

    // ---- things ----

    private void See(Observation.Saw saw)
    {
        _scan?.See(saw.Thing);
        if (saw.Thing.Path.Length > Limits.PosturePathCharactersMax || saw.Value?.Length > Limits.PostureValueCharactersMax || !TrySet(saw.Thing, saw.Value))
        {
            foreach (WatchedControl it in _controls)
            {
                if (it.Control.Concerns(saw.Thing)) Lose(it, EdgeCause.Crowded, saw.Since, saw.At);
            }

            return;
        }

        foreach (WatchedControl it in _controls)
        {
            if (it.Control.Concerns(saw.Thing)) Judge(it, saw.Thing.Path, saw.Value, saw.Since, saw.At, saw.By, saw.Who);
        }
    }

    private bool TrySet(Thing thing, string? value)
    {
        bool wasThere = _things.ValueOf(thing) is not null;
        if (!_things.Set(thing, value)) return false;
        if (wasThere == value is not null) return true;
        foreach (WatchedControl it in _controls)
        {
            if (it.Control.Concerns(thing)) it.Things += wasThere ? -1 : 1;
        }

        return true;
    }

    private void Judge(WatchedControl it, string path, string? value, Instant since, Instant at, EdgeCause by, Culprit? who)
    {
        if (!it.CanJudge) return;
        // What a full look finds may be as old as what it looks for.
        if (by == EdgeCause.Scanned && it.LostSince is { } lost && lost < since) since = lost;
        ControlState to = ControlRules.Judge(it.Control, path, value, it.Baseline, _rollouts, at);
        Move(it, path, to, since, at, by, who);
    }

    private void Flash(WatchedControl it, Observation.Flashed flashed)
    {
        if (!it.CanJudge) return;
        string path = flashed.Thing.Path;
        ControlState now = it.StateOf(path);
        ControlState between = ControlRules.Judge(it.Control, path, flashed.Between, it.Baseline, _rollouts, flashed.From);
        // What was bad before and behind it was bad all the time, as far as anybody can say.
        if (between == ControlState.Good || between == now || now == ControlState.Bad) return;
        Move(it, path, between, flashed.From, flashed.From, flashed.By, flashed.Who);
        Move(it, path, now, flashed.Until, flashed.Until, flashed.By, flashed.Who);
    }

    private void Move(WatchedControl it, string path, ControlState to, Instant since, Instant at, EdgeCause by, Culprit? who)
    {
        ControlState from = it.StateOf(path);
        if (from == to) return;
        // Who cannot keep the violations apart any more says so, and looks again.
        if (from == ControlState.Good && it.IsFull)
        {
            Lose(it, EdgeCause.Crowded, since, at);
            return;
        }

        Instant? began = it.SinceOf(path);
        it.Move(path, to, since);
        Report(it.Control, path, from, to, by, who, began, since, at);
    }

    private void Report(Control control, string path, ControlState from, ControlState to, EdgeCause by, Culprit? who, Instant? began, Instant since, Instant at)
    {
        Report(new PostureEdge(0, control.Id, control.Class, path, from, to, by, who, began, since, at, _sight.Level));
    }

    private void Report(PostureEdge edge)
    {
        if (edge.IsAlert) _alerts++;
        _effects.Add(new PostureEffect.Report(edge with { Number = ++_edges }));
    }

    // ---- what is seen at all ----

    private void Lose(WatchedControl it, EdgeCause why, Instant since, Instant at)
    {
        bool wasLost = it.LostSince is not null;
        it.Lose(since, ++_order);
        if (wasLost) return;
        // Lost again soon: a look at everything, each time, would be a storm of its own.
        if (it.FoundAt is { } found && at - found < CalmAfter) Delay(it);
        else it.Attempts = 0;
        Report(it.Control, string.Empty, ControlState.Good, ControlState.Unknown, why, null, null, since, at);
    }

    private void ScanNext()
    {
        if (!_hasStarted || _scan is not null) return;
        foreach (WatchedControl it in _controls)
        {
            if (it.LostSince is null || it.ScanNotBefore > _now) continue;
            _scan = new Scan(++_scans, it.Control.Scope, _now);
            _effects.Add(new PostureEffect.Scan(_scan.Number, _scan.Scope));
            return;
        }

        // What others want to know comes behind what this machine does not know itself.
        if (!_wanted.TryDequeue(out Thing wanted)) return;
        _scan = new Scan(++_scans, new Scope(wanted.Class, wanted.Path), _now) { Wanted = wanted };
        _effects.Add(new PostureEffect.Scan(_scan.Number, _scan.Scope));
    }

    private void EndScan(Scan scan, Observation.ScanEnded ended)
    {
        _scan = null;
        foreach (WatchedControl it in _controls)
        {
            if (it.LostSince is not { } since || !scan.Scope.Covers(it.Control.Scope)) continue;
            if (ended.IsWhole) MissWhatWasNotSeen(it, scan, since, ended.At);
        }

        foreach (Thing thing in ended.IsWhole ? _things.In(scan.Scope) : [])
        {
            // Gone while nobody looked; a control that was not lost hears of it as well.
            if (scan.Seen.Contains(thing)) continue;
            See(new Observation.Saw(thing, null, scan.AskedAt, ended.At, EdgeCause.Scanned));
        }

        foreach (WatchedControl it in _controls)
        {
            if (it.LostSince is not { } since || !scan.Scope.Covers(it.Control.Scope)) continue;
            if (ended.IsWhole && it.LostOrder < scan.Order) Find(it, since, ended.At);
            else Delay(it);
        }

        if (scan.Wanted is { } wanted) _effects.Add(new PostureEffect.Looked(wanted, ended.IsWhole));
    }

    // What should be there and is not was in no look either: it is judged by its absence.
    private void MissWhatWasNotSeen(WatchedControl it, Scan scan, Instant since, Instant at)
    {
        SortedSet<string> due = new(it.OpenPaths, StringComparer.Ordinal);
        foreach (string path in it.Baseline?.Keys ?? []) due.Add(path);
        if (it.Control.Pattern.IsExact) due.Add(it.Control.Pattern.Text);
        foreach (string path in due)
        {
            Thing thing = new(it.Control.Class, path);
            if (scan.Seen.Contains(thing)) continue;
            TrySet(thing, null);
            Judge(it, path, null, since, at, EdgeCause.Scanned, null);
        }
    }

    private void Find(WatchedControl it, Instant since, Instant at)
    {
        EdgeCause by = EdgeCause.Scanned;
        if (it.Control.Rule is ControlRule.AsBaseline && it.Baseline is null)
        {
            it.Baseline = BaselineOf(it.Control);
            by = EdgeCause.BaselineTaken;
            _effects.Add(new PostureEffect.StoreBaseline(it.Control.Id, it.Baseline));
            foreach ((string path, string value) in it.Baseline) Judge(it, path, value, since, at, by, null);
        }

        it.Find(at);
        Report(it.Control, string.Empty, ControlState.Unknown, ControlState.Good, by, null, since, since, at);
    }

    private ImmutableSortedDictionary<string, string> BaselineOf(Control control)
    {
        ImmutableSortedDictionary<string, string>.Builder values = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (Thing thing in _things.In(control.Scope))
        {
            if (control.Concerns(thing)) values[thing.Path] = _things.ValueOf(thing)!;
        }

        return values.ToImmutable();
    }

    // A look that found nothing out is not repeated at once: a storm would become two.
    private void Delay(WatchedControl it)
    {
        Duration apart = Duration.FromSeconds(1L << Math.Min(it.Attempts, 16));
        it.Attempts++;
        it.ScanNotBefore = _now + (apart > AttemptsApartMax ? AttemptsApartMax : apart);
    }

    // ---- time ----

    private void Tick(Instant now)
    {
        Instant before = _now;
        Advance(now);
        if (_scan is { } scan && scan.AskedAt + ScanMax < _now)
        {
            _scan = null;
            if (scan.Wanted is { } wanted) _effects.Add(new PostureEffect.Looked(wanted, false));
            foreach (WatchedControl it in _controls)
            {
                if (it.LostSince is not null && scan.Scope.Covers(it.Control.Scope)) Delay(it);
            }
        }

        foreach (Rollout rollout in _rollouts)
        {
            foreach (Instant border in (ReadOnlySpan<Instant>)[rollout.From, rollout.Until])
            {
                if (border <= before || border > _now) continue;
                foreach (WatchedControl it in _controls)
                {
                    Thing thing = new(ThingClass.File, rollout.Path);
                    if (it.Control.Concerns(thing)) Judge(it, rollout.Path, _things.ValueOf(thing), border, _now, EdgeCause.RolloutMoved, null);
                }
            }
        }
    }

    private static ControlStanding StandingOf(WatchedControl it) => new(it.Control, it.State, it.Since, it.Bad, it.Unknown, it.Things);

    /// <summary>A full look that was asked for.</summary>
    private sealed class Scan(ulong number, Scope scope, Instant askedAt)
    {
        public ulong Number { get; } = number;

        public Scope Scope { get; } = scope;

        public Instant AskedAt { get; } = askedAt;

        /// <summary>Null until the watch says that it began.</summary>
        public ulong? Order { get; set; }

        public SortedSet<Thing> Seen { get; } = [];

        /// <summary>Null: a control's own.</summary>
        public Thing? Wanted { get; init; }

        public void See(Thing thing)
        {
            if (Order is not null && Scope.Holds(thing)) Seen.Add(thing);
        }
    }
}
