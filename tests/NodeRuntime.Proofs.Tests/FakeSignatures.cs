using System;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Tests;

/// <summary>
/// A signature scheme that signs by hashing key and digest: fast, the same in every run, and strict in every byte.
/// Anybody could forge it; the tests ask who checks what, not whether ECDSA holds.
/// </summary>
internal sealed class FakeSignatures : ISignatureVerifier
{
    public static FakeSignatures Instance { get; } = new();

    public static ISigner SignerOf(string name, KeyAlgorithm algorithm = KeyAlgorithm.Secp256k1) =>
        new FakeSigner(new PublicKey(algorithm, [2, .. Hasher.Sha256(System.Text.Encoding.UTF8.GetBytes(name)).ToArray()]));

    public SignatureVerdict Verify(in PublicKey key, Hash256 digest, in Signature signature)
    {
        if (key.Algorithm != signature.Algorithm) return SignatureVerdict.AlgorithmMismatch;
        return Sign(key, digest) == signature ? SignatureVerdict.Accepted : SignatureVerdict.SignatureWrong;
    }

    private static Signature Sign(in PublicKey key, Hash256 digest)
    {
        Hash256 first = Hasher.Sha256(key.AsSpan(), digest.AsSpan());
        return new Signature(key.Algorithm, [.. first.AsSpan(), .. Hasher.Sha256(first.AsSpan()).AsSpan()]);
    }

    private sealed class FakeSigner(PublicKey key) : ISigner
    {
        public PublicKey PublicKey => key;

        public Signature Sign(Hash256 digest) => FakeSignatures.Sign(key, digest);
    }
}
