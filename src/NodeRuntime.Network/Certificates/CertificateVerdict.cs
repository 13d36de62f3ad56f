using NodeRuntime.Actors.Ports;

namespace NodeRuntime.Network.Certificates;

/// <summary>What is said of the other side's certificate, in the order of the checks: cheap ones before the signature.</summary>
public enum CertificateVerdict
{
    Accepted,

    /// <summary>No certificate was shown.</summary>
    Missing,

    /// <summary>Its key is not on P-256.</summary>
    KeyKindRefused,
    ExtensionMissing,
    ExtensionMalformed,
    WrongChain,
    RoleRefused,
    Expired,

    /// <summary>It would be good for longer than any honest one.</summary>
    LifetimeTooLong,
    SignatureWrong,

    /// <summary>The other side is ourselves.</summary>
    SelfConnection,
}

internal static class CertificateVerdicts
{
    public static DisconnectReason ToReason(this CertificateVerdict verdict) => verdict switch
    {
        CertificateVerdict.Accepted => DisconnectReason.Closed,
        CertificateVerdict.WrongChain => DisconnectReason.WrongChain,
        CertificateVerdict.SelfConnection => DisconnectReason.SelfConnection,
        CertificateVerdict.Missing => DisconnectReason.CertificateRefused,
        CertificateVerdict.KeyKindRefused => DisconnectReason.CertificateRefused,
        CertificateVerdict.ExtensionMissing => DisconnectReason.CertificateRefused,
        CertificateVerdict.ExtensionMalformed => DisconnectReason.CertificateRefused,
        CertificateVerdict.RoleRefused => DisconnectReason.CertificateRefused,
        CertificateVerdict.Expired => DisconnectReason.CertificateRefused,
        CertificateVerdict.LifetimeTooLong => DisconnectReason.CertificateRefused,
        CertificateVerdict.SignatureWrong => DisconnectReason.CertificateRefused,
    };
}
