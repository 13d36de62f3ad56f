using System;
using System.Collections.Immutable;
using System.Formats.Cbor;

namespace NodeRuntime.Primitives;

/// <summary>
/// Reads what <see cref="WireWriter"/> writes and nothing else: the first malformed, non-canonical, oversized or
/// unexpected item fails the reader for good; every later read gives a default. A decoder reads its fields in order
/// and asks <see cref="Succeeded"/> once, which also demands that no byte is left. Never throws on any input.
/// </summary>
public sealed class WireReader
{
    private readonly CborReader _cbor;
    private readonly int _byteCount;
    private bool _failed;

    public WireReader(ReadOnlyMemory<byte> bytes)
    {
        _cbor = new CborReader(bytes, CborConformanceMode.Canonical);
        _byteCount = bytes.Length;
    }

    public bool Failed => _failed;

    /// <summary>True where everything was read well and nothing is left over.</summary>
    /// <remarks>The state alone would not do: CborReader calls itself finished after one value, whatever follows it.</remarks>
    public bool Succeeded =>
        !_failed && Try(static cbor => cbor.PeekState()) == CborReaderState.Finished && !_failed && _cbor.BytesRemaining == 0;

    /// <summary>Fails the reader on behalf of a decoder that found a value outside its domain.</summary>
    public void Fail() => _failed = true;

    /// <summary>
    /// The type that bytes claim to be a record of, for whoever must choose a reader; what they are worth the reader says, from the beginning.
    /// Null where they begin like no record, or like one of more than <paramref name="itemsMax"/> items, version and type included.
    /// </summary>
    public static WireType? TypeOf(ReadOnlyMemory<byte> bytes, int itemsMax)
    {
        WireReader reader = new(bytes);
        reader.Array(itemsMax);
        reader.UInt64();
        WireType type = (WireType)reader.UInt32();
        return reader.Failed ? null : type;
    }

    /// <summary>Enters a record of exactly this type, version and number of fields.</summary>
    public void Record(WireType type, int fields, byte version = 1)
    {
        if (Array(fields + 2) != fields + 2) Fail();
        if (UInt64() != version) Fail();
        if (UInt64() != (ulong)type) Fail();
    }

    /// <summary>
    /// Enters a record of this type that has several versions, which differ in their number of fields: version 1 has as many as the first number
    /// says, version 2 as the next, and so on. Returns the version; 1 where the reader failed.
    /// </summary>
    public int Record(WireType type, params ReadOnlySpan<int> fields)
    {
        int count = Array(fields[^1] + 2) - 2;
        ulong version = UInt64();
        if (UInt64() != (ulong)type) Fail();
        if (!_failed && version >= 1 && version <= (ulong)fields.Length && fields[(int)version - 1] == count) return (int)version;
        Fail();
        return 1;
    }

    /// <summary>Enters an array of definite length, at most <paramref name="countMax"/> items, and returns its length.</summary>
    public int Array(int countMax)
    {
        int? count = Try(static cbor => cbor.ReadStartArray());
        if (_failed) return 0;
        // An item takes a byte at least: a length that the input cannot hold is refused before anything is allocated.
        if (count is not { } length || length > countMax || length > _byteCount)
        {
            Fail();
            return 0;
        }

        return length;
    }

    public void End() => Try(static cbor =>
    {
        cbor.ReadEndArray();
        return true;
    });

    public ulong UInt64() => Try(static cbor => cbor.ReadUInt64());

    public uint UInt32() => Narrow<uint>(uint.MaxValue, static value => (uint)value);

    public ushort UInt16() => Narrow<ushort>(ushort.MaxValue, static value => (ushort)value);

    public byte Byte() => Narrow<byte>(byte.MaxValue, static value => (byte)value);

    public int Int32(int min, int max)
    {
        long value = Int64();
        if (value >= min && value <= max) return (int)value;
        Fail();
        return 0;
    }

    public long Int64() => Try(static cbor => cbor.ReadInt64());

    public bool Bool() => Try(static cbor => cbor.ReadBoolean());

    /// <summary>True, and consumed, where the next item is null.</summary>
    public bool TryNull()
    {
        if (_failed || Try(static cbor => cbor.PeekState()) != CborReaderState.Null) return false;
        return Try(static cbor =>
        {
            cbor.ReadNull();
            return true;
        });
    }

    public byte[] Bytes(int countMax)
    {
        byte[]? bytes = Try(static cbor => cbor.ReadByteString());
        if (bytes is not null && bytes.Length <= countMax) return bytes;
        Fail();
        return [];
    }

    public byte[] BytesExactly(int count)
    {
        byte[] bytes = Bytes(count);
        if (bytes.Length == count) return bytes;
        Fail();
        return new byte[count];
    }

    public string Text(int charactersMax = Limits.TextCharactersMax)
    {
        string? text = Try(static cbor => cbor.ReadTextString());
        if (text is not null && text.Length <= charactersMax) return text;
        Fail();
        return string.Empty;
    }

    public Hash256 Hash() => new(BytesExactly(Hash256.ByteCount));

    public Hash256? OptionalHash() => TryNull() ? null : Hash();

    public Amount Amount() =>
        new(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(BytesExactly(16)));

    public Instant Instant() => new(Int64());

    public Duration Duration() => new(Int64());

    /// <summary>An array of records, each read by <paramref name="item"/>.</summary>
    public ImmutableArray<T> List<T>(int countMax, Func<WireReader, T> item)
    {
        int count = Array(countMax);
        ImmutableArray<T>.Builder items = ImmutableArray.CreateBuilder<T>(count);
        for (int i = 0; i < count && !_failed; i++) items.Add(item(this));
        End();
        return _failed ? [] : items.MoveToImmutable();
    }

    private T Narrow<T>(ulong max, Func<ulong, T> convert) where T : struct
    {
        ulong value = UInt64();
        if (value <= max) return convert(value);
        Fail();
        return default;
    }

    private T? Try<T>(Func<CborReader, T> read)
    {
        if (_failed) return default;
        try
        {
            return read(_cbor);
        }
        catch (Exception exception) when (exception is CborContentException or InvalidOperationException or OverflowException)
        {
            _failed = true;
            return default;
        }
    }
}
