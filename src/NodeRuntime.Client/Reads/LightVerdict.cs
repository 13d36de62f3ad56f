namespace NodeRuntime.Client.Reads;

/// <summary>What a light client says of a state answer, in the order of the checks.</summary>
public enum LightVerdict
{
    /// <summary>The trusted chain's validators finalized this, and it is news.</summary>
    Accepted,

    // Forgeries: no honest peer of this chain can make them.

    /// <summary>Not base64, or not the encodings of a certified header and a proof.</summary>
    Malformed,

    /// <summary>The header is of another chain.</summary>
    WrongChain,

    /// <summary>The certificate is no finalization of this header.</summary>
    NotFinalized,

    /// <summary>A seal that its gateway gave does not follow from what is proven.</summary>
    SealWrong,

    /// <summary>Signed in an epoch that no seal leads to, or by validators who are not of it.</summary>
    ForeignValidators,
    BelowQuorum,
    SignatureWrong,

    /// <summary>The proof does not lead to the header's state root, or is of another key.</summary>
    ProofWrong,

    /// <summary>Proven, but no record of its family.</summary>
    RecordMalformed,

    // True once, but no news.

    /// <summary>Older than the bound.</summary>
    Stale,

    /// <summary>Later than this machine's clock allows: one of the two clocks is wrong.</summary>
    FromTheFuture,

    /// <summary>Lower than this client has seen.</summary>
    Behind,
}
