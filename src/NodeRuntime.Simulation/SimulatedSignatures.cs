using System.Collections.Generic;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation;

/// <summary>
/// Signatures at the price of a hash: a key's secret is known to this registry, which checks by signing again. Sound only
/// inside one process that holds every key, so it lives here, where no shipped host can reach it.
/// </summary>
public sealed class SimulatedSignatures : ISignatureVerifier
{
    private readonly SortedDictionary<PublicKey, Hash256> _secrets = [];

    public ISigner CreateSigner(Prng prng)
    {
        byte[] seed = new byte[Hash256.ByteCount];
        prng.Fill(seed);
        Hash256 secret = new(seed);
        byte[] point = [2, .. Hasher.Tagged(HashDomain.Peer, secret.AsSpan()).AsSpan()];
        PublicKey key = new(KeyAlgorithm.Secp256k1, point);
        _secrets.Add(key, secret);
        return new Signer(key, secret);
    }

    public SignatureVerdict Verify(in PublicKey key, Hash256 digest, in Signature signature)
    {
        if (signature.Algorithm != key.Algorithm) return SignatureVerdict.AlgorithmMismatch;
        if (!_secrets.TryGetValue(key, out Hash256 secret)) return SignatureVerdict.KeyNotOnCurve;
        return Make(secret, digest) == signature ? SignatureVerdict.Accepted : SignatureVerdict.SignatureWrong;
    }

    private static Signature Make(Hash256 secret, Hash256 digest)
    {
        Hash256 first = Hasher.Tagged(HashDomain.Commitment, secret.AsSpan(), digest.AsSpan());
        byte[] compact = [.. first.AsSpan(), .. digest.AsSpan()];
        return new Signature(KeyAlgorithm.Secp256k1, compact);
    }

    private sealed class Signer(PublicKey key, Hash256 secret) : ISigner
    {
        public PublicKey PublicKey { get; } = key;

        public Signature Sign(Hash256 digest) => Make(secret, digest);
    }
}
