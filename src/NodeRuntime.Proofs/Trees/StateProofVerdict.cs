namespace NodeRuntime.Proofs.Trees;

/// <summary>What a proof shows, and then why it shows nothing, in the order of the checks.</summary>
public enum StateProofVerdict
{
    /// <summary>The state holds the value under the key.</summary>
    Included,

    /// <summary>The state holds nothing under the key.</summary>
    Absent,

    /// <summary>Not a path at all.</summary>
    Malformed,

    /// <summary>A path, but not the one that a search for the key takes.</summary>
    OffPath,

    /// <summary>The path does not lead to this root.</summary>
    RootMismatch,
}
