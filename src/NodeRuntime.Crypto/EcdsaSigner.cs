using System.Security.Cryptography;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto;

/// <summary>Signs by .NET's ECDSA, on either curve. Safe to call from any thread.</summary>
public sealed class EcdsaSigner : ISigner
{
    private readonly Curve _curve;
    private readonly ECParameters _key;

    public EcdsaSigner(KeyPair pair)
    {
        _curve = Curve.Of(pair.Algorithm);
        PublicKey = pair.PublicKey;
        bool decompressed = _curve.TryDecompress(PublicKey.Point, out ECPoint point);
        Invariant.Holds(decompressed);
        _key = new ECParameters { Curve = _curve.Named, D = pair.Scalar.ToArray(), Q = point };
    }

    public PublicKey PublicKey { get; }

    public Signature Sign(Hash256 digest) => PlatformEcdsa.Sign(_curve, _key, digest);
}
