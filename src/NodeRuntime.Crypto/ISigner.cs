using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto;

/// <summary>Holds one private key and signs with it. The key never leaves the signer.</summary>
public interface ISigner
{
    PublicKey PublicKey { get; }

    Signature Sign(Hash256 digest);
}
