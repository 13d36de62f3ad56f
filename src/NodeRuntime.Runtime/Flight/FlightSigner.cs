using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Flight;

/// <summary>What was signed, and how: an input like any other, since a signature may be different each time.</summary>
public readonly record struct SignedDigest(Hash256 Digest, Signature Signature);

/// <summary>Signs with the peer's key and remembers what it gave, until it is taken.</summary>
internal sealed class FlightSigner(ISigner inner) : ISigner
{
    private ImmutableArray<SignedDigest> _signed = [];

    public PublicKey PublicKey => inner.PublicKey;

    public Signature Sign(Hash256 digest)
    {
        Signature signature = inner.Sign(digest);
        _signed = _signed.Add(new SignedDigest(digest, signature));
        return signature;
    }

    public ImmutableArray<SignedDigest> Take()
    {
        ImmutableArray<SignedDigest> signed = _signed;
        _signed = [];
        return signed;
    }
}
