using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Posture.Observing;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Posture.Tests;

/// <summary>A machine of a few controls, a clock of whole seconds, and everything that it reported.</summary>
internal sealed class Rig
{
    private readonly PostureMachine _machine;
    private readonly Queue<PostureEffect.Scan> _asked = [];

    public Rig(ImmutableArray<Control> controls, ImmutableArray<Rollout> rollouts = default)
    {
        _machine = new PostureMachine(controls, rollouts.IsDefault ? [] : rollouts);
    }

    public List<PostureEdge> Edges { get; } = [];

    public List<PostureEffect.StoreBaseline> Baselines { get; } = [];

    public List<PostureEffect.Looked> Answers { get; } = [];

    public PostureMachine Machine => _machine;

    public Instant Now { get; private set; } = At(100);

    /// <summary>What a full look would find.</summary>
    public SortedDictionary<Thing, string> World { get; } = [];

    public IEnumerable<string> Told => Edges.Select(static edge => $"{edge.Control} {edge.Path} {edge.From}->{edge.To} {edge.By}");

    public static Instant At(long seconds) => Instant.FromMilliseconds(seconds * 1000);

    public static Control Tree(string id = "tree", bool isOpen = false) =>
        new(id, id, ThingClass.File, PathPattern.TryParse("/opt/**")!, new ControlRule.AsBaseline(isOpen));

    public static Thing File(string path) => new(ThingClass.File, path);

    public Rig Started(long since = 100)
    {
        Step(new PostureInput.Started(new MachineSight(AgentLevel.Privileged, [], []), At(since), 0, Now));
        return this;
    }

    /// <summary>Answers every full look that was asked for, from the world.</summary>
    public Rig Looked()
    {
        while (_asked.TryDequeue(out PostureEffect.Scan? scan)) Look(scan);
        return this;
    }

    public PostureEffect.Scan? NextScan() => _asked.TryDequeue(out PostureEffect.Scan? scan) ? scan : null;

    public void Look(PostureEffect.Scan scan, bool isWhole = true, Action? midway = null)
    {
        Observe(new Observation.ScanBegan(scan.Number, Now));
        midway?.Invoke();
        foreach ((Thing thing, string value) in World)
        {
            if (scan.Scope.Holds(thing)) Observe(new Observation.Saw(thing, value, Now, Now, EdgeCause.Scanned));
        }

        Observe(new Observation.ScanEnded(scan.Number, isWhole, Now));
    }

    public void See(Thing thing, string? value, Instant? since = null)
    {
        if (value is null) World.Remove(thing);
        else World[thing] = value;
        Observe(new Observation.Saw(thing, value, since ?? Now, Now, EdgeCause.FileEvent));
    }

    public void Lose(EdgeCause why = EdgeCause.QueueOverflowed, Scope? scope = null) => Observe(new Observation.Lost(scope ?? Scope.All, why, Now, Now));

    public void Observe(Observation observation) => Step(new PostureInput.Observed(observation));

    public Rig Pass(long seconds)
    {
        for (long i = 0; i < seconds; i++)
        {
            Now += Duration.FromSeconds(1);
            Step(new PostureInput.Ticked(Now));
        }

        return this;
    }

    public ControlState StateOf(string control) => Standing(control).State;

    public ControlStanding Standing(string control) => _machine.Summary.Controls.Single(it => it.Control.Id == control);

    public void Step(PostureInput input)
    {
        foreach (PostureEffect effect in _machine.Step(input))
        {
            switch (effect)
            {
                case PostureEffect.Report m:
                    Edges.Add(m.Edge);
                    break;
                case PostureEffect.Scan m:
                    _asked.Enqueue(m);
                    break;
                case PostureEffect.StoreBaseline m:
                    Baselines.Add(m);
                    break;
                case PostureEffect.Looked m:
                    Answers.Add(m);
                    break;
                default:
                    Assert.Fail("an effect without a rule");
                    break;
            }
        }
    }
}
