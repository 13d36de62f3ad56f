using System;
using System.Linq;
using NodeRuntime.Primitives;

namespace NodeRuntime.Primitives.Tests;

public sealed class QuantitiesTests
{
    private static readonly Amount Greatest = new(UInt128.MaxValue);

    [Fact]
    public void What_a_peer_sent_is_added_without_an_exception()
    {
        Assert.True(Amount.TryAdd(new Amount(2), new Amount(3), out Amount sum));
        Assert.Equal(new Amount(5), sum);
        Assert.True(Amount.TryAdd(Greatest, Amount.Zero, out sum));
        Assert.Equal(Greatest, sum);
        Assert.False(Amount.TryAdd(Greatest, new Amount(1), out _));
        Assert.False(Amount.TryAdd(new Amount(1), Greatest, out _));
        Assert.False(Amount.TryAdd(Greatest, Greatest, out _));
    }

    [Fact]
    public void What_a_peer_sent_is_subtracted_without_an_exception()
    {
        Assert.True(Amount.TrySubtract(new Amount(5), new Amount(5), out Amount difference));
        Assert.Equal(Amount.Zero, difference);
        Assert.False(Amount.TrySubtract(new Amount(5), new Amount(6), out difference));
        Assert.Equal(Amount.Zero, difference);
    }

    [Theory]
    [InlineData(0ul, true)]
    [InlineData(1ul, true)]
    [InlineData(2ul, false)]
    [InlineData(ulong.MaxValue, false)]
    public void What_a_peer_sent_is_multiplied_without_an_exception(ulong factor, bool fits)
    {
        Assert.Equal(fits, Amount.TryMultiply(Greatest, factor, out Amount product));
        Assert.Equal(fits && factor == 1 ? Greatest : Amount.Zero, product);
    }

    [Fact]
    public void Products_at_the_edge_fit_exactly()
    {
        Assert.True(Amount.TryMultiply(new Amount(UInt128.MaxValue / 7), 7, out Amount product));
        Assert.Equal(UInt128.MaxValue - (UInt128.MaxValue % 7), product.Units);
        Assert.False(Amount.TryMultiply(new Amount((UInt128.MaxValue / 7) + 1), 7, out _));
    }

    [Fact]
    public void What_should_be_bounded_and_is_not_throws()
    {
        Assert.Throws<OverflowException>(() => Greatest + new Amount(1));
        Assert.Throws<OverflowException>(() => Amount.Zero - new Amount(1));
        Assert.Throws<OverflowException>(() => Greatest * 2);
        Assert.Throws<OverflowException>(() => new Height(ulong.MaxValue).Next);
        Assert.Throws<OverflowException>(() => new Instant(long.MaxValue) + new Duration(1));
        Assert.Throws<OverflowException>(() => Duration.FromSeconds(long.MaxValue));
    }

    [Fact]
    public void A_token_is_a_million_units() => Assert.Equal("3000000", Amount.FromTokens(3).ToString());

    [Theory]
    [InlineData(0, 0)]
    [InlineData(999, 0)]
    [InlineData(1000, 1)]
    [InlineData(-1, -1)]
    [InlineData(-1000, -1)]
    [InlineData(-1001, -2)]
    [InlineData(long.MinValue, -9223372036854776)]
    public void Milliseconds_of_an_instant_are_rounded_down(long microseconds, long milliseconds) =>
        Assert.Equal(milliseconds, new Instant(microseconds).Milliseconds);

    [Fact]
    public void Instants_and_durations_add_up()
    {
        Instant start = Instant.FromMilliseconds(5);
        Assert.Equal(Duration.FromSeconds(2), start + Duration.FromSeconds(2) - start);
        Assert.Equal(start, start + Duration.FromMinutes(1) - Duration.FromMinutes(1));
        Assert.Equal(Duration.FromMilliseconds(1_500), Duration.FromMilliseconds(500) * 3);
        Assert.Equal(Duration.FromMilliseconds(250), Duration.FromSeconds(1) / 4);
        Assert.True(start < start + new Duration(1));
    }

    [Fact]
    public void Quantities_are_ordered_by_number()
    {
        Height[] heights = [new(3), new(1), new(2)];
        Assert.Equal([1ul, 2ul, 3ul], heights.Order().Select(height => height.Number));
        Assert.True(new View(1) < new View(2));
        Assert.True(new View(2) >= new View(2));
        Assert.True(new Epoch(1).CompareTo(new Epoch(2)) < 0);
    }
}
