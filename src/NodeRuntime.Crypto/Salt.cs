using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto;

/// <summary>Sixteen random bytes that make a commitment hiding.</summary>
public readonly record struct Salt
{
    public const int ByteCount = 16;

    private readonly UInt128 _value;

    public Salt(ReadOnlySpan<byte> bytes)
    {
        Invariant.Holds(bytes.Length == ByteCount);
        _value = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    public byte[] ToArray()
    {
        byte[] bytes = new byte[ByteCount];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, _value);
        return bytes;
    }

    public override string ToString() => Convert.ToHexStringLower(ToArray());

    public static Salt Read(WireReader reader) => new(reader.BytesExactly(ByteCount));
}
