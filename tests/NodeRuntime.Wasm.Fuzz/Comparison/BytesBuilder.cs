using System;
using System.Collections.Generic;
using System.Text;

namespace NodeRuntime.Wasm.Fuzz.Comparison;

/// <summary>Bytes in the forms of the binary format.</summary>
internal sealed class BytesBuilder
{
    private readonly List<byte> _bytes = [];

    public int Length => _bytes.Count;

    public byte[] ToArray() => _bytes.ToArray();

    public BytesBuilder Byte(int value)
    {
        _bytes.Add((byte)value);
        return this;
    }

    public BytesBuilder Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public BytesBuilder Raw(BytesBuilder other)
    {
        _bytes.AddRange(other._bytes);
        return this;
    }

    public BytesBuilder Name(string name)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        return Unsigned((ulong)bytes.Length).Raw(bytes);
    }

    public BytesBuilder Unsigned(ulong value)
    {
        while (value >= 0x80)
        {
            _bytes.Add(unchecked((byte)(value | 0x80)));
            value >>= 7;
        }

        _bytes.Add((byte)value);
        return this;
    }

    public BytesBuilder Signed(long value)
    {
        while (value is < -64 or > 63)
        {
            _bytes.Add(unchecked((byte)(value | 0x80)));
            value >>= 7;
        }

        _bytes.Add((byte)(value & 0x7F));
        return this;
    }
}
