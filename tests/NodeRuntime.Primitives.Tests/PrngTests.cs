using System;
using System.Linq;
using NodeRuntime.Primitives;

namespace NodeRuntime.Primitives.Tests;

public sealed class PrngTests
{
    // The reference code of xoshiro256** and SplitMix64, run in another language.
    [Theory]
    [InlineData(0ul, "99ec5f36cb75f2b4 bf6e1f784956452a 1a5f849d4933e6e0 6aa594f1262d2d2c bba5ad4a1f842e59")]
    [InlineData(42ul, "15780b2e0c2ec716 6104d9866d113a7e ae17533239e499a1 ecb8ad4703b360a1 fde6dc7fe2ec5e64")]
    [InlineData(ulong.MaxValue, "8f5520d52a7ead08 c476a018caa1802d 81de31c0d260469e bf658d7e065f3c2f 913593fda1bca32a")]
    public void A_seed_gives_the_reference_stream(ulong seed, string expected)
    {
        Prng prng = new(seed);
        Assert.Equal(expected, string.Join(' ', Enumerable.Range(0, 5).Select(_ => prng.NextUInt64().ToString("x16"))));
    }

    [Fact]
    public void Bytes_are_the_words_of_the_stream_little_endian_and_cut_at_the_end()
    {
        byte[] bytes = new byte[11];
        new Prng(0).Fill(bytes);
        Assert.Equal("b4f275cb365fec992a4556", Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void A_fork_is_a_stream_of_its_own()
    {
        Prng parent = new(1);
        Prng child = parent.Fork();
        ulong parentNext = parent.NextUInt64();
        for (int i = 0; i < 1000; i++) child.NextUInt64();
        Prng again = new(1);
        again.Fork();
        Assert.Equal(parentNext, again.NextUInt64());
    }

    [Theory]
    [InlineData(1ul)]
    [InlineData(2ul)]
    [InlineData(3ul)]
    [InlineData(1000ul)]
    [InlineData((1ul << 63) + 1)]
    [InlineData(ulong.MaxValue)]
    public void A_number_below_a_bound_is_below_it(ulong bound)
    {
        Prng prng = new(bound);
        for (int i = 0; i < 2000; i++) Assert.True(prng.NextBelow(bound) < bound);
    }

    // 60,000 draws in six places: 10,000 each, with a standard deviation of 91. The seed is fixed, so it cannot flicker.
    [Fact]
    public void Numbers_below_a_bound_are_even()
    {
        Prng prng = new(9);
        int[] counts = new int[6];
        for (int i = 0; i < 60_000; i++) counts[prng.NextBelow(6)]++;
        Assert.All(counts, count => Assert.InRange(count, 9_600, 10_400));
    }

    // Two thirds of 2^64: without rejection the lower half of the bound would come up twice as often.
    [Fact]
    public void Numbers_below_a_great_bound_are_even()
    {
        const ulong Bound = ulong.MaxValue / 3 * 2;
        Prng prng = new(10);
        int low = 0;
        for (int i = 0; i < 20_000; i++)
        {
            if (prng.NextBelow(Bound) < Bound / 2) low++;
        }

        Assert.InRange(low, 9_700, 10_300);
    }

    [Fact]
    public void A_bound_of_nothing_breaks_an_invariant() => Assert.Throws<InvariantException>(() => new Prng(1).NextBelow(0ul));

    [Fact]
    public void A_duration_lies_between_its_ends_and_reaches_both()
    {
        Prng prng = new(12);
        Duration[] drawn = [.. Enumerable.Range(0, 200).Select(_ => prng.NextDuration(new Duration(-2), new Duration(2)))];
        Assert.Equal([-2, -1, 0, 1, 2], drawn.Select(duration => duration.Microseconds).Distinct().Order());
        Assert.Equal(Duration.Zero, prng.NextDuration(Duration.Zero, Duration.Zero));
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1000, 10_000, 10_000)]
    [InlineData(250, 2_300, 2_700)]
    public void A_chance_comes_about_as_often_as_it_says(int perMille, int least, int most)
    {
        Prng prng = new(13);
        Assert.InRange(Enumerable.Range(0, 10_000).Count(_ => prng.NextChance(perMille)), least, most);
    }
}
