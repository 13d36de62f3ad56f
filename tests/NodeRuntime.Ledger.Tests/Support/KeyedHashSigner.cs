using System;
using System.Text;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Ledger.Tests.Support;

/// <summary>Signs with a keyed hash whose key is public: worthless outside a test, and fast inside one.</summary>
internal sealed class KeyedHashSigner : ISigner
{
    public KeyedHashSigner(string name)
    {
        byte[] point = [2, .. Hasher.Sha256(Encoding.UTF8.GetBytes(name)).AsSpan()];
        PublicKey = new PublicKey(KeyAlgorithm.Secp256k1, point);
    }

    public PublicKey PublicKey { get; }

    public AccountId Account => KeyPolicy.Single(PublicKey).ToAccountId();

    public Signature Sign(Hash256 digest) => SignatureOf(PublicKey, digest);

    public static Signature SignatureOf(in PublicKey key, Hash256 digest)
    {
        byte[] seed = [.. key.AsSpan(), .. digest.AsSpan()];
        byte[] compact = [.. Hasher.Sha256([1, .. seed]).AsSpan(), .. Hasher.Sha256([2, .. seed]).AsSpan()];
        return new Signature(key.Algorithm, compact);
    }
}

/// <summary>Verifies what <see cref="KeyedHashSigner"/> signs, and counts how often it was asked.</summary>
internal sealed class KeyedHashVerifier : ISignatureVerifier
{
    public int Calls { get; private set; }

    public SignatureVerdict Verify(in PublicKey key, Hash256 digest, in Signature signature)
    {
        Calls++;
        return KeyedHashSigner.SignatureOf(key, digest) == signature ? SignatureVerdict.Accepted : SignatureVerdict.SignatureWrong;
    }
}
