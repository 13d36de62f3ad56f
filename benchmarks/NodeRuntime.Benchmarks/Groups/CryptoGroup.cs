using System.Collections.Generic;
using System.Security.Cryptography;
using NodeRuntime.Benchmarks.Harness;
using NodeRuntime.Benchmarks.Native;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Benchmarks.Groups;

/// <summary>Signatures and hashes beside the libraries that compute them.</summary>
internal static class CryptoGroup
{
    private const string Name = "crypto";

    /// <summary>A node of a Merkle tree: a prefix and two hashes.</summary>
    private const int NodeByteCount = 65;

    public static IEnumerable<BenchmarkRow> Run()
    {
        SystemSignatures signatures = VerifyLimit.OpenSignatures();
        List<SignedDigest> secp256k1 = VerifyLimit.Sign(signatures, KeyAlgorithm.Secp256k1);
        List<SignedDigest> p256 = VerifyLimit.Sign(signatures, KeyAlgorithm.P256);
        RawSecp256k1? library = RawSecp256k1.TryLoad();
        RawSha256 raw = new();
        byte[] scalar = new byte[KeyPair.ScalarByteCount];
        scalar[^1] = 42;
        bool created = KeyPair.TryCreate(KeyAlgorithm.Secp256k1, scalar, out KeyPair? pair);
        Invariant.Holds(created);
        Limit verify = library is null
            ? new Limit("openssl-bound", VerifyLimit.OpenSsl(secp256k1))
            : new Limit("library-bound", library.Verify(secp256k1));
        Limit sign = library is null ? new Limit("openssl-bound", OpenSslSign()) : new Limit("library-bound", library.Sign(scalar));
        return
        [
            .. Contest.Hold(Name, "secp256k1 verify", "signatures/s", Verify(signatures, secp256k1), verify),
            .. Contest.Hold(Name, "secp256k1 sign", "signatures/s", Sign(signatures.CreateSigner(pair!)), sign),
            .. Contest.Hold(
                Name, "P-256 verify", "signatures/s", Verify(signatures, p256),
                new Limit("openssl-bound", VerifyLimit.OpenSsl(p256))),
            .. Contest.Hold(
                Name, "SHA-256 of 65 B", "hashes/s", Hash(),
                new Limit("dotnet-bound", DotnetHash()), new Limit(raw.Name, raw.Work(NodeByteCount))),
        ];
    }

    private static Work Verify(SystemSignatures signatures, List<SignedDigest> signed) => new(times =>
    {
        for (int i = 0; i < times; i++)
        {
            SignedDigest one = signed[i % signed.Count];
            SignatureVerdict verdict = signatures.Verify(one.Key, one.Digest, one.Signature);
            Invariant.Holds(verdict == SignatureVerdict.Accepted);
        }
    });

    private static Work Sign(ISigner signer) => new(times =>
    {
        Hash256 digest = Hasher.Sha256([1]);
        for (int i = 0; i < times; i++) digest = new Hash256(signer.Sign(digest).Compact[..Hash256.ByteCount]);
    });

    private static Work OpenSslSign()
    {
        ECDsa key = ECDsa.Create(ECCurve.CreateFromValue("1.3.132.0.10"));
        return new Work(times =>
        {
            byte[] digest = new byte[Hash256.ByteCount];
            for (int i = 0; i < times; i++) key.SignHash(digest);
        });
    }

    private static Work Hash() => new(static times =>
    {
        byte[] bytes = new byte[NodeByteCount];
        for (int i = 0; i < times; i++) Hasher.Sha256(bytes).AsSpan().CopyTo(bytes);
    });

    private static Work DotnetHash() => new(static times =>
    {
        byte[] bytes = new byte[NodeByteCount];
        for (int i = 0; i < times; i++) SHA256.HashData(bytes, bytes);
    });
}
