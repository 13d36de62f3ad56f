using System;
using System.Buffers.Binary;
using System.Collections.Generic;

namespace NodeRuntime.Runtime.Flight;

/// <summary>
/// Reads what <see cref="GraphWriter"/> wrote. The first byte that cannot stand fails the reader for good; every later read gives
/// a default, and whoever made something of them asks <see cref="Succeeded"/> before he uses it.
/// </summary>
internal sealed class GraphReader(ReadOnlyMemory<byte> bytes)
{
    // Machines nest their state some ten levels deep; what goes deeper was made to exhaust the stack.
    private const int DepthMax = 64;

    private readonly List<object> _seen = [];
    private int _position;
    private int _depth;

    public bool Failed { get; private set; }

    public bool Succeeded => !Failed && _position == bytes.Length;

    public int Remaining => bytes.Length - _position;

    public void Fail() => Failed = true;

    public ReadOnlySpan<byte> Raw(int count)
    {
        if (Failed || count > Remaining)
        {
            Fail();
            return default;
        }

        ReadOnlySpan<byte> read = bytes.Span.Slice(_position, count);
        _position += count;
        return read;
    }

    public byte Byte() => Raw(1) is [byte value] ? value : (byte)0;

    public ulong Count()
    {
        ulong value = 0;
        for (int shift = 0; shift < 63; shift += 7)
        {
            byte next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if ((next & 0x80) == 0) return value;
        }

        Fail();
        return 0;
    }

    /// <summary>A number of things that follow, each of at least one byte: never more than the bytes that are left.</summary>
    public int Length()
    {
        ulong length = Count();
        if (length <= (ulong)Remaining) return (int)length;
        Fail();
        return 0;
    }

    public long Int64()
    {
        ReadOnlySpan<byte> read = Raw(sizeof(long));
        return read.IsEmpty ? 0 : BinaryPrimitives.ReadInt64LittleEndian(read);
    }

    public ReadOnlySpan<byte> Bytes() => Raw(Length());

    /// <summary>The counterpart of <see cref="GraphWriter.Begin"/>.</summary>
    /// <param name="known">An object that stands further up; null for null and for a new one.</param>
    /// <returns>The content follows.</returns>
    public bool Begin(Type expected, out object? known)
    {
        known = null;
        ulong tag = Count();
        if (Failed || tag == 0) return false;
        if (tag == 1) return true;
        if (tag - 2 < (ulong)_seen.Count && expected.IsInstanceOfType(_seen[(int)(tag - 2)])) known = _seen[(int)(tag - 2)];
        else Fail();
        return false;
    }

    /// <summary>A new object, before its content: it may name itself.</summary>
    public T See<T>(T value) where T : class
    {
        _seen.Add(value);
        return value;
    }

    public bool Descend()
    {
        if (++_depth > DepthMax) Fail();
        return !Failed;
    }

    public void Ascend() => _depth--;
}
