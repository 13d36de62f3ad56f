using System;
using System.Formats.Cbor;

namespace NodeRuntime.Primitives;

/// <summary>
/// Writes deterministic CBOR (RFC 8949 section 4.2.1). A record is an array of definite length whose first two elements
/// are its version and its <see cref="WireType"/>, so that no record of one type can be read as another.
/// Every signed or hashed byte of the project comes from here.
/// </summary>
public sealed class WireWriter
{
    // Most records are shorter, and the writer's own first step is four times as long, zeroed twice.
    private const int ExpectedByteCount = 256;

    private readonly CborWriter _cbor = new(
        CborConformanceMode.Canonical, convertIndefiniteLengthEncodings: false, allowMultipleRootLevelValues: false, ExpectedByteCount);

    /// <summary>Opens a record: <paramref name="fields"/> counts what follows the version and the type.</summary>
    public WireWriter Record(WireType type, int fields, byte version = 1)
    {
        _cbor.WriteStartArray(fields + 2);
        _cbor.WriteUInt32(version);
        _cbor.WriteUInt32((uint)type);
        return this;
    }

    public WireWriter Array(int count)
    {
        _cbor.WriteStartArray(count);
        return this;
    }

    /// <summary>Closes the innermost record or array.</summary>
    public WireWriter End()
    {
        _cbor.WriteEndArray();
        return this;
    }

    public WireWriter UInt64(ulong value)
    {
        _cbor.WriteUInt64(value);
        return this;
    }

    public WireWriter Int64(long value)
    {
        _cbor.WriteInt64(value);
        return this;
    }

    public WireWriter Bool(bool value)
    {
        _cbor.WriteBoolean(value);
        return this;
    }

    public WireWriter Null()
    {
        _cbor.WriteNull();
        return this;
    }

    public WireWriter Bytes(ReadOnlySpan<byte> value)
    {
        _cbor.WriteByteString(value);
        return this;
    }

    public WireWriter Text(string value)
    {
        _cbor.WriteTextString(value);
        return this;
    }

    public WireWriter Hash(Hash256 value) => Bytes(value.AsSpan());

    public WireWriter OptionalHash(Hash256? value) => value is { } hash ? Hash(hash) : Null();

    /// <summary>An amount is 16 bytes, most significant first.</summary>
    public WireWriter Amount(Amount value)
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, value.Units);
        return Bytes(bytes);
    }

    public WireWriter Instant(Instant value) => Int64(value.Microseconds);

    public WireWriter Duration(Duration value) => Int64(value.Microseconds);

    public byte[] ToArray() => _cbor.Encode();
}
