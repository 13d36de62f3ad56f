using System;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Network.Certificates;

/// <summary>
/// Our ephemeral certificate: a P-256 key that exists only in this process, vouched for by the node key. It is made anew
/// at half of its lifetime, when the next handshake asks; no timer, no file. Connections that stand are not disturbed.
/// </summary>
internal sealed class CertificateSource(ISigner signer, ChainId chain, PeerRole role, Duration lifetime) : IDisposable
{
    private readonly Lock _gate = new();
    private X509Certificate2? _certificate;
    private SslStreamCertificateContext? _context;
    private Instant _renewal;

    public SslStreamCertificateContext Current(Instant now)
    {
        lock (_gate)
        {
            if (_context is not null && now < _renewal) return _context;

            // The one before is left to the collector: a handshake under way may still hold it.
            _certificate = Make(signer, chain, role, now, now + lifetime);
            _context = SslStreamCertificateContext.Create(_certificate, additionalCertificates: null, offline: true);
            _renewal = now + (lifetime / 2);
            return _context;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _certificate?.Dispose();
            _certificate = null;
            _context = null;
        }
    }

    private static X509Certificate2 Make(ISigner signer, ChainId chain, PeerRole role, Instant now, Instant expiry)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        TlsBinding binding = TlsBinding.Sign(signer, key.ExportSubjectPublicKeyInfo(), chain, role, expiry);
        return Make(key, binding.Encode(), now, expiry);
    }

    internal static X509Certificate2 Make(ECDsa key, byte[]? extension, Instant now, Instant expiry)
    {
        CertificateRequest request = new("CN=noderuntime", key, HashAlgorithmName.SHA256);
        if (extension is not null) request.CertificateExtensions.Add(new X509Extension(TlsBinding.Oid, extension, critical: false));

        // X.509 dates are not what is checked; an hour of grace keeps foreign TLS tools from stumbling over clock skew.
        DateTimeOffset from = DateTimeOffset.UnixEpoch.AddMilliseconds(now.Milliseconds).AddHours(-1);
        DateTimeOffset until = DateTimeOffset.UnixEpoch.AddMilliseconds(expiry.Milliseconds).AddHours(1);
        X509Certificate2 certificate = request.CreateSelfSigned(from, until);
        if (!OperatingSystem.IsWindows()) return certificate;

        // Schannel does not take a key that lives only in memory.
        using (certificate)
        {
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
        }
    }
}
