using System.Buffers.Binary;
using System.Collections.Generic;
using System.Numerics;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation;

/// <summary>
/// Signatures at the price of a hash at most: a key's secret is known to this registry, which checks by signing again, and remembers the last answers. Sound only
/// inside one process that holds every key, so it lives here, where no shipped host can reach it.
/// </summary>
public sealed class SimulatedSignatures : ISignatureVerifier
{
    // A vote is checked by everybody who hears it, at about the same time.
    private const int AnswersForEachKey = 16;

    private readonly SortedDictionary<PublicKey, Hash256> _secrets = [];
    private Answer[] _answers = [];

    public ISigner CreateSigner(Prng prng)
    {
        byte[] seed = new byte[Hash256.ByteCount];
        prng.Fill(seed);
        Hash256 secret = new(seed);
        byte[] point = [2, .. Hasher.Tagged(HashDomain.Peer, secret.AsSpan()).AsSpan()];
        PublicKey key = new(KeyAlgorithm.Secp256k1, point);
        _secrets.Add(key, secret);
        int places = (int)BitOperations.RoundUpToPowerOf2((uint)(_secrets.Count * AnswersForEachKey));
        if (places > _answers.Length) _answers = new Answer[places];
        return new Signer(key, secret);
    }

    public SignatureVerdict Verify(in PublicKey key, Hash256 digest, in Signature signature)
    {
        if (_answers.Length == 0) return Check(key, digest, signature);
        ref Answer known = ref _answers[BinaryPrimitives.ReadInt32LittleEndian(signature.Compact) & (_answers.Length - 1)];
        if (known.IsGiven && known.Signature == signature && known.Digest == digest && known.Key == key) return known.Verdict;
        known = new Answer(true, key, digest, signature, Check(key, digest, signature));
        return known.Verdict;
    }

    private SignatureVerdict Check(in PublicKey key, Hash256 digest, in Signature signature)
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

    // What was asked and what the answer was: a signature is right or wrong for ever. A place is taken over by the next that falls on it.
    private readonly record struct Answer(bool IsGiven, PublicKey Key, Hash256 Digest, Signature Signature, SignatureVerdict Verdict);

    private sealed class Signer(PublicKey key, Hash256 secret) : ISigner
    {
        public PublicKey PublicKey { get; } = key;

        public Signature Sign(Hash256 digest) => Make(secret, digest);
    }
}
