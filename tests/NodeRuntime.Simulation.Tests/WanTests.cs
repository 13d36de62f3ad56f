using NodeRuntime.Primitives;
using NodeRuntime.Simulation.Wan;

namespace NodeRuntime.Simulation.Tests;

/// <summary>The model that the benchmark group `finality` asks: what its figures rest on.</summary>
public sealed class WanTests
{
    private static readonly WanConfig Small = new() { Validators = 7, Seed = 1, Length = Duration.FromSeconds(12), Transactions = 64 };

    [Fact]
    public void Equal_seeds_give_equal_runs()
    {
        WanReport first = new WanWorld(Small).Run();
        WanReport second = new WanWorld(Small).Run();
        Assert.Equal(first.Digest, second.Digest);
        Assert.NotEqual(first.Digest, new WanWorld(Small with { Seed = 2 }).Run().Digest);
        Assert.True(first.Blocks > 10);
        Assert.Equal(0, first.SkippedViews);
    }

    [Fact]
    public void What_is_free_is_sooner_and_the_order_of_a_block_is_kept()
    {
        WanReport modelled = new WanWorld(Small).Run();
        WanReport free = new WanWorld(Small with { Costs = WanCosts.Free }).Run();
        Assert.True(free.FinalP50 < modelled.FinalP50);
        Assert.True(modelled.SentP50 < modelled.AcceptedP50);
        Assert.True(modelled.AcceptedP50 < modelled.NotarizedP50);
        Assert.True(modelled.NotarizedP50 < modelled.FinalP50);
        Assert.True(modelled.FinalP50 <= modelled.FinalP99);
    }

    [Fact]
    public void A_slow_disk_is_waited_for_twice()
    {
        WanCosts slow = WanCosts.Free with { DiskMin = Duration.FromMilliseconds(150), DiskMax = Duration.FromMilliseconds(150) };
        WanReport free = new WanWorld(Small with { Costs = WanCosts.Free }).Run();
        WanReport modelled = new WanWorld(Small with { Costs = slow }).Run();
        // The leader's vote and everybody's finalization are durable before they leave, one after the other.
        Assert.True(modelled.FinalP50 >= free.FinalP50 + Duration.FromMilliseconds(300));
    }

    [Fact]
    public void A_link_is_shared_by_all_connections()
    {
        WanConfig whole = Small with { IsCompact = false, Transactions = 1024 };
        WanReport wide = new WanWorld(whole with { Costs = WanCosts.Free }).Run();
        WanReport narrow = new WanWorld(whole with { Costs = WanCosts.Free with { BytesPerSecond = 12_500_000 } }).Run();
        // Six times a quarter of a megabyte over 12.5 MB/s.
        Assert.InRange((narrow.SentP50 - wide.SentP50).Milliseconds, 120, 140);
    }
}
