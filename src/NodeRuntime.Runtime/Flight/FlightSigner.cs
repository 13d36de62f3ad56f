using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Flight;

/// <summary>What was signed, and how: an input like any other, since a signature may be different each time.</summary>
public readonly record struct SignedDigest(Hash256 Digest, Signature Signature);

/// <summary>Remembers what a machine's signers gave, whichever they were, until it is taken.</summary>
internal sealed class FlightSigning
{
    private ImmutableArray<SignedDigest> _signed = [];

    /// <summary>Every signer that the machine is given must be one of these, or its signatures are missing from the recording.</summary>
    public ISigner Around(ISigner inner) => new Recorded(this, inner);

    public ImmutableArray<SignedDigest> Take()
    {
        ImmutableArray<SignedDigest> signed = _signed;
        _signed = [];
        return signed;
    }

    private sealed class Recorded(FlightSigning signing, ISigner inner) : ISigner
    {
        public PublicKey PublicKey => inner.PublicKey;

        public Signature Sign(Hash256 digest)
        {
            Signature signature = inner.Sign(digest);
            signing._signed = signing._signed.Add(new SignedDigest(digest, signature));
            return signature;
        }
    }
}
