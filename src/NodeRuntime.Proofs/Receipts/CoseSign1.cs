using System;
using System.Formats.Cbor;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Receipts;

/// <summary>
/// The envelope of a receipt: COSE_Sign1 (RFC 9052 section 4.2) with the headers of COSE Receipts (RFC 9942).
/// <code>
/// 18([ &lt;&lt;{1: alg, 3: content type, 4: kid, 395: vds}&gt;&gt;, {396: {-1: evidence}}, payload, signature ])
/// </code>
/// alg is ES256K (-47) or ES256 (-7), kid the signer's tagged public key, vds our private identifier of "a record in
/// certified ledger state". One receipt has one encoding; anything else is refused.
/// </summary>
internal sealed record CoseSign1(PublicKey Key, ReadOnlyMemory<byte> Evidence, ReadOnlyMemory<byte> Payload, ReadOnlyMemory<byte> Signature)
{
    public const string JobContentType = "application/vnd.noderuntime.job+cbor";

    /// <summary>Below -65536: the private range of the registry of verifiable data structures.</summary>
    public const int CertifiedState = -65537;

    private const int AlgorithmLabel = 1;
    private const int ContentTypeLabel = 3;
    private const int KeyIdLabel = 4;
    private const int DataStructureLabel = 395;
    private const int DataStructureProofsLabel = 396;
    private const int InclusionLabel = -1;
    private const int Es256K = -47;
    private const int Es256 = -7;

    /// <summary>What is signed: SHA-256 of the Sig_structure ["Signature1", protected header, empty, payload].</summary>
    public Hash256 SigningDigest
    {
        get
        {
            CborWriter writer = new(CborConformanceMode.Canonical);
            writer.WriteStartArray(4);
            writer.WriteTextString("Signature1");
            writer.WriteByteString(EncodeProtected());
            writer.WriteByteString([]);
            writer.WriteByteString(Payload.Span);
            writer.WriteEndArray();
            return Hasher.Sha256(writer.Encode());
        }
    }

    public byte[] Encode()
    {
        CborWriter writer = new(CborConformanceMode.Canonical);
        writer.WriteTag((CborTag)18);
        writer.WriteStartArray(4);
        writer.WriteByteString(EncodeProtected());
        writer.WriteStartMap(1);
        writer.WriteInt32(DataStructureProofsLabel);
        writer.WriteStartMap(1);
        writer.WriteInt32(InclusionLabel);
        writer.WriteByteString(Evidence.Span);
        writer.WriteEndMap();
        writer.WriteEndMap();
        writer.WriteByteString(Payload.Span);
        writer.WriteByteString(Signature.Span);
        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>Never throws. What decodes is encoded again and must give the same bytes.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, out CoseSign1? message)
    {
        message = null;
        if (bytes.Length > Limits.ReceiptBytesMax) return false;
        try
        {
            message = Read(new CborReader(bytes, CborConformanceMode.Canonical));
        }
        catch (Exception exception) when (exception is CborContentException or InvalidOperationException or OverflowException)
        {
            return false;
        }

        if (message is not null && !message.Encode().AsSpan().SequenceEqual(bytes.Span)) message = null;
        return message is not null;
    }

    private static CoseSign1? Read(CborReader reader)
    {
        if (reader.ReadTag() != (CborTag)18) return null;
        if (reader.ReadStartArray() != 4) return null;
        if (!TryReadKey(new CborReader(reader.ReadByteString(), CborConformanceMode.Canonical), out PublicKey key)) return null;
        if (reader.ReadStartMap() != 1 || reader.ReadInt32() != DataStructureProofsLabel) return null;
        if (reader.ReadStartMap() != 1 || reader.ReadInt32() != InclusionLabel) return null;
        byte[] evidence = reader.ReadByteString();
        reader.ReadEndMap();
        reader.ReadEndMap();
        CoseSign1 message = new(key, evidence, reader.ReadByteString(), reader.ReadByteString());
        reader.ReadEndArray();
        return message;
    }

    // Algorithm, content type and data structure follow from the key and from us: the encoding made anew compares them.
    private static bool TryReadKey(CborReader reader, out PublicKey key)
    {
        key = default;
        if (reader.ReadStartMap() != 4) return false;
        if (reader.ReadInt32() != AlgorithmLabel) return false;
        reader.SkipValue();
        if (reader.ReadInt32() != ContentTypeLabel) return false;
        reader.SkipValue();
        if (reader.ReadInt32() != KeyIdLabel) return false;
        return PublicKey.TryParse(reader.ReadByteString(), out key);
    }

    private byte[] EncodeProtected()
    {
        CborWriter writer = new(CborConformanceMode.Canonical);
        writer.WriteStartMap(4);
        writer.WriteInt32(AlgorithmLabel);
        writer.WriteInt32(Key.Algorithm switch
        {
            KeyAlgorithm.Secp256k1 => Es256K,
            KeyAlgorithm.P256 => Es256,
        });
        writer.WriteInt32(ContentTypeLabel);
        writer.WriteTextString(JobContentType);
        writer.WriteInt32(KeyIdLabel);
        writer.WriteByteString(Key.AsSpan());
        writer.WriteInt32(DataStructureLabel);
        writer.WriteInt32(CertifiedState);
        writer.WriteEndMap();
        return writer.Encode();
    }
}
