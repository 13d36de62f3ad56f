using System;
using System.Collections.Immutable;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Posture.State;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Posture.Observing;

/// <summary>
/// Eyes on a machine. Speaks from threads of its own; what it says is in order. It says of nothing what it did not see: where it may have missed something it says
/// <see cref="Observation.Lost"/>.
/// </summary>
public interface IMachineWatch
{
    /// <summary>What it can see from where it stands.</summary>
    MachineSight Sight { get; }

    /// <summary>
    /// Begins to watch what the controls are about, and returns soon. Called again it begins anew: what it said before is worth nothing any more.
    /// </summary>
    /// <param name="sink">False: it was not taken, and is not said again; the watch then says that it is lost, as soon as it is heard.</param>
    void Start(ImmutableArray<Control> controls, Func<ImmutableArray<Observation>, bool> sink);

    /// <summary>Looks at everything in a scope; told by <see cref="Observation.ScanBegan"/> with this number to <see cref="Observation.ScanEnded"/>.</summary>
    void Scan(ulong number, Scope scope);
}

/// <param name="Level">What its word is worth.</param>
/// <param name="Sources">What it hears, for a person: inotify, process-connector and so on.</param>
/// <param name="Missing">What it lacks, and why, for a person.</param>
public sealed record MachineSight(AgentLevel Level, ImmutableArray<string> Sources, ImmutableArray<string> Missing);
