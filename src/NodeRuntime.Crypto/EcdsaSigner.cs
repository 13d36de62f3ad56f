using System;
using System.Security.Cryptography;
using System.Threading;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto;

/// <summary>
/// Signs by .NET's ECDSA, on either curve. Its nonces are random, so two signatures of one digest differ; its s may be
/// high and is normalized. Safe to call from any thread: whoever takes the idle instance owns it until it is put back.
/// </summary>
public sealed class EcdsaSigner : ISigner
{
    private readonly Curve _curve;
    private readonly ECParameters _key;
    private ECDsa? _idle;

    public EcdsaSigner(KeyPair pair)
    {
        _curve = Curve.Of(pair.Algorithm);
        PublicKey = pair.PublicKey;
        bool decompressed = _curve.TryDecompress(PublicKey.Point, out ECPoint point);
        Invariant.Holds(decompressed);
        _key = new ECParameters { Curve = _curve.Named, D = pair.Scalar.ToArray(), Q = point };
    }

    public PublicKey PublicKey { get; }

    public Signature Sign(Hash256 digest)
    {
        ECDsa ecdsa = Interlocked.Exchange(ref _idle, null) ?? ECDsa.Create(_key);
        Span<byte> compact = stackalloc byte[Signature.CompactByteCount];
        int written = ecdsa.SignHash(digest.AsSpan(), compact, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        Invariant.Holds(written == Signature.CompactByteCount);
        Interlocked.Exchange(ref _idle, ecdsa)?.Dispose();
        _curve.NormalizeLowS(compact);
        return new Signature(_curve.Algorithm, compact);
    }

    /// <summary>The public key of a scalar in [1, n - 1].</summary>
    internal static PublicKey PublicKeyOf(Curve curve, byte[] scalar)
    {
        using ECDsa ecdsa = ECDsa.Create(new ECParameters { Curve = curve.Named, D = scalar });
        return curve.Compress(ecdsa.ExportParameters(includePrivateParameters: false).Q);
    }
}
