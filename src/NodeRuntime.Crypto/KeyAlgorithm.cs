namespace NodeRuntime.Crypto;

/// <summary>The tag that every key and every signature carries.</summary>
public enum KeyAlgorithm : byte
{
    /// <summary>ECDSA over secp256k1 with SHA-256 digests.</summary>
    Secp256k1 = 1,

    /// <summary>ECDSA over NIST P-256: passkeys, TPMs, HSMs.</summary>
    P256 = 2,
}
