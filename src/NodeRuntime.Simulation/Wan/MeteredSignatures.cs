using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation.Wan;

/// <summary>Counts what it is asked, so that it can be paid for.</summary>
internal sealed class MeteredSignatures(ISignatureVerifier inner) : ISignatureVerifier
{
    public long Count { get; private set; }

    public SignatureVerdict Verify(in PublicKey key, Hash256 digest, in Signature signature)
    {
        Count++;
        return inner.Verify(key, digest, signature);
    }
}
