using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto;

/// <summary>
/// A tagged public key: one byte of <see cref="KeyAlgorithm"/> and 33 bytes of compressed point (SEC 1 section 2.3.3).
/// Whether the point is on its curve is found out where a signature is verified.
/// </summary>
public readonly struct PublicKey : IEquatable<PublicKey>, IComparable<PublicKey>
{
    public const int PointByteCount = 33;
    public const int ByteCount = PointByteCount + 1;

    private readonly Bytes34 _bytes;

    /// <param name="point">Exactly 33 bytes.</param>
    public PublicKey(KeyAlgorithm algorithm, ReadOnlySpan<byte> point)
    {
        Invariant.Holds(point.Length == PointByteCount);
        Span<byte> bytes = _bytes;
        bytes[0] = (byte)algorithm;
        point.CopyTo(bytes[1..]);
    }

    public KeyAlgorithm Algorithm => (KeyAlgorithm)AsSpan()[0];

    [UnscopedRef]
    public ReadOnlySpan<byte> Point => AsSpan()[1..];

    /// <summary>The tag and the point: 34 bytes.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> AsSpan() => _bytes;

    public PeerId ToPeerId() => new(Hasher.Tagged(HashDomain.Peer, AsSpan()));

    public static bool TryParse(ReadOnlySpan<byte> bytes, out PublicKey key)
    {
        key = default;
        if (bytes.Length != ByteCount) return false;
        if (bytes[0] is not ((byte)KeyAlgorithm.Secp256k1 or (byte)KeyAlgorithm.P256)) return false;
        if (bytes[1] is not (2 or 3)) return false;
        key = new PublicKey((KeyAlgorithm)bytes[0], bytes[1..]);
        return true;
    }

    public static PublicKey Read(WireReader reader)
    {
        if (!TryParse(reader.Bytes(ByteCount), out PublicKey key)) reader.Fail();
        return key;
    }

    public override string ToString() => Convert.ToHexStringLower(AsSpan());

    public bool Equals(PublicKey other) => AsSpan().SequenceEqual(other.AsSpan());

    public override bool Equals([NotNullWhen(true)] object? obj) => obj is PublicKey other && Equals(other);

    public override int GetHashCode() => MemoryMarshal.Read<int>(AsSpan()[2..]);

    public int CompareTo(PublicKey other) => AsSpan().SequenceCompareTo(other.AsSpan());

    public static bool operator ==(PublicKey left, PublicKey right) => left.Equals(right);

    public static bool operator !=(PublicKey left, PublicKey right) => !left.Equals(right);

    [InlineArray(ByteCount)]
    private struct Bytes34
    {
        private byte _first;
    }
}
