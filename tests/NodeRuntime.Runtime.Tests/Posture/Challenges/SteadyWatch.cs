using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Posture.Observing;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Runtime.Tests.Posture.Challenges;

/// <summary>Eyes on a world that the test made: a look sees all of it, and a change is seen as it happens.</summary>
internal sealed class SteadyWatch(SortedDictionary<Thing, string> world, Func<Instant> now) : IMachineWatch
{
    private Func<ImmutableArray<Observation>, bool> _sink = static _ => false;

    public MachineSight Sight { get; } = new(AgentLevel.Privileged, ["test"], []);

    public void Start(ImmutableArray<Control> controls, Func<ImmutableArray<Observation>, bool> sink) => _sink = sink;

    public void Scan(ulong number, Scope scope)
    {
        List<Observation> said = [new Observation.ScanBegan(number, now())];
        foreach ((Thing thing, string value) in world)
        {
            if (scope.Holds(thing)) said.Add(new Observation.Saw(thing, value, now(), now(), EdgeCause.Scanned));
        }

        said.Add(new Observation.ScanEnded(number, true, now()));
        _sink([.. said]);
    }

    public void See(Thing thing, string? value)
    {
        if (value is null) world.Remove(thing);
        else world[thing] = value;
        _sink([new Observation.Saw(thing, value, now(), now(), EdgeCause.FileEvent)]);
    }
}
