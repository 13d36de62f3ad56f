using System;
using System.Linq;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation.Capacity;

/// <summary>Proves honestly; but whatever it verifies it finds false, says so, and accuses.</summary>
public sealed class SlanderousEngine(ICapacityEngine honest) : ICapacityEngine
{
    // Above every target.
    private static readonly Hash256 Miss = new(Enumerable.Repeat(byte.MaxValue, Hash256.ByteCount).ToArray());

    public CapacityReadiness Readiness => honest.Readiness;

    public void Start(CapacityTask task, Action<CapacityResult> sink) => honest.Start(task, result => sink(Slander(result)));

    public void Cancel(ulong number) => honest.Cancel(number);

    // Rows of zeros have labels that miss.
    private static CapacityResult Slander(CapacityResult result) => result switch
    {
        CapacityResult.Hashed m => m with { Outputs = [.. m.Outputs.Select(static _ => Miss)] },
        CapacityResult.Rows m => m with { Bytes = new byte[m.Bytes.Length] },
        _ => result,
    };
}
