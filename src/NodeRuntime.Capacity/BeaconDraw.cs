using System;
using System.Buffers.Binary;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity;

/// <summary>
/// Choices that everybody makes alike from a beacon. A number below n is 96 bits of a hash times n, over 2^96: with n below 2^32 no number is
/// likelier than another by more than 2^-64.
/// </summary>
public static class BeaconDraw
{
    /// <summary>The number of a seed and an index, below <paramref name="bound"/>.</summary>
    public static uint Below(HashDomain domain, Hash256 seed, uint index, uint bound)
    {
        Invariant.Holds(bound > 0);
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, index);
        Hash256 hash = Hasher.Tagged(domain, seed.AsSpan(), bytes);
        UInt128 high = BinaryPrimitives.ReadUInt128BigEndian(hash.AsSpan()) >> 32;
        return (uint)((high * bound) >> 96);
    }

    /// <summary>
    /// As many different numbers below <paramref name="bound"/>, in increasing order; all of them where there are no more. Floyd's sampling: one hash
    /// for each, whatever the bound.
    /// </summary>
    public static ImmutableArray<uint> Distinct(HashDomain domain, Hash256 seed, uint bound, int count)
    {
        Invariant.Holds(count >= 0);
        uint wanted = Math.Min((uint)count, bound);
        ImmutableSortedSet<uint>.Builder chosen = ImmutableSortedSet.CreateBuilder<uint>();
        for (uint last = bound - wanted; last < bound; last++)
        {
            uint candidate = Below(domain, seed, last, last + 1);
            if (!chosen.Add(candidate)) chosen.Add(last);
        }

        return [.. chosen];
    }
}
