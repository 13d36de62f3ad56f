using System;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Network.Certificates;

/// <summary>
/// Decides whether a certificate names a party of our chain. Nothing of X.509 is believed but the key: names, dates and the
/// certificate's own signature say nothing that the node key did not sign.
/// </summary>
internal sealed class CertificateRules(ISignatureVerifier verifier, ChainId chain, PeerId self)
{
    /// <summary>Ours live for a day; a week leaves room for other configurations and for clocks that are off.</summary>
    public static readonly Duration LifetimeMax = Duration.FromMinutes(7 * 24 * 60);

    /// <summary>SubjectPublicKeyInfo of an uncompressed P-256 point begins so (RFC 5480).</summary>
    private static ReadOnlySpan<byte> P256Prefix =>
    [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01,
        0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
    ];

    private const int P256SpkiByteCount = 27 + 64;

    /// <param name="clientsWelcome">Whether the other side may be a client; whoever dials expects a peer.</param>
    public CertificateVerdict Check(X509Certificate2? certificate, bool clientsWelcome, Instant now, out TlsBinding? binding)
    {
        binding = null;
        if (certificate is null) return CertificateVerdict.Missing;
        if (!TryReadSpki(certificate, out byte[] spki)) return CertificateVerdict.KeyKindRefused;
        if (certificate.Extensions[TlsBinding.Oid] is not { } extension) return CertificateVerdict.ExtensionMissing;
        if (!TlsBinding.TryDecode(extension.RawData, out TlsBinding? read) || read is null) return CertificateVerdict.ExtensionMalformed;
        if (read.Chain != chain) return CertificateVerdict.WrongChain;
        if (read.Role != PeerRole.Peer && !clientsWelcome) return CertificateVerdict.RoleRefused;
        if (read.Expiry <= now) return CertificateVerdict.Expired;
        if (read.Expiry.Microseconds - LifetimeMax.Microseconds > now.Microseconds) return CertificateVerdict.LifetimeTooLong;
        SignatureVerdict signature = verifier.Verify(read.NodeKey, read.Digest(spki), read.Signature);
        if (signature != SignatureVerdict.Accepted) return CertificateVerdict.SignatureWrong;
        if (read.NodeKey.ToPeerId() == self) return CertificateVerdict.SelfConnection;
        binding = read;
        return CertificateVerdict.Accepted;
    }

    private static bool TryReadSpki(X509Certificate2 certificate, out byte[] spki)
    {
        spki = [];
        try
        {
            spki = certificate.PublicKey.ExportSubjectPublicKeyInfo();
        }
        catch (CryptographicException)
        {
            // A key that the platform cannot even name is not one of ours: the verdict says so.
            return false;
        }

        return spki.Length == P256SpkiByteCount && spki.AsSpan().StartsWith(P256Prefix);
    }
}
