using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto.Tests;

public sealed class SystemSignaturesTests
{
    [Fact]
    public void The_platform_passes_every_vector() => PassesEveryVector(Backends.Open(SignatureBackend.Platform));

    [LibsecpFact]
    public void Libsecp256k1_passes_every_vector() => PassesEveryVector(Backends.Open(SignatureBackend.Libsecp256k1));

    [Fact]
    public void The_vectors_name_every_verdict_on_both_curves()
    {
        IEnumerable<SignatureVerdict> possible = Enum.GetValues<SignatureVerdict>().Where(v => v != SignatureVerdict.AlgorithmUnknown);
        foreach (KeyAlgorithm algorithm in Enum.GetValues<KeyAlgorithm>())
        {
            IEnumerable<SignatureVerdict> named = SignatureVector.All.Where(v => v.Key.Algorithm == algorithm).Select(v => v.Verdict);
            Assert.Equal(possible, named.Distinct().Order());
        }
    }

    [Fact]
    public void A_key_of_no_algorithm_is_refused()
    {
        SystemSignatures signatures = Backends.Open(SignatureBackend.Fastest);
        Assert.Equal(SignatureVerdict.AlgorithmUnknown, signatures.Verify(default, Hash256.Zero, default));
    }

    [Theory]
    [InlineData(KeyAlgorithm.Secp256k1)]
    [InlineData(KeyAlgorithm.P256)]
    public void What_the_platform_signs_it_accepts(KeyAlgorithm algorithm) =>
        SignsWhatOthersAccept(Backends.Open(SignatureBackend.Platform), Backends.Open(SignatureBackend.Platform), algorithm);

    [LibsecpTheory]
    [InlineData(SignatureBackend.Libsecp256k1, SignatureBackend.Libsecp256k1)]
    [InlineData(SignatureBackend.Libsecp256k1, SignatureBackend.Platform)]
    [InlineData(SignatureBackend.Platform, SignatureBackend.Libsecp256k1)]
    public void What_one_backend_signs_another_accepts(SignatureBackend signer, SignatureBackend verifier) =>
        SignsWhatOthersAccept(Backends.Open(signer), Backends.Open(verifier), KeyAlgorithm.Secp256k1);

    [LibsecpTheory]
    [InlineData("Satoshi Nakamoto", "RFC 6979 nonce, \"Satoshi Nakamoto\", key 1")]
    [InlineData(
        "All those moments will be lost in time, like tears in rain. Time to die...",
        "RFC 6979 nonce, \"All those moments...\", key 1")]
    public void Libsecp256k1_signs_with_the_nonce_of_RFC_6979(string message, string vector)
    {
        byte[] one = new byte[32];
        one[31] = 1;
        Assert.True(KeyPair.TryCreate(KeyAlgorithm.Secp256k1, one, out KeyPair? pair));
        ISigner signer = Backends.Open(SignatureBackend.Libsecp256k1).CreateSigner(pair!);
        SignatureVector published = SignatureVector.All.Single(v => v.Name == vector);
        Assert.Equal(published.Digest, Hasher.Sha256(Encoding.ASCII.GetBytes(message)));
        Assert.Equal(published.Key, signer.PublicKey);
        Assert.Equal(published.Signature, signer.Sign(published.Digest));
    }

    [LibsecpFact]
    public void Backends_agree_on_every_flipped_bit_of_a_signature()
    {
        SystemSignatures platform = Backends.Open(SignatureBackend.Platform);
        SystemSignatures library = Backends.Open(SignatureBackend.Libsecp256k1);
        SignatureVector valid = SignatureVector.All.First(v => v.Verdict == SignatureVerdict.Accepted);
        for (int bit = 8; bit < 8 * Signature.ByteCount; bit++)
        {
            byte[] bytes = valid.Signature.AsSpan().ToArray();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(Signature.TryParse(bytes, out Signature flipped));
            SignatureVerdict verdict = library.Verify(valid.Key, valid.Digest, flipped);
            Assert.NotEqual(SignatureVerdict.Accepted, verdict);
            Assert.Equal(verdict, platform.Verify(valid.Key, valid.Digest, flipped));
        }
    }

    [Theory]
    [InlineData(SignatureBackend.Fastest, KeyAlgorithm.Secp256k1)]
    [InlineData(SignatureBackend.Platform, KeyAlgorithm.Secp256k1)]
    [InlineData(SignatureBackend.Platform, KeyAlgorithm.P256)]
    public void One_instance_serves_many_threads(SignatureBackend backend, KeyAlgorithm algorithm)
    {
        SystemSignatures signatures = Backends.Open(backend);
        ISigner[] signers = [.. Enumerable.Range(0, 3).Select(i => signatures.CreateSigner(KeyPair.Generate(algorithm, Filled((byte)i))))];
        int accepted = 0;
        Parallel.For(0, 120, i =>
        {
            ISigner signer = signers[i % signers.Length];
            Hash256 digest = Hasher.Sha256(BitConverter.GetBytes(i));
            Signature signature = signer.Sign(digest);
            PublicKey key = signer.PublicKey;
            if (signatures.Verify(key, digest, signature) == SignatureVerdict.Accepted) Interlocked.Increment(ref accepted);
        });
        Assert.Equal(120, accepted);
    }

    // More keys than the platform keeps, so that places are taken over, and each key asked again.
    [Fact]
    public void Keys_that_share_a_place_are_told_apart()
    {
        SystemSignatures signatures = Backends.Open(SignatureBackend.Platform);
        SignatureVector valid =
            SignatureVector.All.First(v => v is { Key.Algorithm: KeyAlgorithm.P256, Verdict: SignatureVerdict.Accepted });
        Prng prng = new(8);
        byte[] point = new byte[PublicKey.PointByteCount];
        for (int i = 0; i < 1000; i++)
        {
            prng.Fill(point);
            point[0] = 2;
            SignatureVerdict verdict = signatures.Verify(new PublicKey(KeyAlgorithm.P256, point), valid.Digest, valid.Signature);
            Assert.True(verdict is SignatureVerdict.SignatureWrong or SignatureVerdict.KeyNotOnCurve);
            if (i % 100 == 0) Assert.Equal(SignatureVerdict.Accepted, signatures.Verify(valid.Key, valid.Digest, valid.Signature));
        }
    }

    [Fact]
    public void The_platform_names_itself_and_says_what_to_install()
    {
        SystemSignatures signatures = Backends.Open(SignatureBackend.Platform);
        Assert.Equal("platform ECDSA (OpenSSL)", signatures.Backend);
        Assert.Contains("apt-get install libsecp256k1", signatures.Hint, StringComparison.Ordinal);
    }

    [LibsecpFact]
    public void Libsecp256k1_is_chosen_where_it_is_installed()
    {
        SystemSignatures signatures = Backends.Open(SignatureBackend.Fastest);
        Assert.StartsWith("libsecp256k1", signatures.Backend, StringComparison.Ordinal);
        Assert.Null(signatures.Hint);
    }

    private static byte[] Filled(byte value) => [.. Enumerable.Repeat(value, KeyPair.EntropyByteCountMin)];

    private static void PassesEveryVector(SystemSignatures signatures)
    {
        List<string> wrong = [];
        foreach (SignatureVector vector in SignatureVector.All)
        {
            SignatureVerdict verdict = signatures.Verify(vector.Key, vector.Digest, vector.Signature);
            if (verdict != vector.Verdict) wrong.Add($"{vector}: {verdict}, not {vector.Verdict}");
        }

        Assert.Empty(wrong);
        Assert.True(SignatureVector.All.Count > 50);
    }

    private static void SignsWhatOthersAccept(SystemSignatures signing, SystemSignatures verifying, KeyAlgorithm algorithm)
    {
        Prng prng = new(7);
        byte[] entropy = new byte[32];
        for (int i = 0; i < 12; i++)
        {
            prng.Fill(entropy);
            ISigner signer = signing.CreateSigner(KeyPair.Generate(algorithm, entropy));
            Hash256 digest = Hasher.Sha256(entropy);
            Signature signature = signer.Sign(digest);
            PublicKey key = signer.PublicKey;
            Assert.Equal(algorithm, signature.Algorithm);
            Assert.Equal(SignatureVerdict.Accepted, verifying.Verify(key, digest, signature));
            Assert.Equal(SignatureVerdict.SignatureWrong, verifying.Verify(key, Hasher.Sha256(digest.AsSpan()), signature));
        }
    }
}
