using System;
using System.Formats.Cbor;
using System.Linq;
using NodeRuntime.Provenance.Receipts;

namespace NodeRuntime.Provenance.Tests.Receipts;

/// <summary>A receipt's container in pieces, so that one of them can be wrong.</summary>
internal sealed record RawReceipt(int Tag, byte[] Protected, byte[][] Segments, byte[] Materials, byte[]? Payload, byte[] Signature)
{
    public static RawReceipt Of(EventReceipt receipt)
    {
        CborReader reader = new(receipt.Encode(), CborConformanceMode.Canonical);
        int tag = (int)reader.ReadTag();
        reader.ReadStartArray();
        byte[] head = reader.ReadByteString();
        reader.ReadStartMap();
        reader.ReadInt32();
        reader.ReadStartMap();
        reader.ReadInt32();
        int? count = reader.ReadStartArray();
        byte[][] segments = [.. Enumerable.Range(0, count!.Value).Select(_ => reader.ReadByteString())];
        reader.ReadEndArray();
        reader.ReadEndMap();
        reader.ReadInt32();
        byte[] materials = reader.ReadByteString();
        reader.ReadEndMap();
        reader.ReadNull();
        return new RawReceipt(tag, head, segments, materials, null, reader.ReadByteString());
    }

    public byte[] Encode()
    {
        CborWriter writer = new(CborConformanceMode.Lax);
        writer.WriteTag((CborTag)Tag);
        writer.WriteStartArray(4);
        writer.WriteByteString(Protected);
        writer.WriteStartMap(2);
        writer.WriteInt32(396);
        writer.WriteStartMap(1);
        writer.WriteInt32(-1);
        writer.WriteStartArray(Segments.Length);
        foreach (byte[] segment in Segments) writer.WriteByteString(segment);
        writer.WriteEndArray();
        writer.WriteEndMap();
        writer.WriteInt32(-65602);
        writer.WriteByteString(Materials);
        writer.WriteEndMap();
        if (Payload is null) writer.WriteNull();
        else writer.WriteByteString(Payload);
        writer.WriteByteString(Signature);
        writer.WriteEndArray();
        return writer.Encode();
    }

    public static byte[] Head(int algorithm, string type, byte[] key, int structure)
    {
        CborWriter writer = new(CborConformanceMode.Canonical);
        writer.WriteStartMap(4);
        writer.WriteInt32(1);
        writer.WriteInt32(algorithm);
        writer.WriteInt32(3);
        writer.WriteTextString(type);
        writer.WriteInt32(4);
        writer.WriteByteString(key);
        writer.WriteInt32(395);
        writer.WriteInt32(structure);
        writer.WriteEndMap();
        return writer.Encode();
    }
}
