using System;
using System.Collections.Immutable;
using System.Numerics;
using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation.Capacity;

/// <summary>
/// Draws of a Poisson distribution without floating point: the cumulative probabilities in 2^-64, computed once with 256 bits. What lies beyond the table has
/// less than 2^-64.
/// </summary>
public sealed class PoissonTable
{
    private const int FractionBits = 256;

    private readonly ImmutableArray<ulong> _cumulative;

    /// <param name="milliMean">The mean in thousandths; up to 2,000 of ones.</param>
    public PoissonTable(long milliMean)
    {
        Invariant.Holds(milliMean is >= 0 and <= 2_000_000);
        BigInteger one = BigInteger.One << FractionBits;
        // The probability of nothing, e^-mean, is one over the sum of mean^n / n!.
        BigInteger term = one, sum = one;
        for (int n = 1; !term.IsZero; n++)
        {
            term = term * milliMean / (1000 * (BigInteger)n);
            sum += term;
        }

        ImmutableArray<ulong>.Builder cumulative = ImmutableArray.CreateBuilder<ulong>();
        term = one;
        BigInteger reached = BigInteger.Zero;
        for (int n = 1; ; n++)
        {
            reached += term;
            BigInteger part = (reached << 64) / sum;
            if (part > ulong.MaxValue) break;
            cumulative.Add((ulong)part);
            term = term * milliMean / (1000 * (BigInteger)n);
            if (term.IsZero) break;
        }

        _cumulative = cumulative.ToImmutable();
    }

    public int Draw(Prng prng)
    {
        ulong value = prng.NextUInt64();
        int place = _cumulative.BinarySearch(value);
        // The first whose cumulative probability is above the value.
        return place >= 0 ? place + 1 : ~place;
    }
}
