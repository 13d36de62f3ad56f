using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto;

/// <summary>Signs by libsecp256k1, with the deterministic nonce of RFC 6979. Safe to call from any thread.</summary>
internal sealed class Secp256k1Signer : ISigner
{
    private readonly Secp256k1Library _library;
    private readonly KeyPair _pair;

    public Secp256k1Signer(Secp256k1Library library, KeyPair pair)
    {
        Invariant.Holds(pair.Algorithm == KeyAlgorithm.Secp256k1);
        Invariant.Holds(library.PublicKeyOf(pair.Scalar) == pair.PublicKey);
        _library = library;
        _pair = pair;
    }

    public PublicKey PublicKey => _pair.PublicKey;

    public Signature Sign(Hash256 digest) => _library.Sign(_pair.Scalar, digest);
}
