using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Simulation.Atlas;

namespace NodeRuntime.Simulation;

/// <summary>What a run showed.</summary>
public sealed record SimulationReport
{
    public required SimulationConfig Config { get; init; }

    public required Duration Simulated { get; init; }

    /// <summary>The height that every living peer has finalized.</summary>
    public required Height FinalizedHeight { get; init; }

    public required ImmutableArray<string> Violations { get; init; }

    /// <summary>A hash over every delivery and every finalized block, in order: equal seeds give equal digests.</summary>
    public required Hash256 Digest { get; init; }

    public required int JobsSubmitted { get; init; }

    public required int JobsSettled { get; init; }

    public required long FramesSent { get; init; }

    public long TransfersSent { get; init; }

    /// <summary>Of these, such as stand in a final block.</summary>
    public long TransfersSettled { get; init; }

    public required int Crashes { get; init; }

    public required int Partitions { get; init; }

    /// <summary>From healing to the first new final block at every peer; null where nothing was healed.</summary>
    public required Duration? Recovery { get; init; }

    /// <summary>Which faults struck.</summary>
    public required Marks Marks { get; init; }
}
