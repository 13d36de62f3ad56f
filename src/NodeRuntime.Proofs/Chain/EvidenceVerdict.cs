namespace NodeRuntime.Proofs.Chain;

/// <summary>What the rules say of evidence, in the order of the checks.</summary>
public enum EvidenceVerdict
{
    Accepted,

    /// <summary>It says that it is of another chain.</summary>
    WrongChain,

    /// <summary>Its votes are of an epoch that this set does not vote in.</summary>
    WrongEpoch,

    /// <summary>The set has no validator of this index.</summary>
    VoterUnknown,

    /// <summary>The named voter did not sign one of the two.</summary>
    SignatureWrong,
}
