using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Space;

/// <summary>Numbers of equally many bits in a row, lowest bit first; the rest of the last byte is zero.</summary>
public static class PackedIndices
{
    public static int ByteCountOf(int count, int bits) => (int)((((long)count * bits) + 7) / 8);

    public static byte[] Pack(ReadOnlySpan<ulong> indices, int bits)
    {
        byte[] packed = new byte[ByteCountOf(indices.Length, bits)];
        long at = 0;
        foreach (ulong index in indices)
        {
            Invariant.Holds(bits == 64 || index >> bits == 0);
            for (int bit = 0; bit < bits; bit++, at++)
            {
                if ((index >> bit & 1) == 1) packed[at / 8] |= (byte)(1 << (int)(at % 8));
            }
        }

        return packed;
    }

    /// <summary>The numbers, and whether the last byte's rest is zero.</summary>
    /// <param name="packed">Exactly as many bytes as they take.</param>
    public static (ImmutableArray<ulong> Indices, bool IsPadded) Unpack(ReadOnlySpan<byte> packed, int count, int bits)
    {
        Invariant.Holds(packed.Length == ByteCountOf(count, bits));
        ulong[] indices = new ulong[count];
        long at = 0;
        for (int i = 0; i < count; i++)
        {
            for (int bit = 0; bit < bits; bit++, at++) indices[i] |= (ulong)(packed[(int)(at / 8)] >> (int)(at % 8) & 1) << bit;
        }

        int rest = (int)(at % 8);
        return ([.. indices], rest == 0 || packed[^1] >> rest == 0);
    }
}
