using System;
using System.Buffers.Binary;
using System.Threading;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Network.Tests;

/// <summary>A secp256k1 node key of its own for each one made; the network sees only the ports.</summary>
internal sealed class TestSigner : ISigner
{
    public static readonly SystemSignatures Signatures = SystemSignatures.Open(new byte[SystemSignatures.EntropyByteCount]);

    private static int _count;

    private readonly ISigner _signer;

    public TestSigner()
    {
        byte[] entropy = new byte[KeyPair.EntropyByteCountMin];
        BinaryPrimitives.WriteInt32BigEndian(entropy, Interlocked.Increment(ref _count));
        _signer = Signatures.CreateSigner(KeyPair.Generate(KeyAlgorithm.Secp256k1, entropy));
    }

    public PublicKey PublicKey => _signer.PublicKey;

    public PeerId Peer => PublicKey.ToPeerId();

    public Signature Sign(Hash256 digest) => _signer.Sign(digest);
}
