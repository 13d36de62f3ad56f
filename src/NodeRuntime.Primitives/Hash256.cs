using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NodeRuntime.Primitives;

/// <summary>A SHA-256 digest: 32 bytes, ordered as bytes, written as 64 lower-case hexadecimal digits.</summary>
public readonly struct Hash256 : IEquatable<Hash256>, IComparable<Hash256>
{
    public const int ByteCount = 32;

    private readonly Bytes32 _bytes;

    /// <summary>The digest of nothing. It is what <c>default</c> gives, and is refused wherever a peer may send one.</summary>
    public static Hash256 Zero => default;

    /// <param name="bytes">Exactly 32 bytes.</param>
    public Hash256(ReadOnlySpan<byte> bytes)
    {
        Invariant.Holds(bytes.Length == ByteCount);
        bytes.CopyTo(_bytes);
    }

    public bool IsZero => this == Zero;

    [UnscopedRef]
    public ReadOnlySpan<byte> AsSpan() => _bytes;

    public byte[] ToArray() => AsSpan().ToArray();

    public static bool TryParse(string? text, out Hash256 hash)
    {
        hash = Zero;
        if (text is null || text.Length != 2 * ByteCount) return false;
        Span<byte> bytes = stackalloc byte[ByteCount];
        if (Convert.FromHexString(text, bytes, out _, out _) != System.Buffers.OperationStatus.Done) return false;
        hash = new Hash256(bytes);
        return true;
    }

    /// <summary>The first eight digits: enough for a person to tell two apart in a table.</summary>
    public string ToShortString() => ToString()[..8];

    public override string ToString() => Convert.ToHexStringLower(AsSpan());

    public bool Equals(Hash256 other) => AsSpan().SequenceEqual(other.AsSpan());

    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Hash256 other && Equals(other);

    public override int GetHashCode() => MemoryMarshal.Read<int>(AsSpan());

    public int CompareTo(Hash256 other) => AsSpan().SequenceCompareTo(other.AsSpan());

    public static bool operator ==(Hash256 left, Hash256 right) => left.Equals(right);

    public static bool operator !=(Hash256 left, Hash256 right) => !left.Equals(right);

    public static bool operator <(Hash256 left, Hash256 right) => left.CompareTo(right) < 0;

    public static bool operator >(Hash256 left, Hash256 right) => left.CompareTo(right) > 0;

    public static bool operator <=(Hash256 left, Hash256 right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Hash256 left, Hash256 right) => left.CompareTo(right) >= 0;

    [InlineArray(ByteCount)]
    private struct Bytes32
    {
        private byte _first;
    }
}
