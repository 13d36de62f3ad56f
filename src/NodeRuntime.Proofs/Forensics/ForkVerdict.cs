namespace NodeRuntime.Proofs.Forensics;

/// <summary>What two chains say together, in the order of the checks.</summary>
public enum ForkVerdict
{
    /// <summary>One is the other, or its beginning.</summary>
    Agree,

    /// <summary>They contradict each other, and more weight than may lie signed two contradicting things.</summary>
    Attributed,

    /// <summary>They contradict each other, and what they hold convicts too few.</summary>
    NotAttributed,

    /// <summary>They have no height in common, so nothing can be compared.</summary>
    NoCommonHeight,

    /// <summary>A header is of another chain.</summary>
    WrongChain,

    /// <summary>A header's epoch is not the one that the seals below it lead to: who voted there is not known.</summary>
    SealMissing,

    /// <summary>A seal does not name the set that follows, or no quorum of the set before stands behind it.</summary>
    SealWrong,

    /// <summary>A block does not follow the one before it.</summary>
    LinkBroken,

    /// <summary>A justification is not the one that its header names.</summary>
    JustificationWrong,

    /// <summary>A certificate stands with a block that it does not finalize, or the last block has none.</summary>
    NotFinal,

    /// <summary>No quorum stands behind the last block's certificate.</summary>
    CertificateWrong,
}
