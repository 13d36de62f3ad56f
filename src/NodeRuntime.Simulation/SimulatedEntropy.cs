using System;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation;

/// <summary>What nobody could foresee, foreseen by the seed.</summary>
public sealed class SimulatedEntropy(Prng prng) : IEntropy
{
    public void Fill(Span<byte> bytes) => prng.Fill(bytes);
}
