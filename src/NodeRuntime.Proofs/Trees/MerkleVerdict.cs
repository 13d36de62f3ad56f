namespace NodeRuntime.Proofs.Trees;

/// <summary>What is said of a proof in an RFC 9162 tree, in the order of the checks.</summary>
public enum MerkleVerdict
{
    Accepted,

    /// <summary>The index is not below the size, or the first tree not a beginning of the second by its size.</summary>
    IndexOutOfRange,

    /// <summary>More or fewer hashes than index and size ask for.</summary>
    PathLengthWrong,
    RootMismatch,
}
