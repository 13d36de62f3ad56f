using System;
using System.Collections.Immutable;

namespace NodeRuntime.Wasm.Traces;

/// <summary>What a referee found in a segment that it ran itself.</summary>
/// <param name="Liars">Whose next checkpoint is not the referee's: one of them or both.</param>
/// <param name="Next">The referee's own; absent when the snapshot was refused.</param>
public sealed record SegmentFinding(DisputeVerdict Verdict, ImmutableArray<Party> Liars, TraceCheckpoint? Next);

/// <summary>Decides a narrowed dispute by running one segment, from the state on which both parties agree to the next checkpoint.</summary>
public static class SegmentCheck
{
    /// <summary>Blocks for as long as a segment runs on the stepping executor.</summary>
    /// <param name="snapshot">
    /// The machine at the agreed checkpoint, from either party: its root is recomputed, so it does not matter whose it is. Not needed, and
    /// not looked at, for the segment that begins at the start.
    /// </param>
    public static SegmentFinding Judge(
        Module module, WasiJob job, TraceTerms terms, ITraceHasher hasher, DisputedSegment segment, ReadOnlyMemory<byte> snapshot)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(segment);
        using TracedMachine? machine = segment.Index == 0
            ? TracedMachine.Start(module, job, terms, hasher, out _)
            : TracedMachine.Restore(module, job, terms, hasher, snapshot, out _);
        if (machine is null || machine.Checkpoint != segment.Agreed)
        {
            return new SegmentFinding(DisputeVerdict.SnapshotRefused, [], null);
        }

        machine.Advance();
        TraceCheckpoint next = machine.Checkpoint;
        ImmutableArray<Party>.Builder liars = ImmutableArray.CreateBuilder<Party>();
        if (segment.First != next) liars.Add(Party.First);
        if (segment.Second != next) liars.Add(Party.Second);
        return new SegmentFinding(DisputeVerdict.WrongStep, liars.ToImmutable(), next);
    }
}
