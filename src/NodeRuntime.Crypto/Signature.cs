using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto;

/// <summary>
/// A tagged signature: one byte of <see cref="KeyAlgorithm"/>, then r and s, 32 bytes each, most significant first, s in
/// the low half. Nothing may depend on a signature's bytes being reproducible: some backends randomise.
/// </summary>
public readonly struct Signature : IEquatable<Signature>
{
    public const int CompactByteCount = 64;
    public const int ByteCount = CompactByteCount + 1;

    private readonly Bytes65 _bytes;

    /// <param name="compact">Exactly 64 bytes.</param>
    public Signature(KeyAlgorithm algorithm, ReadOnlySpan<byte> compact)
    {
        Invariant.Holds(compact.Length == CompactByteCount);
        Span<byte> bytes = _bytes;
        bytes[0] = (byte)algorithm;
        compact.CopyTo(bytes[1..]);
    }

    public KeyAlgorithm Algorithm => (KeyAlgorithm)AsSpan()[0];

    [UnscopedRef]
    public ReadOnlySpan<byte> Compact => AsSpan()[1..];

    [UnscopedRef]
    public ReadOnlySpan<byte> AsSpan() => _bytes;

    public static bool TryParse(ReadOnlySpan<byte> bytes, out Signature signature)
    {
        signature = default;
        if (bytes.Length != ByteCount) return false;
        if (bytes[0] is not ((byte)KeyAlgorithm.Secp256k1 or (byte)KeyAlgorithm.P256)) return false;
        signature = new Signature((KeyAlgorithm)bytes[0], bytes[1..]);
        return true;
    }

    public static Signature Read(WireReader reader)
    {
        if (!TryParse(reader.Bytes(ByteCount), out Signature signature)) reader.Fail();
        return signature;
    }

    public override string ToString() => Convert.ToHexStringLower(AsSpan());

    public bool Equals(Signature other) => AsSpan().SequenceEqual(other.AsSpan());

    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Signature other && Equals(other);

    public override int GetHashCode() => System.Runtime.InteropServices.MemoryMarshal.Read<int>(AsSpan()[1..]);

    public static bool operator ==(Signature left, Signature right) => left.Equals(right);

    public static bool operator !=(Signature left, Signature right) => !left.Equals(right);

    [InlineArray(ByteCount)]
    private struct Bytes65
    {
        private byte _first;
    }
}
