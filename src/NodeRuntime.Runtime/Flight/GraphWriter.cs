using System;
using System.Buffers.Binary;

namespace NodeRuntime.Runtime.Flight;

/// <summary>
/// Bytes that grow up to a bound, and the objects that are in them already. Past the bound nothing more is kept: whoever asks
/// for the bytes asks first whether they are whole.
/// </summary>
/// <param name="isTree">
/// Every object stands where it is met, however often: the bytes are of the values alone. Which of two equal values are one object
/// differs between a machine that lived and one that reads its inputs again.
/// </param>
internal sealed class GraphWriter(int bytesMax, bool isTree = false)
{
    private readonly SeenObjects _seen = new();
    private byte[] _bytes = new byte[1024];
    private int _length;

    public bool IsTooLong { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public void Clear()
    {
        _length = 0;
        IsTooLong = false;
        _seen.Clear();
    }

    public void Raw(ReadOnlySpan<byte> bytes)
    {
        if (IsTooLong || bytes.Length > bytesMax - _length)
        {
            IsTooLong = true;
            return;
        }

        if (bytes.Length > _bytes.Length - _length)
        {
            long wanted = Math.Max(_bytes.Length * 2L, (long)_length + bytes.Length);
            Array.Resize(ref _bytes, (int)Math.Min(wanted, bytesMax));
        }

        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
    }

    public void Byte(byte value) => Raw([value]);

    /// <summary>Seven bits a byte, the lowest first.</summary>
    public void Count(ulong value)
    {
        Span<byte> bytes = stackalloc byte[10];
        int length = 0;
        while (value >= 0x80)
        {
            bytes[length++] = (byte)(value & 0x7F | 0x80);
            value >>= 7;
        }

        bytes[length++] = (byte)value;
        Raw(bytes[..length]);
    }

    public void Int64(long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        Raw(bytes);
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Count((ulong)bytes.Length);
        Raw(bytes);
    }

    /// <summary>Null, an object that stands further up, or a new one: only of the last does the content follow.</summary>
    /// <returns>The content must follow.</returns>
    public bool Begin(object? value)
    {
        if (value is null)
        {
            Count(0);
            return false;
        }

        int known = isTree ? -1 : _seen.NumberOf(value);
        Count(known < 0 ? 1 : (ulong)known + 2);
        return known < 0;
    }
}
