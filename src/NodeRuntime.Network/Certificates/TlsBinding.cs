using System;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Network.Certificates;

/// <summary>
/// What a node key says of an ephemeral TLS key: "whoever proves this SPKI speaks for me, on this chain, in this role,
/// until then". TLS 1.3 proves the SPKI (CertificateVerify covers the transcript), this proves the node key; together they
/// name the other side. It rides in the certificate as an extension; the SPKI itself stands in the certificate and is not
/// repeated. After the shape of libp2p's TLS specification, which signs only the SPKI.
/// </summary>
internal sealed record TlsBinding(PublicKey NodeKey, ChainId Chain, PeerRole Role, Instant Expiry, Signature Signature)
{
    /// <summary>An arc that nobody assigns: 2.25 and a UUID (ITU-T X.667).</summary>
    public const string Oid = "2.25.171346293807126183955207424866903816541";

    public static TlsBinding Sign(ISigner signer, ReadOnlySpan<byte> spki, ChainId chain, PeerRole role, Instant expiry)
    {
        Hash256 digest = Digest(signer.PublicKey, spki, chain, role, expiry);
        return new TlsBinding(signer.PublicKey, chain, role, expiry, signer.Sign(digest));
    }

    public Hash256 Digest(ReadOnlySpan<byte> spki) => Digest(NodeKey, spki, Chain, Role, Expiry);

    public byte[] Encode()
    {
        WireWriter writer = new();
        writer.Record(WireType.TlsBinding, 5).Bytes(NodeKey.AsSpan()).Hash(Chain.Hash).UInt64((byte)Role).Instant(Expiry)
            .Bytes(Signature.AsSpan()).End();
        return writer.ToArray();
    }

    public static bool TryDecode(ReadOnlyMemory<byte> bytes, out TlsBinding? binding)
    {
        binding = null;
        if (bytes.Length > Limits.TlsBindingBytesMax) return false;
        WireReader reader = new(bytes);
        reader.Record(WireType.TlsBinding, 5);
        TlsBinding read = new(
            PublicKey.Read(reader), new ChainId(reader.Hash()), (PeerRole)reader.Byte(), reader.Instant(), Signature.Read(reader));
        reader.End();
        if (read.Role is not (PeerRole.Peer or PeerRole.Client)) reader.Fail();
        if (!reader.Succeeded) return false;
        binding = read;
        return true;
    }

    private static Hash256 Digest(PublicKey nodeKey, ReadOnlySpan<byte> spki, ChainId chain, PeerRole role, Instant expiry)
    {
        WireWriter writer = new();
        writer.Record(WireType.TlsBinding, 5).Bytes(nodeKey.AsSpan()).Hash(chain.Hash).UInt64((byte)role).Instant(expiry)
            .Hash(Hasher.Sha256(spki)).End();
        return Hasher.Tagged(HashDomain.Tls, writer.ToArray());
    }
}
