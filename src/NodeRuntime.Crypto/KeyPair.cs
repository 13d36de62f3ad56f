using System;
using System.Security.Cryptography;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto;

/// <summary>
/// A private key with its public key. The scalar leaves this type only into a signer or an encrypted key file. It lives
/// in managed memory: a provider's memory is not a vault, and none is claimed.
/// </summary>
public sealed class KeyPair
{
    public const int ScalarByteCount = 32;

    /// <summary>Fewer bytes of entropy are refused.</summary>
    public const int EntropyByteCountMin = 32;

    private readonly byte[] _scalar;

    private KeyPair(KeyAlgorithm algorithm, byte[] scalar)
    {
        _scalar = scalar;
        PublicKey = EcdsaSigner.PublicKeyOf(Curve.Of(algorithm), scalar);
    }

    public PublicKey PublicKey { get; }

    public KeyAlgorithm Algorithm => PublicKey.Algorithm;

    internal ReadOnlySpan<byte> Scalar => _scalar;

    /// <summary>
    /// The key that this entropy gives: HKDF-SHA256 to 48 bytes, reduced modulo n - 1, plus one. Equal entropy gives
    /// equal keys, so the entropy is as secret as the key.
    /// </summary>
    public static KeyPair Generate(KeyAlgorithm algorithm, ReadOnlySpan<byte> entropy)
    {
        Invariant.Holds(entropy.Length >= EntropyByteCountMin);
        Span<byte> uniform = stackalloc byte[48];
        ReadOnlySpan<byte> info = algorithm == KeyAlgorithm.Secp256k1 ? "noderuntime/key/secp256k1"u8 : "noderuntime/key/p256"u8;
        HKDF.DeriveKey(HashAlgorithmName.SHA256, entropy, uniform, salt: [], info);
        byte[] scalar = Curve.Of(algorithm).ReduceToScalar(uniform);
        CryptographicOperations.ZeroMemory(uniform);
        return new KeyPair(algorithm, scalar);
    }

    /// <summary>From a scalar that a person or a file brings, most significant byte first; false where it is not in [1, n - 1].</summary>
    public static bool TryCreate(KeyAlgorithm algorithm, ReadOnlySpan<byte> scalar, out KeyPair? pair)
    {
        pair = null;
        if (algorithm is not (KeyAlgorithm.Secp256k1 or KeyAlgorithm.P256)) return false;
        if (scalar.Length != ScalarByteCount || !Curve.Of(algorithm).IsScalar(scalar)) return false;
        pair = new KeyPair(algorithm, scalar.ToArray());
        return true;
    }

    public override string ToString() => PublicKey.ToString();
}
