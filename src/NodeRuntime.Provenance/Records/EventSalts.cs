using System;
using System.Buffers.Binary;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Lanes;
using NodeRuntime.Primitives;

namespace NodeRuntime.Provenance.Records;

/// <summary>
/// Salts out of one secret for a second: HKDF-Expand (RFC 5869 section 2.3) with the secret as key, the event's sequence number (8 bytes, most significant
/// first) as info, 16 bytes long. A peer keeps 32 bytes for a second and can forget the second by forgetting them.
/// </summary>
public static class EventSalts
{
    public const int SecretByteCount = 32;

    /// <summary>The number, and the counter 1 of HKDF's first block.</summary>
    internal const int InputByteCount = 9;

    /// <summary>The salt of one event.</summary>
    public static Salt Of(IShortSha256 hasher, ReadOnlySpan<byte> secret, ulong sequence)
    {
        Span<byte> scratch = stackalloc byte[InputByteCount], mac = stackalloc byte[Hash256.ByteCount];
        Derive(hasher, secret, sequence, scratch, mac);
        return new Salt(mac[..Salt.ByteCount]);
    }

    /// <param name="macs">32 bytes for each event; the first 16 are its salt.</param>
    internal static void Derive(IShortSha256 hasher, ReadOnlySpan<byte> secret, ulong first, Span<byte> scratch, Span<byte> macs)
    {
        int count = macs.Length / Hash256.ByteCount;
        Span<byte> inputs = scratch[..(count * InputByteCount)];
        for (int i = 0; i < count; i++)
        {
            Span<byte> input = inputs.Slice(i * InputByteCount, InputByteCount);
            BinaryPrimitives.WriteUInt64BigEndian(input, first + (ulong)i);
            input[^1] = 1;
        }

        hasher.Mac(secret, inputs, InputByteCount, macs);
    }
}
