using System;
using System.Collections.Immutable;
using System.Formats.Cbor;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Provenance.Receipts;

/// <summary>
/// The receipt of one event, or of one heartbeat: COSE_Sign1 (RFC 9052) with a detached payload, in the shape of RFC 9942.
/// <code>
/// 18([ &lt;&lt;{1: alg, 3: content type, 4: key, 395: vds}&gt;&gt;, {396: {-1: [+ &lt;&lt;segment&gt;&gt;]}, -65602: &lt;&lt;materials&gt;&gt;}, null, signature ])
/// materials = [1, 308, state, record, heartbeat / null, promise / null, [* plan], checkpoint / null]
/// </code>
/// What is signed is not in it: of a promise the promise's record, else the calendar's root, which the verifier finds by walking the segments. One
/// receipt has one encoding.
/// </summary>
/// <param name="Issuer">The key of the peer whose event it is.</param>
/// <param name="Record">The event's bytes, or the heartbeat's.</param>
/// <param name="Heartbeat">The heartbeat of that second, opened: the machine's state and policy; null where it stays closed.</param>
/// <param name="Plans">The event's epoch, and behind it, where the checkpoint is of a later one, the checkpoint's.</param>
/// <param name="Checkpoint">A signed note.</param>
/// <param name="Signature">r and s, 64 bytes; none in a published receipt.</param>
public sealed record EventReceipt(
    PublicKey Issuer, ReceiptState State, ReadOnlyMemory<byte> Record, ReadOnlyMemory<byte>? Heartbeat, ReadOnlyMemory<byte>? Promise,
    ImmutableArray<ReadOnlyMemory<byte>> Plans, ImmutableArray<Segment> Segments, string? Checkpoint, ReadOnlyMemory<byte> Signature)
{
    public const string ContentType = "application/vnd.noderuntime.event+cbor";

    /// <summary>A chain of RFC 9162 trees: private, below -65536.</summary>
    public const int StructureId = -65538;

    /// <summary>Segments at most: the peer's second, each level, the calendar.</summary>
    public const int SegmentsMax = Limits.ProvenanceLevelsMax + 2;

    private const int MaterialsLabel = -65602;
    private const int AlgorithmLabel = 1;
    private const int ContentTypeLabel = 3;
    private const int KeyLabel = 4;
    private const int StructureLabel = 395;
    private const int ProofsLabel = 396;
    private const int InclusionLabel = -1;
    private const int Es256K = -47;
    private const int Es256 = -7;
    private const int MaterialsFields = 6;
    private const int PlansMax = 2;

    /// <summary>What the issuer signs over a payload: SHA-256 of ["Signature1", protected header, empty, payload].</summary>
    public static Hash256 SigningDigest(in PublicKey issuer, ReadOnlySpan<byte> payload)
    {
        CborWriter writer = new(CborConformanceMode.Canonical);
        writer.WriteStartArray(4);
        writer.WriteTextString("Signature1");
        writer.WriteByteString(EncodeProtected(issuer));
        writer.WriteByteString([]);
        writer.WriteByteString(payload);
        writer.WriteEndArray();
        return Hasher.Sha256(writer.Encode());
    }

    /// <summary>Whether bytes claim to be one, and no other kind of receipt: its content type stands near their beginning.</summary>
    public static bool IsOne(ReadOnlySpan<byte> bytes) => bytes[..Math.Min(bytes.Length, ProtectedBytesMax)].IndexOf("application/vnd.noderuntime.event+cbor"u8) >= 0;

    private const int ProtectedBytesMax = 128;

    /// <summary>The same receipt with the issuer's name under its payload.</summary>
    public EventReceipt Sign(ISigner issuer, ReadOnlySpan<byte> payload)
    {
        Invariant.Holds(issuer.PublicKey == Issuer);
        return this with { Signature = issuer.Sign(SigningDigest(Issuer, payload)).Compact.ToArray() };
    }

    public byte[] Encode()
    {
        CborWriter writer = new(CborConformanceMode.Canonical);
        writer.WriteTag((CborTag)18);
        writer.WriteStartArray(4);
        writer.WriteByteString(EncodeProtected(Issuer));
        writer.WriteStartMap(2);
        writer.WriteInt32(ProofsLabel);
        writer.WriteStartMap(1);
        writer.WriteInt32(InclusionLabel);
        writer.WriteStartArray(Segments.Length);
        foreach (Segment segment in Segments) writer.WriteByteString(segment.Encode());
        writer.WriteEndArray();
        writer.WriteEndMap();
        writer.WriteInt32(MaterialsLabel);
        writer.WriteByteString(EncodeMaterials());
        writer.WriteEndMap();
        writer.WriteNull();
        writer.WriteByteString(Signature.Span);
        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>Never throws.</summary>
    public static ReceiptCode TryDecode(ReadOnlyMemory<byte> bytes, out EventReceipt? receipt)
    {
        receipt = null;
        if (bytes.Length > Limits.EventReceiptBytesMax) return ReceiptCode.TooLarge;
        try
        {
            CborReader reader = new(bytes, CborConformanceMode.Canonical);
            ReceiptCode code = Read(reader, out receipt);
            if (code == ReceiptCode.None && reader.BytesRemaining != 0) code = ReceiptCode.ContainerMalformed;
            if (code != ReceiptCode.None) receipt = null;
            return code;
        }
        catch (Exception exception) when (exception is CborContentException or InvalidOperationException or OverflowException)
        {
            receipt = null;
            return ReceiptCode.ContainerMalformed;
        }
    }

    private static ReceiptCode Read(CborReader reader, out EventReceipt? receipt)
    {
        receipt = null;
        if (reader.ReadTag() != (CborTag)18 || reader.ReadStartArray() != 4) return ReceiptCode.ContainerMalformed;
        byte[] head = reader.ReadByteString();
        if (reader.ReadStartMap() != 2 || reader.ReadInt32() != ProofsLabel) return ReceiptCode.ContainerMalformed;
        if (reader.ReadStartMap() != 1 || reader.ReadInt32() != InclusionLabel) return ReceiptCode.ContainerMalformed;
        if (reader.ReadStartArray() is not (>= 1 and <= SegmentsMax and var count)) return ReceiptCode.ContainerMalformed;
        byte[][] segments = new byte[count][];
        for (int i = 0; i < count; i++) segments[i] = reader.ReadByteString();
        reader.ReadEndArray();
        reader.ReadEndMap();
        if (reader.ReadInt32() != MaterialsLabel) return ReceiptCode.ContainerMalformed;
        byte[] materials = reader.ReadByteString();
        reader.ReadEndMap();
        if (reader.PeekState() == CborReaderState.ByteString) return ReceiptCode.PayloadAttached;
        reader.ReadNull();
        byte[] signature = reader.ReadByteString();
        reader.ReadEndArray();
        if (signature.Length is not (0 or Crypto.Signature.CompactByteCount)) return ReceiptCode.ContainerMalformed;

        ReceiptCode code = ReadProtected(head, out PublicKey issuer);
        if (code != ReceiptCode.None) return code;
        ImmutableArray<Segment>.Builder read = ImmutableArray.CreateBuilder<Segment>(count);
        foreach (byte[] segment in segments)
        {
            if (Segment.TryDecode(segment) is not { } it) return ReceiptCode.SegmentMalformed;
            read.Add(it);
        }

        return ReadMaterials(materials, issuer, read.MoveToImmutable(), signature, out receipt);
    }

    private static ReceiptCode ReadProtected(byte[] bytes, out PublicKey key)
    {
        key = default;
        try
        {
            CborReader reader = new(bytes, CborConformanceMode.Canonical);
            if (reader.ReadStartMap() != 4 || reader.ReadInt32() != AlgorithmLabel) return ReceiptCode.ProtectedMalformed;
            int algorithm = reader.ReadInt32();
            if (reader.ReadInt32() != ContentTypeLabel) return ReceiptCode.ProtectedMalformed;
            string type = reader.ReadTextString();
            if (reader.ReadInt32() != KeyLabel) return ReceiptCode.ProtectedMalformed;
            byte[] keyBytes = reader.ReadByteString();
            if (reader.ReadInt32() != StructureLabel) return ReceiptCode.ProtectedMalformed;
            int structure = reader.ReadInt32();
            reader.ReadEndMap();
            if (reader.BytesRemaining != 0) return ReceiptCode.ProtectedMalformed;
            if (algorithm is not (Es256K or Es256)) return ReceiptCode.AlgorithmUnknown;
            if (type != ContentType) return ReceiptCode.ContentTypeWrong;
            if (!PublicKey.TryParse(keyBytes, out key)) return ReceiptCode.KeyMalformed;
            if (AlgorithmOf(key) != algorithm) return ReceiptCode.AlgorithmMismatch;
            return structure == StructureId ? ReceiptCode.None : ReceiptCode.StructureUnknown;
        }
        catch (Exception exception) when (exception is CborContentException or InvalidOperationException or OverflowException)
        {
            return ReceiptCode.ProtectedMalformed;
        }
    }

    private static ReceiptCode ReadMaterials(
        byte[] bytes, in PublicKey issuer, ImmutableArray<Segment> segments, byte[] signature, out EventReceipt? receipt)
    {
        receipt = null;
        WireReader reader = new(bytes);
        reader.Record(WireType.ReceiptMaterials, MaterialsFields);
        ulong state = reader.UInt64();
        byte[] record = reader.Bytes(Limits.ProvenanceRecordBytesMax);
        byte[]? heartbeat = reader.TryNull() ? null : reader.Bytes(Limits.ProvenanceRecordBytesMax);
        byte[]? promise = reader.TryNull() ? null : reader.Bytes(Limits.ProvenanceRecordBytesMax);
        ImmutableArray<ReadOnlyMemory<byte>> plans =
            reader.List(PlansMax, static r => (ReadOnlyMemory<byte>)r.Bytes(Limits.EpochPlanBytesMax));
        string? checkpoint = reader.TryNull() ? null : reader.Text(Limits.CheckpointBytesMax);
        reader.End();
        if (!reader.Succeeded) return ReceiptCode.MaterialsMalformed;
        if (state is < (ulong)ReceiptState.Promised or > (ulong)ReceiptState.Published) return ReceiptCode.StateUnknown;
        receipt = new EventReceipt(
            issuer, (ReceiptState)state, record, Optional(heartbeat), Optional(promise), plans, segments, checkpoint, signature);
        return ReceiptCode.None;
    }

    // Without the cast an array that is null would become memory that is empty.
    private static ReadOnlyMemory<byte>? Optional(byte[]? bytes) => bytes is null ? (ReadOnlyMemory<byte>?)null : bytes;

    private byte[] EncodeMaterials()
    {
        WireWriter writer = new();
        writer.Record(WireType.ReceiptMaterials, MaterialsFields).UInt64((ulong)State).Bytes(Record.Span);
        if (Heartbeat is { } heartbeat) writer.Bytes(heartbeat.Span);
        else writer.Null();
        if (Promise is { } promise) writer.Bytes(promise.Span);
        else writer.Null();
        writer.Array(Plans.Length);
        foreach (ReadOnlyMemory<byte> plan in Plans) writer.Bytes(plan.Span);
        writer.End();
        if (Checkpoint is { } checkpoint) writer.Text(checkpoint);
        else writer.Null();
        return writer.End().ToArray();
    }

    private static byte[] EncodeProtected(in PublicKey issuer)
    {
        CborWriter writer = new(CborConformanceMode.Canonical);
        writer.WriteStartMap(4);
        writer.WriteInt32(AlgorithmLabel);
        writer.WriteInt32(AlgorithmOf(issuer));
        writer.WriteInt32(ContentTypeLabel);
        writer.WriteTextString(ContentType);
        writer.WriteInt32(KeyLabel);
        writer.WriteByteString(issuer.AsSpan());
        writer.WriteInt32(StructureLabel);
        writer.WriteInt32(StructureId);
        writer.WriteEndMap();
        return writer.Encode();
    }

    private static int AlgorithmOf(in PublicKey key) => key.Algorithm switch
    {
        KeyAlgorithm.Secp256k1 => Es256K,
        KeyAlgorithm.P256 => Es256,
    };
}
