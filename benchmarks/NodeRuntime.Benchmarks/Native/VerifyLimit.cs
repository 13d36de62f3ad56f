using System.Collections.Generic;
using System.Security.Cryptography;
using NodeRuntime.Benchmarks.Harness;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Benchmarks.Native;

/// <summary>How many signatures one core can verify at most: the library called directly, or OpenSSL where there is none.</summary>
internal static class VerifyLimit
{
    private const int Signatures = 64;

    public static SystemSignatures OpenSignatures() =>
        SystemSignatures.Open(RandomNumberGenerator.GetBytes(SystemSignatures.EntropyByteCount));

    public static Work Raw(SystemSignatures signatures)
    {
        List<SignedDigest> signed = Sign(signatures, KeyAlgorithm.Secp256k1);
        return RawSecp256k1.TryLoad() is { } library ? library.Verify(signed) : OpenSsl(signed);
    }

    /// <summary>One .NET key object for each key, made beforehand.</summary>
    public static Work OpenSsl(List<SignedDigest> signed)
    {
        List<(ECDsa Key, byte[] Digest, byte[] Compact)> prepared = [];
        foreach (SignedDigest one in signed)
        {
            prepared.Add((EcdsaKeys.Open(one.Key), one.Digest.ToArray(), one.Signature.Compact.ToArray()));
        }

        return new Work(times =>
        {
            for (int i = 0; i < times; i++)
            {
                (ECDsa key, byte[] digest, byte[] compact) = prepared[i % prepared.Count];
                bool right = key.VerifyHash(digest, compact, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
                Invariant.Holds(right);
            }
        });
    }

    /// <summary>Different keys and digests, so that no cache of one key flatters anybody.</summary>
    public static List<SignedDigest> Sign(SystemSignatures signatures, KeyAlgorithm algorithm)
    {
        List<SignedDigest> signed = [];
        for (int i = 0; i < Signatures; i++)
        {
            byte[] entropy = RandomNumberGenerator.GetBytes(KeyPair.EntropyByteCountMin);
            ISigner signer = signatures.CreateSigner(KeyPair.Generate(algorithm, entropy));
            Hash256 digest = Hasher.Sha256([(byte)i]);
            signed.Add(new SignedDigest(signer.PublicKey, digest, signer.Sign(digest)));
        }

        return signed;
    }
}
