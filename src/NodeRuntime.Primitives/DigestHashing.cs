using System;
using System.Runtime.InteropServices;

namespace NodeRuntime.Primitives;

/// <summary>
/// Places digests in a table, by a multiply-shift of their four words under a drawn key (M. Dietzfelbinger, 1996): whoever does not know the key
/// cannot choose digests that all fall on one place. A digest is evenly spread by itself, but not one that somebody sought or simply made up.
/// </summary>
public sealed class DigestHashing
{
    private readonly ulong _first;
    private readonly ulong _second;
    private readonly ulong _third;
    private readonly ulong _fourth;

    public DigestHashing(Prng prng)
    {
        _first = prng.NextUInt64();
        _second = prng.NextUInt64();
        _third = prng.NextUInt64();
        _fourth = prng.NextUInt64();
    }

    public int Of(in Hash256 digest)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(digest.AsSpan());
        unchecked
        {
            ulong sum = ((words[0] + _second) * (words[1] + _first)) + ((words[2] + _fourth) * (words[3] + _third));
            return (int)(sum >> 32);
        }
    }
}
