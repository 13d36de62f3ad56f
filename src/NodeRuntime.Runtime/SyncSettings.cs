namespace NodeRuntime.Runtime;

/// <summary>How a peer keeps its history and how it catches up.</summary>
public sealed record SyncSettings
{
    public static SyncSettings Default { get; } = new();

    /// <summary>
    /// Blocks from one snapshot to the next, taken at its multiples. Peers that agree in it have the same snapshots and serve a newcomer
    /// together.
    /// </summary>
    public ulong SnapshotEvery { get; init; } = 1_000;

    /// <summary>Who is more blocks behind fetches a snapshot; null: every block, from the first on.</summary>
    public ulong? SnapshotBehind { get; init; } = 5_000;

    /// <summary>Blocks that stay on disk; null: all.</summary>
    public ulong? KeepBlocks { get; init; }
}
