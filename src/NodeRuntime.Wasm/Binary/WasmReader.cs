using System;
using System.Buffers.Binary;
using System.Text;

namespace NodeRuntime.Wasm.Binary;

/// <summary>
/// Reads the primitive forms of the binary format (section 5.2) between two offsets. It fails for good: after the first fault every read
/// gives zero and <see cref="AtEnd"/> holds, so that callers' loops end without a check after each read.
/// </summary>
internal sealed class WasmReader(byte[] bytes, int start, int end, LoadFault fault)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private int _position = start;

    public int Position => _position;

    public int End { get; } = end;

    public bool AtEnd => _position >= End || fault.Failed;

    public LoadFault Fault => fault;

    public void Malformed(string what) => fault.Report(ModuleVerdict.Malformed, _position, what);

    public byte Byte()
    {
        if (AtEnd)
        {
            Malformed("unexpected end");
            return 0;
        }

        return bytes[_position++];
    }

    public byte Peek() => AtEnd ? (byte)0 : bytes[_position];

    public uint U32() => unchecked((uint)Unsigned(32));

    /// <summary>A 32-bit index or count, as an int: what does not fit is beyond every limit.</summary>
    public int Index()
    {
        uint value = U32();
        return value > int.MaxValue ? int.MaxValue : (int)value;
    }

    public int S32() => unchecked((int)Signed(32));

    public long S33() => Signed(33);

    public long S64() => Signed(64);

    public uint Fixed32()
    {
        ReadOnlySpan<byte> span = Take(4);
        return span.IsEmpty ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(span);
    }

    public ulong Fixed64()
    {
        ReadOnlySpan<byte> span = Take(8);
        return span.IsEmpty ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(span);
    }

    public ReadOnlySpan<byte> Take(int count)
    {
        if (fault.Failed) return default;
        if (count > End - _position)
        {
            Malformed("unexpected end");
            return default;
        }

        ReadOnlySpan<byte> span = bytes.AsSpan(_position, count);
        _position += count;
        return span;
    }

    /// <summary>A reader of the next <paramref name="count"/> bytes, which this one then has passed.</summary>
    public WasmReader Sub(int count)
    {
        int from = _position;
        Take(count);
        return new WasmReader(bytes, from, fault.Failed ? from : _position, fault);
    }

    public string Name(int bytesMax)
    {
        int at = _position;
        int length = Index();
        if (length > End - _position)
        {
            Malformed("length out of bounds");
            return "";
        }

        ReadOnlySpan<byte> span = Take(length);
        try
        {
            string name = Utf8.GetString(span);
            if (length > bytesMax) fault.Report(ModuleVerdict.LimitExceeded, at, "a name is longer than the limit");
            return name;
        }
        catch (DecoderFallbackException)
        {
            fault.Report(ModuleVerdict.Malformed, at, "malformed UTF-8 encoding");
            return "";
        }
    }

    private ulong Unsigned(int bits)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = Byte();
            if (fault.Failed) return 0;
            int left = bits - shift;
            if (left < 7 && (next & 0x7F) >> left != 0)
            {
                Malformed("integer too large");
                return 0;
            }

            value |= (ulong)(next & 0x7F) << shift;
            if ((next & 0x80) == 0) return value;
            if (left > 7) continue;
            Malformed("integer representation too long");
            return 0;
        }
    }

    private long Signed(int bits)
    {
        long value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = Byte();
            if (fault.Failed) return 0;
            int left = bits - shift;
            if (left < 7)
            {
                // The bits beyond the type's width repeat its sign.
                int beyond = (next & 0x7F) >> (left - 1);
                if (beyond != 0 && beyond != 0x7F >> (left - 1))
                {
                    Malformed((next & 0x80) != 0 ? "integer representation too long" : "integer too large");
                    return 0;
                }
            }

            value |= (long)(next & 0x7F) << shift;
            if ((next & 0x80) == 0)
            {
                int used = shift + 7;
                return used >= 64 ? value : value << (64 - used) >> (64 - used);
            }

            if (left > 7) continue;
            Malformed("integer representation too long");
            return 0;
        }
    }
}
