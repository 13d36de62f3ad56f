using System;
using System.Security.Cryptography;
using System.Text;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Client.Tests.Support;

/// <summary>Real keys, one for each name, the same in every run.</summary>
internal static class TestKeys
{
    public static SystemSignatures Signatures { get; } = SystemSignatures.Open(new byte[SystemSignatures.EntropyByteCount]);

    public static ISigner SignerOf(string name) =>
        Signatures.CreateSigner(KeyPair.Generate(KeyAlgorithm.Secp256k1, SHA256.HashData(Encoding.UTF8.GetBytes(name))));

    public static AccountId AccountOf(string name) => KeyPolicy.Single(SignerOf(name).PublicKey).ToAccountId();
}
