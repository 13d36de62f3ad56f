using System.Buffers.Binary;
using System.Collections.Concurrent;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Membership.Tests;

internal static class TestKeys
{
    public static readonly SystemSignatures Signatures = SystemSignatures.Open(new byte[SystemSignatures.EntropyByteCount]);

    public static readonly ChainId Chain = new(Hasher.Sha256([1]));

    private static readonly ConcurrentDictionary<int, ISigner> Signers = new();

    /// <summary>The node key of this number, the same in every run.</summary>
    public static ISigner Signer(int number) => Signers.GetOrAdd(number, Make);

    private static ISigner Make(int number)
    {
        byte[] entropy = new byte[KeyPair.EntropyByteCountMin];
        BinaryPrimitives.WriteInt32BigEndian(entropy, number);
        return Signatures.CreateSigner(KeyPair.Generate(KeyAlgorithm.Secp256k1, entropy));
    }

    public static MemberRecord Record(ISigner signer, ulong sequence, Instant issuedAt, ChainId? chain = null) => new MemberRecord
    {
        NodeKey = signer.PublicKey,
        Addresses = ["10.0.0.1:7070"],
        Roles = MemberRoles.Provider,
        Region = "eu",
        ApiAddress = null,
        Version = "0.1.0",
        Sequence = sequence,
        IssuedAt = issuedAt,
        Signature = default,
    }.Sign(signer, chain ?? Chain);
}
