namespace NodeRuntime.Crypto;

/// <summary>What a verifier says of a signature, in the order of its checks: the cheap ones first.</summary>
public enum SignatureVerdict
{
    Accepted,
    AlgorithmUnknown,
    AlgorithmMismatch,

    /// <summary>r or s is zero or not below the order of the curve.</summary>
    SignatureOutOfRange,

    /// <summary>s lies in the upper half: the twin of a signature that may be valid, refused so that each has one form.</summary>
    SignatureNotLowS,
    KeyNotOnCurve,
    SignatureWrong,
}
