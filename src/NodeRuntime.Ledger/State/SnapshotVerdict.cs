namespace NodeRuntime.Ledger.State;

/// <summary>What reading a snapshot found, in the order of the checks.</summary>
public enum SnapshotVerdict
{
    Accepted,
    ManifestMalformed,

    /// <summary>The manifest is not of the root that was asked for.</summary>
    RootMismatch,
    ChunkMissing,

    /// <summary>A chunk's entries are not those that the manifest names.</summary>
    ChunkWrong,

    /// <summary>The root is right and the contents do not add up: the root is not of an honest chain, or our rules differ.</summary>
    Unsound,
}
