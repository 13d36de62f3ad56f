using System;
using System.Collections.Generic;
using NodeRuntime.Primitives;

namespace NodeRuntime.Wasm.Fuzz.Sources;

/// <summary>A few changes to a module's bytes, blind to what they mean: most results are refused, the rest are modules nobody thought of.</summary>
internal static class Mutation
{
    private const int ChangesMax = 4;

    // Ends, opcodes with immediates, types, prefixes, and the edges of LEB128.
    private static readonly byte[] Telling =
    [
        0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F, 0x10, 0x11, 0x1A, 0x1B, 0x1C, 0x20, 0x21, 0x22, 0x23, 0x24,
        0x25, 0x28, 0x36, 0x3F, 0x40, 0x41, 0x42, 0x43, 0x44, 0x60, 0x6F, 0x70, 0x7B, 0x7C, 0x7D, 0x7E, 0x7F, 0x80, 0xD0, 0xD2, 0xFC,
        0xFD, 0xFF,
    ];

    /// <param name="other">Where a foreign piece is taken from.</param>
    public static byte[] Apply(byte[] module, byte[] other, Prng random)
    {
        var bytes = new List<byte>(module);
        for (int changes = 1 + random.NextBelow(ChangesMax); changes > 0 && bytes.Count > 0; changes--) Change(bytes, other, random);
        return bytes.ToArray();
    }

    private static void Change(List<byte> bytes, byte[] other, Prng random)
    {
        int at = Place(bytes.Count, random);
        switch (random.NextBelow(10))
        {
            case 0 or 1:
                bytes[at] ^= (byte)(1 << random.NextBelow(8));
                break;
            case 2 or 3 or 4:
                bytes[at] = Telling[random.NextBelow(Telling.Length)];
                break;
            case 5:
                bytes[at] = (byte)random.NextBelow(256);
                break;
            case 6:
                // One byte more here and one less soon behind: the lengths of sections and bodies mostly still hold.
                bytes.Insert(at, Telling[random.NextBelow(Telling.Length)]);
                bytes.RemoveAt(Math.Min(bytes.Count - 1, at + 1 + random.NextBelow(16)));
                break;
            case 7:
                if (random.NextChance(500)) bytes.RemoveRange(at, Math.Min(bytes.Count - at, 1 + random.NextBelow(8)));
                else bytes.Insert(at, (byte)random.NextBelow(256));
                break;
            case 8:
                // Near its place, so that lengths stay right more often.
                int from = random.NextBelow(bytes.Count);
                int length = Math.Min(bytes.Count - Math.Max(at, from), 1 + random.NextBelow(8));
                for (int i = 0; i < length; i++) bytes[at + i] = bytes[from + i];
                break;
            default:
                if (other.Length == 0) break;
                int start = random.NextBelow(other.Length);
                int count = Math.Min(Math.Min(other.Length - start, bytes.Count - at), 1 + random.NextBelow(16));
                for (int i = 0; i < count; i++) bytes[at + i] = other[start + i];
                break;
        }
    }

    /// <summary>Rarely in the preamble, where nothing is to be learned.</summary>
    private static int Place(int count, Prng random)
    {
        const int Preamble = 8;
        return count > Preamble && random.NextChance(990) ? Preamble + random.NextBelow(count - Preamble) : random.NextBelow(count);
    }
}
