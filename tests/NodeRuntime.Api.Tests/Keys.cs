using System;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Api.Tests;

internal static class Keys
{
    public static SystemSignatures Signatures { get; } = SystemSignatures.Open(new byte[SystemSignatures.EntropyByteCount]);

    public static ChainId Chain { get; } = new(Hasher.Sha256([1]));

    public static ISigner Owner { get; } = SignerOf(1);

    public static ISigner Provider { get; } = SignerOf(2);

    public static ISigner Stranger { get; } = SignerOf(3);

    public static AccountId AccountOf(ISigner signer) => KeyPolicy.Single(signer.PublicKey).ToAccountId();

    private static ISigner SignerOf(byte seed)
    {
        byte[] entropy = new byte[KeyPair.EntropyByteCountMin];
        Array.Fill(entropy, seed);
        return Signatures.CreateSigner(KeyPair.Generate(KeyAlgorithm.Secp256k1, entropy));
    }
}
