using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto;

/// <summary>Verifies tagged signatures. Bound once, at the composition root; safe to call from any thread.</summary>
public interface ISignatureVerifier
{
    SignatureVerdict Verify(in PublicKey key, Hash256 digest, in Signature signature);
}
