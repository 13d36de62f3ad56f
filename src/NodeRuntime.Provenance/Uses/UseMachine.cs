using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Provenance.Uses;

/// <summary>
/// Holds what happens to data against what is expected of its class. What is permitted and on no list opens an interval, which ends when nothing like it has
/// happened for the class's quiet time:
/// <code>
///              misses a rule                            class or list unknown, events missed
///   expected -----------------> unexpected     expected -----------------------------------> unknown
///      ^                            |             ^                                             |
///       ----------------------------               ---------------------------------------------
///            quiet for long enough                            quiet for long enough
/// </code>
/// One automaton for each class, actor and rule, so that the second cannot hide in the first. An event is of the classes that its label names, that its content
/// is listed under, and that its parents are of: what was made of data is of their class. A class cannot be taken away again. A label says what its actor
/// says: who enters an event without parents and calls it something else is not seen here.
/// </summary>
public sealed class UseMachine
{
    /// <summary>The bit of data that nobody has declared.</summary>
    private const int UnlabelledBit = Limits.UseClassesMax;

    private readonly UsePlan _plan;
    private readonly Hash256 _self;
    private readonly ImmutableArray<WatchedClass> _classes;
    private readonly ImmutableArray<Hash256> _modules;
    private readonly SortedDictionary<Hash256, (ulong Classes, Hash256? Module)> _known = [];
    private readonly Queue<Hash256> _order = [];
    private readonly List<UseEdge> _edges = [];
    private Instant _lastTime;
    private bool _isReading = true;

    /// <param name="self">The peer's own id, which stands in its own acts as actor.</param>
    public UseMachine(UsePlan plan, Hash256 self)
    {
        Invariant.Holds(plan.Classes.Length <= Limits.UseClassesMax);
        _plan = plan;
        _self = self;
        DataClass unlabelled = new(UsePlan.Unlabelled, "Data whose class nobody knows", [], null, plan.Quiet);
        _classes = [.. ImmutableArray.CreateRange(plan.Classes, static it => new WatchedClass(it)), new WatchedClass(unlabelled)];
        SortedSet<Hash256> modules = [];
        foreach (DataClass it in plan.Classes)
        {
            foreach (ExpectedUse use in it.Expected ?? []) modules.UnionWith(use.Modules);
        }

        _modules = [.. modules];
    }

    /// <summary>Number of the last event that was judged.</summary>
    public ulong Through { get; private set; }

    /// <summary>Of all classes, the unlabelled last; while the log is read nobody knows.</summary>
    public ImmutableArray<UseStanding> Standings => ImmutableArray.CreateRange(_classes, it => it.Standing(_isReading));

    public IReadOnlyList<UseEdge> Step(UseInput input)
    {
        _edges.Clear();
        switch (input)
        {
            case UseInput.Recovered m:
                Recover(m.Edge);
                break;
            case UseInput.Remembered m:
                Classify(m.Event, m.Leaf, m.Label);
                break;
            case UseInput.Started m:
                Through = m.Through;
                _lastTime = m.Now;
                break;
            case UseInput.Happened m:
                if (m.Event.Sequence <= Through) break;
                if (m.Event.Sequence != Through + 1) Miss(m.Now);
                Through = m.Event.Sequence;
                Judge(m);
                break;
            case UseInput.Missed m:
                if (m.Through <= Through) break;
                Miss(m.Now);
                Through = m.Through;
                break;
            case UseInput.CaughtUp:
                _isReading = false;
                break;
            case UseInput.Ticked m:
                foreach (WatchedClass it in _classes) it.EndQuiet(m.Now, _edges);
                break;
            default:
                Invariant.Break("an input without a rule");
                break;
        }

        return [.. _edges];
    }

    private void Recover(UseEdge edge)
    {
        foreach (WatchedClass it in _classes)
        {
            if (it.Class.Id == edge.Class) it.Recover(edge);
        }
    }

    private void Miss(Instant now)
    {
        foreach (WatchedClass it in _classes) it.Lose(UseCause.EventsMissed, _lastTime, now, _edges);
    }

    private void Judge(UseInput.Happened happened)
    {
        EventLeaf it = happened.Event;
        Instant time = new((long)(it.Time / 1000));
        _lastTime = time;
        (ulong classes, Hash256? module) = Classify(it, happened.Leaf, happened.Label);
        if (classes == 0)
        {
            if (IsUse(it) && !_plan.IgnoresUnlabelled) _classes[UnlabelledAt].Open(it, UseCause.ClassUnknown, UseState.Unknown, time, happened.Now, _edges);
            return;
        }

        for (int i = 0; i < UnlabelledAt; i++)
        {
            if ((classes >> i & 1) == 0) continue;
            WatchedClass known = _classes[i];
            known.Uses++;
            if (known.Class.Expected is not { } expected) known.Open(it, UseCause.ListMissing, UseState.Unknown, time, happened.Now, _edges);
            else if (Missed(expected, it, module, time) is { } rule) known.Open(it, rule, UseState.Unexpected, time, happened.Now, _edges);
        }

        // Somebody called it something, and meant something by it: to leave it alone is for what was not called anything.
        if ((classes >> UnlabelledBit & 1) != 0) _classes[UnlabelledAt].Open(it, UseCause.ClassUnknown, UseState.Unknown, time, happened.Now, _edges);
    }

    private int UnlabelledAt => _classes.Length - 1;

    // Of the entries that it is not, the one that it is nearest to.
    private static UseCause? Missed(ImmutableArray<ExpectedUse> expected, EventLeaf it, Hash256? module, Instant time)
    {
        UseCause furthest = UseCause.Kind;
        foreach (ExpectedUse use in expected)
        {
            if (use.Missed(it.Kind, it.Actor, module, it.Zone, time) is not { } missed) return null;
            if (missed > furthest) furthest = missed;
        }

        return furthest;
    }

    private (ulong Classes, Hash256? Module) Classify(EventLeaf it, Hash256 leaf, UseLabel? label)
    {
        ulong classes = 0;
        Hash256? module = label?.Module;
        if (label is { Class.Length: > 0 }) classes |= 1UL << BitOf(label.Class);
        for (int i = 0; i < UnlabelledAt; i++)
        {
            if (Opens(it, _classes[i].Class.Contents) is not null) classes |= 1UL << i;
        }

        foreach (Hash256 parent in it.Parents)
        {
            if (!_known.TryGetValue(parent, out (ulong Classes, Hash256? Module) before)) continue;
            classes |= before.Classes;
            // What a program put out it put out; what is sent, stored or read afterwards others did.
            if (it.Kind == EventKind.ProcessOutput) module ??= before.Module;
        }

        // A peer that begins a job enters the module's hash as the content.
        if (it.Kind == EventKind.ProcessInput) module ??= Opens(it, _modules);
        if (classes != 0 || module is not null) Remember(leaf, classes, module);
        return (classes, module);
    }

    private void Remember(Hash256 leaf, ulong classes, Hash256? module)
    {
        if (!_known.ContainsKey(leaf)) _order.Enqueue(leaf);
        _known[leaf] = (classes, module);
        if (_known.Count > Limits.EventsRecentMax) _known.Remove(_order.Dequeue());
    }

    private int BitOf(string name)
    {
        for (int i = 0; i < UnlabelledAt; i++)
        {
            if (_classes[i].Class.Id == name) return i;
        }

        return UnlabelledBit;
    }

    // The record hides its content from who does not know it; who knows what to look for finds it.
    private static Hash256? Opens(EventLeaf it, ImmutableArray<Hash256> contents)
    {
        foreach (Hash256 content in contents)
        {
            if (RecordHash.Subject(it.Salt, content) == it.Subject) return content;
        }

        return null;
    }

    // Keys, decisions, states and rules are no data of a class; what a peer stores of its own accord are blocks and snapshots.
    private bool IsUse(EventLeaf it) => it.Kind switch
    {
        EventKind.Store => it.Actor != _self,
        EventKind.Ingest or EventKind.Send or EventKind.Receive or EventKind.ProcessInput or EventKind.ProcessOutput or EventKind.Read or EventKind.Delete
            or EventKind.Backup or EventKind.Restore => true,
        EventKind.KeyUse or EventKind.Decision or EventKind.StateChange or EventKind.Alert or EventKind.Grant or EventKind.Revoke or EventKind.Review
            or EventKind.Exemption or EventKind.Policy or EventKind.Contract => false,
    };
}
