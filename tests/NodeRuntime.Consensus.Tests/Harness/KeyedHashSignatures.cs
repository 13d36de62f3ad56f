using System;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Consensus.Tests.Harness;

/// <summary>
/// Signatures for simulations: SHA-256(key || digest), twice. As fast as a hash and as good as real ones against
/// adversaries that we write ourselves; a test of its own runs the real curve.
/// </summary>
internal sealed class KeyedHashSignatures : ISignatureVerifier
{
    public long Verified { get; private set; }

    public SignatureVerdict Verify(in PublicKey key, Hash256 digest, in Signature signature)
    {
        Verified++;
        return Compute(key, digest) == signature ? SignatureVerdict.Accepted : SignatureVerdict.SignatureWrong;
    }

    public static Signature Compute(in PublicKey key, Hash256 digest)
    {
        Span<byte> input = stackalloc byte[PublicKey.ByteCount + Hash256.ByteCount];
        key.AsSpan().CopyTo(input);
        digest.AsSpan().CopyTo(input[PublicKey.ByteCount..]);
        Hash256 mac = Hasher.Sha256(input);
        Span<byte> compact = stackalloc byte[Signature.CompactByteCount];
        mac.AsSpan().CopyTo(compact);
        mac.AsSpan().CopyTo(compact[Hash256.ByteCount..]);
        return new Signature(KeyAlgorithm.Secp256k1, compact);
    }

    public static PublicKey KeyOf(int number)
    {
        Span<byte> point = stackalloc byte[PublicKey.PointByteCount];
        point[0] = 2;
        Hasher.Sha256(BitConverter.GetBytes(number)).AsSpan().CopyTo(point[1..]);
        return new PublicKey(KeyAlgorithm.Secp256k1, point);
    }
}

internal sealed class KeyedHashSigner(int number) : ISigner
{
    public PublicKey PublicKey { get; } = KeyedHashSignatures.KeyOf(number);

    public Signature Sign(Hash256 digest) => KeyedHashSignatures.Compute(PublicKey, digest);
}
