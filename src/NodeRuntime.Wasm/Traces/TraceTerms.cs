using NodeRuntime.Primitives;

namespace NodeRuntime.Wasm.Traces;

/// <summary>What both parties of a job and its referee agreed on before the run.</summary>
/// <param name="Subject">What runs: a digest of the module and of all that its job gives it.</param>
/// <param name="Interval">
/// Fuel between checkpoints: one is taken behind the first charge by which the fuel used has reached the next multiple.
/// </param>
public sealed record TraceTerms(Hash256 Subject, ulong Interval)
{
    /// <summary>A trace of a week's run at the interpreter's speed, every quarter of a second, is two million.</summary>
    public const int CheckpointsLimit = 1 << 22;

    /// <summary>A referee's memory: what a snapshot may have.</summary>
    public const int SnapshotBytesLimit = 1 << 30;

    public int CheckpointsMax { get; init; } = 1 << 20;

    public int SnapshotBytesMax { get; init; } = 256 << 20;

    internal string Refusal(ulong fuelMax)
    {
        if (Subject.IsZero) return "the subject is missing";
        if (Interval == 0 || Interval > long.MaxValue) return "the interval is out of range";
        if (CheckpointsMax is < 2 or > CheckpointsLimit) return "CheckpointsMax is out of range";
        if (SnapshotBytesMax is < 1 or > SnapshotBytesLimit) return "SnapshotBytesMax is out of range";
        return fuelMax / Interval > (ulong)CheckpointsMax - 2 ? "the job's fuel may need more checkpoints than the limit" : "";
    }
}
