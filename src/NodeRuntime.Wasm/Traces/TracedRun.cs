using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Wasm.Traces;

/// <summary>A whole job with its trace. Slow: the stepping executor runs it, and every checkpoint hashes what changed.</summary>
/// <param name="Trace">Null when refused.</param>
/// <param name="Fault">Empty, or why the job or the terms were refused.</param>
public sealed record TracedRun(Trace? Trace, string Fault)
{
    /// <summary>Runs to the end. Blocks; never throws for what the guest does.</summary>
    public static TracedRun Of(Module module, WasiJob job, TraceTerms terms, ITraceHasher hasher)
    {
        Check(module, job, terms, hasher);
        using TracedMachine? machine = TracedMachine.Start(module, job, terms, hasher, out string fault);
        if (machine is null) return new TracedRun(null, fault);
        ImmutableArray<TraceCheckpoint>.Builder checkpoints = ImmutableArray.CreateBuilder<TraceCheckpoint>();
        checkpoints.Add(machine.Checkpoint);
        do
        {
            machine.Advance();
            checkpoints.Add(machine.Checkpoint);
        }
        while (machine.End is null);
        return new TracedRun(new Trace(terms, checkpoints.ToImmutable(), machine.End, hasher), "");
    }

    /// <summary>
    /// The machine at a checkpoint, for a referee: runs the job anew up to there. Null where the run ends before, or the snapshot would be
    /// larger than the terms allow.
    /// </summary>
    public static byte[]? Snapshot(Module module, WasiJob job, TraceTerms terms, ITraceHasher hasher, int checkpoint)
    {
        Check(module, job, terms, hasher);
        ArgumentOutOfRangeException.ThrowIfNegative(checkpoint);
        using TracedMachine? machine = TracedMachine.Start(module, job, terms, hasher, out _);
        if (machine is null) return null;
        for (int i = 0; i < checkpoint && machine.End is null; i++) machine.Advance();
        return machine.End is null ? machine.Snapshot() : null;
    }

    /// <summary>The checkpoint that every trace of the job begins with; null, and why, for a job that is refused.</summary>
    public static TraceCheckpoint? Start(Module module, WasiJob job, TraceTerms terms, ITraceHasher hasher, out string fault)
    {
        Check(module, job, terms, hasher);
        using TracedMachine? machine = TracedMachine.Start(module, job, terms, hasher, out fault);
        return machine?.Checkpoint;
    }

    private static void Check(Module module, WasiJob job, TraceTerms terms, ITraceHasher hasher)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(hasher);
    }
}
