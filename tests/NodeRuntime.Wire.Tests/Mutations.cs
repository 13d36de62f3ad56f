using System;
using System.Collections.Generic;
using NodeRuntime.Primitives;

namespace NodeRuntime.Wire.Tests;

/// <summary>
/// Bytes that are nearly right: those of a good value with a few things done to them that CBOR and its readers have reason to fear.
/// Everything follows from the generator.
/// </summary>
internal static class Mutations
{
    private const int LengthMax = 1 << 16;

    // Heads of every major type: small, one byte, eight bytes, indefinite, and what is reserved.
    private static readonly byte[] Heads =
    [
        0x00, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1f, 0x20, 0x3b, 0x40, 0x58, 0x5a, 0x5b, 0x5f, 0x60, 0x78, 0x7b, 0x7f,
        0x80, 0x81, 0x98, 0x9a, 0x9b, 0x9f, 0xa0, 0xbb, 0xbf, 0xc0, 0xdb, 0xe0, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xff,
    ];

    private static readonly ulong[] Numbers =
        [0, 1, 23, 24, 255, 256, 65535, 65536, int.MaxValue, uint.MaxValue, long.MaxValue, 1UL << 63, ulong.MaxValue];

    /// <param name="others">Good values of other kinds, to take pieces from.</param>
    public static byte[] Next(Prng prng, byte[] good, IReadOnlyList<WireCase> others)
    {
        if (prng.NextBelow(50) == 0) return Noise(prng, prng.NextBelow(300));
        List<byte> bytes = [.. good];
        int count = 1 + prng.NextBelow(4);
        for (int i = 0; i < count && bytes.Count > 0; i++) Change(prng, bytes, others);
        return [.. bytes];
    }

    private static void Change(Prng prng, List<byte> bytes, IReadOnlyList<WireCase> others)
    {
        // Heads and lengths stand early: half of the blows fall there.
        int reach = prng.NextBelow(2) == 0 ? Math.Min(bytes.Count, 24) : bytes.Count;
        int at = prng.NextBelow(reach);
        switch (prng.NextBelow(10))
        {
            case 0:
                bytes[at] ^= (byte)(1 << prng.NextBelow(8));
                break;
            case 1:
                bytes[at] = (byte)prng.NextBelow(256);
                break;
            case 2:
                bytes[at] = Heads[prng.NextBelow(Heads.Length)];
                break;
            case 3:
                bytes.Insert(at, Heads[prng.NextBelow(Heads.Length)]);
                break;
            case 4:
                bytes.RemoveRange(at, Math.Min(1 + prng.NextBelow(8), bytes.Count - at));
                break;
            case 5:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 6:
                ReplaceByNumber(prng, bytes, at);
                break;
            case 7:
                // The same again, once or often.
                byte[] piece = Piece(prng, [.. bytes]);
                for (int times = prng.NextBelow(2) == 0 ? 1 : prng.NextBelow(200); times > 0 && bytes.Count + piece.Length < LengthMax; times--)
                {
                    bytes.InsertRange(at, piece);
                }

                break;
            case 8:
                bytes.InsertRange(at, Piece(prng, others[prng.NextBelow(others.Count)].Bytes));
                break;
            default:
                bytes.AddRange(Noise(prng, 1 + prng.NextBelow(20)));
                break;
        }
    }

    // A head with eight bytes behind it: as a length, a count or a value it is at an edge.
    private static void ReplaceByNumber(Prng prng, List<byte> bytes, int at)
    {
        int major = bytes[at] & 0xe0;
        WireWriter number = new();
        number.UInt64(Numbers[prng.NextBelow(Numbers.Length)]);
        byte[] encoded = number.ToArray();
        encoded[0] = (byte)(major | (encoded[0] & 0x1f));
        bytes.RemoveAt(at);
        bytes.InsertRange(at, encoded);
    }

    private static byte[] Piece(Prng prng, byte[] bytes)
    {
        int start = prng.NextBelow(bytes.Length);
        int length = Math.Min(1 + prng.NextBelow(64), bytes.Length - start);
        return bytes.AsSpan(start, length).ToArray();
    }

    private static byte[] Noise(Prng prng, int length)
    {
        byte[] noise = new byte[length];
        prng.Fill(noise);
        return noise;
    }
}
