using System;
using System.Buffers.Binary;

namespace NodeRuntime.Provenance.Records;

/// <summary>Heads of deterministic CBOR (RFC 8949 section 4.2.1), the shortest form of each: for records that are written a million times a second.</summary>
internal static class CborHead
{
    public const byte Unsigned = 0x00;
    public const byte Bytes = 0x40;
    public const byte Text = 0x60;
    public const byte Array = 0x80;
    public const byte Null = 0xf6;

    /// <summary>Returns how many bytes were written: one, two, three, five or nine.</summary>
    public static int Write(Span<byte> target, byte major, ulong value)
    {
        switch (value)
        {
            case < 24:
                target[0] = (byte)(major | (byte)value);
                return 1;
            case <= byte.MaxValue:
                target[0] = (byte)(major | 24);
                target[1] = (byte)value;
                return 2;
            case <= ushort.MaxValue:
                target[0] = (byte)(major | 25);
                BinaryPrimitives.WriteUInt16BigEndian(target[1..], (ushort)value);
                return 3;
            case <= uint.MaxValue:
                target[0] = (byte)(major | 26);
                BinaryPrimitives.WriteUInt32BigEndian(target[1..], (uint)value);
                return 5;
            default:
                target[0] = (byte)(major | 27);
                BinaryPrimitives.WriteUInt64BigEndian(target[1..], value);
                return 9;
        }
    }

    public static int WriteBytes(Span<byte> target, ReadOnlySpan<byte> bytes)
    {
        int head = Write(target, Bytes, (ulong)bytes.Length);
        bytes.CopyTo(target[head..]);
        return head + bytes.Length;
    }
}
