using System;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Simulation.Capacity;

/// <summary>How the peers of a world prove capacity: a processor and a unit of space each.</summary>
/// <param name="HashesPerSecond">Of one processor.</param>
/// <param name="Scan">What a disk takes to read a challenge's units.</param>
public sealed record SimulatedCapacity(CapacityTerms Terms, uint HashesPerSecond, Duration Scan)
{
    /// <summary>From a peer's number and its honest engine to the one that it has.</summary>
    public Func<int, ICapacityEngine, ICapacityEngine> Bend { get; init; } = static (_, engine) => engine;
}
