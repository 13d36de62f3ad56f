namespace NodeRuntime.Provenance.Witnesses;

/// <summary>What a witness says of a checkpoint, in the order of the checks.</summary>
public enum WitnessVerdict
{
    Accepted,

    /// <summary>400: no request, no note, no checkpoint.</summary>
    Malformed,

    /// <summary>404: another log than the witness watches.</summary>
    OriginUnknown,

    /// <summary>403: not signed by those whom the witness trusts with this log.</summary>
    SignatureUntrusted,

    /// <summary>400: the old size is behind the checkpoint's.</summary>
    OldSizeAhead,

    /// <summary>409, with the size that it is: the old size is not the one that was cosigned last.</summary>
    OldSizeStale,

    /// <summary>409: another root for a size that was cosigned.</summary>
    RootConflict,

    /// <summary>422: the log did not only grow.</summary>
    ProofWrong,
}

/// <summary>What plans that a witness is shown are beside those that it has.</summary>
public enum WitnessNews
{
    /// <summary>All that it has, and at least one more.</summary>
    Newer,

    /// <summary>A plan that it has is another there.</summary>
    Another,

    /// <summary>Fewer than it has.</summary>
    Older,
    Same,
}
