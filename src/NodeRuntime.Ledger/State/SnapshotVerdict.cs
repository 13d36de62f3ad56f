namespace NodeRuntime.Ledger.State;

/// <summary>What reading a snapshot found, in the order of the checks.</summary>
public enum SnapshotVerdict
{
    Accepted,
    Malformed,
    WrongChain,

    /// <summary>Its contents do not have the root that was asked for.</summary>
    RootMismatch,

    /// <summary>The root is right and the contents do not add up: the root is not of an honest chain, or our rules differ.</summary>
    Unsound,
}
