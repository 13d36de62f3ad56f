namespace NodeRuntime.Crypto;

/// <summary>What a verifier says of a signature, in the order of its checks.</summary>
public enum SignatureVerdict
{
    Accepted,
    AlgorithmUnknown,
    AlgorithmMismatch,
    KeyNotOnCurve,
    SignatureOutOfRange,
    SignatureNotLowS,
    SignatureWrong,
}
