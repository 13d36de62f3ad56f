using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Runtime.Consensus;
using Xunit;

namespace NodeRuntime.Runtime.Tests.Consensus;

/// <summary>Four validators of weight one: three votes decide.</summary>
public sealed class OutlookWatchTests
{
    private static readonly Instant Start = Instant.FromMilliseconds(1_000_000_000);

    private readonly OutlookWatch _watch = new();
    private readonly ValidatorSet _validators = new(new Epoch(0), ImmutableArray.CreateRange(new ValidatorMember[]
    {
        new(default, 1), new(default, 1), new(default, 1), new(default, 1),
    }));

    [Theory]
    [InlineData(0, 0, ChainOutlook.Alone)]
    [InlineData(1, 1, ChainOutlook.Eclipsed)]
    [InlineData(40, 2, ChainOutlook.Eclipsed)]
    [InlineData(3, 3, ChainOutlook.Stalled)]
    [InlineData(3, 4, ChainOutlook.Stalled)]
    public void An_old_tip_is_named_by_who_is_in_sight(int peers, ulong weight, ChainOutlook expected)
    {
        Assert.Equal(ChainOutlook.Fresh, Look(100, 0, peers, weight));
        Assert.Equal(expected, Look(110, 0, peers, weight));
    }

    [Fact]
    public void A_young_tip_is_news_whoever_is_in_sight()
    {
        for (int second = 0; second < 100; second += 10) Assert.Equal(ChainOutlook.Fresh, Look(second, second - 30, 0, 0));
        Look(100, 69, 0, 0);
        Assert.Equal(ChainOutlook.Alone, Look(110, 69, 0, 0));
    }

    [Fact]
    public void Whoever_catches_up_is_fresh_and_whoever_is_fed_old_blocks_slowly_is_not()
    {
        for (int look = 0; look < 10; look++) Assert.Equal(ChainOutlook.Fresh, Look(10_000 + (look * 10), look * 500, 1, 1));
        Look(20_000, 5_001, 1, 1);
        for (int look = 1; look < 10; look++) Assert.Equal(ChainOutlook.Eclipsed, Look(20_000 + (look * 10), 5_001 + (look * 2), 1, 1));
    }

    [Fact]
    public void A_chain_that_moves_again_is_fresh_again()
    {
        Look(100, 0, 3, 4);
        Assert.Equal(ChainOutlook.Stalled, Look(110, 0, 3, 4));
        Assert.Equal(ChainOutlook.Fresh, Look(120, 119, 3, 4));
        Assert.Equal(ChainOutlook.Fresh, Look(130, 129, 3, 4));
    }

    private ChainOutlook Look(long now, long tip, int peers, ulong weight) =>
        _watch.Look(Start + Duration.FromSeconds(now), Start + Duration.FromSeconds(tip), peers, weight, _validators);
}
