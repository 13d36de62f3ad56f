using System;
using System.Buffers.Binary;
using System.Numerics;

namespace NodeRuntime.Primitives;

/// <summary>
/// Seeded pseudo-randomness: xoshiro256** by Blackman and Vigna, its state filled by SplitMix64. Equal seeds give equal
/// streams on every machine. Not for keys, salts or nonces: those come from an entropy port.
/// </summary>
public sealed class Prng
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    public Prng(ulong seed)
    {
        _s0 = SplitMix(ref seed);
        _s1 = SplitMix(ref seed);
        _s2 = SplitMix(ref seed);
        _s3 = SplitMix(ref seed);
    }

    /// <summary>The generator's four words: a snapshot of whoever draws from it.</summary>
    public (ulong First, ulong Second, ulong Third, ulong Fourth) State
    {
        get => (_s0, _s1, _s2, _s3);
        set => (_s0, _s1, _s2, _s3) = value;
    }

    /// <summary>A stream of its own, so that one part's appetite for numbers does not shift another's.</summary>
    public Prng Fork() => new(NextUInt64());

    public ulong NextUInt64()
    {
        unchecked
        {
            ulong result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
            ulong shifted = _s1 << 17;
            _s2 ^= _s0;
            _s3 ^= _s1;
            _s1 ^= _s2;
            _s0 ^= _s3;
            _s2 ^= shifted;
            _s3 = BitOperations.RotateLeft(_s3, 45);
            return result;
        }
    }

    /// <summary>Uniform in [0, bound) without bias (Lemire's multiplication with rejection).</summary>
    public ulong NextBelow(ulong bound)
    {
        Invariant.Holds(bound > 0);
        ulong low;
        ulong high = Math.BigMul(NextUInt64(), bound, out low);
        if (low >= bound) return high;
        ulong threshold = unchecked(0UL - bound) % bound;
        while (low < threshold) high = Math.BigMul(NextUInt64(), bound, out low);
        return high;
    }

    public int NextBelow(int bound) => (int)NextBelow((ulong)bound);

    /// <summary>True in about <paramref name="perMille"/> of a thousand draws.</summary>
    public bool NextChance(int perMille) => NextBelow(1000) < perMille;

    /// <summary>Uniform between the two, both included.</summary>
    public Duration NextDuration(Duration shortest, Duration longest)
    {
        Invariant.Holds(shortest <= longest);
        ulong span = (ulong)(longest.Microseconds - shortest.Microseconds) + 1;
        return new Duration(shortest.Microseconds + (long)NextBelow(span));
    }

    public void Fill(Span<byte> bytes)
    {
        Span<byte> word = stackalloc byte[8];
        while (!bytes.IsEmpty)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, NextUInt64());
            int count = Math.Min(8, bytes.Length);
            word[..count].CopyTo(bytes);
            bytes = bytes[count..];
        }
    }

    private static ulong SplitMix(ref ulong state)
    {
        unchecked
        {
            state += 0x9E3779B97F4A7C15;
            ulong z = state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
