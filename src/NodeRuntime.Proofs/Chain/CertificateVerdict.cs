namespace NodeRuntime.Proofs.Chain;

/// <summary>What the rules say of a certificate, in the order of the checks.</summary>
public enum CertificateVerdict
{
    Accepted,
    WrongEpoch,
    SignerUnknown,
    BelowQuorum,
    SignatureWrong,
}
