using System;
using System.Security.Cryptography;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto;

/// <summary>
/// ECDSA by .NET, which on Linux is OpenSSL's: both curves, everywhere. Its nonces are random, so two signatures of one
/// digest differ; its s may be high and is normalized. A fresh ECDsa object for each call, because .NET promises
/// thread safety for none of its instances.
/// </summary>
internal static class PlatformEcdsa
{
    /// <summary>The key's point must have been decompressed, the signature's range checked.</summary>
    public static bool Verify(Curve curve, ECPoint point, Hash256 digest, ReadOnlySpan<byte> compact)
    {
        using ECDsa ecdsa = ECDsa.Create(new ECParameters { Curve = curve.Named, Q = point });
        return ecdsa.VerifyHash(digest.AsSpan(), compact, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    public static Signature Sign(Curve curve, ECParameters key, Hash256 digest)
    {
        Span<byte> compact = stackalloc byte[Signature.CompactByteCount];
        using ECDsa ecdsa = ECDsa.Create(key);
        int written = ecdsa.SignHash(digest.AsSpan(), compact, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        Invariant.Holds(written == Signature.CompactByteCount);
        curve.NormalizeLowS(compact);
        return new Signature(curve.Algorithm, compact);
    }

    public static PublicKey PublicKeyOf(Curve curve, byte[] scalar)
    {
        using ECDsa ecdsa = ECDsa.Create(new ECParameters { Curve = curve.Named, D = scalar });
        return curve.Compress(ecdsa.ExportParameters(includePrivateParameters: false).Q);
    }
}
