using NodeRuntime.Capacity;
using NodeRuntime.Ledger.Capacity;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Tests.Capacity;

/// <summary>What a provider is told that it would earn is what the ledger pays.</summary>
public sealed class RewardEstimateTests
{
    [Theory]
    [InlineData(10, true)]
    [InlineData(60, false)]
    public void A_slice_pays_what_was_estimated(uint cap, bool isCapped)
    {
        // Four units are proven and share a pool of 100: 25 a unit at most.
        CapacityWorld world = new(CapacityWorld.Terms with { Cpu = CapacityWorld.Terms.Cpu with { CollateralPerUnit = new Amount(1_200), CapPerUnit = new Amount(cap) } });
        foreach (string name in CapacityWorld.Names) world.Do(name, new Message.Bond(new Amount(2_000)));
        uint number = world.Begin();
        CapacityKindRecord totals = world.State.Records.CapacityKind(CapacityKind.Cpu);
        RewardEstimate estimate = RewardEstimate.Of(world.ChainTerms, CapacityKind.Cpu, totals.First, number, 1, 3);
        world.PlaySlice(number);
        // What was proven in a slice is paid when the next one has been judged.
        world.MoveTo(number + 2, 2_400);

        Assert.All(CapacityWorld.Names, name => Assert.Equal(estimate.PerPeriod, world.Record(CapacityKind.Cpu, name).Earned));
        Assert.Equal((isCapped, new Amount(isCapped ? cap : 25)), (estimate.IsCapped, estimate.PerUnit));
    }

    [Fact]
    public void A_day_is_all_its_periods_and_the_next_halving_is_told()
    {
        CapacityTerms terms = CapacityTerms.Development with { HalvingDays = 10, TailPerMille = 200 };
        RewardEstimate young = RewardEstimate.Of(terms, CapacityKind.Cpu, 1_000, 1_000, 3, 9);
        Assert.Equal((new Amount(50_000), new Amount(150_000), new Amount(150_000 * 14_400UL)), (young.PerUnit, young.PerPeriod, young.PerDay));
        Assert.Equal((false, 10u), (young.IsCapped, young.DaysToHalving));

        const uint Day = 14_400;
        RewardEstimate halved = RewardEstimate.Of(terms, CapacityKind.Cpu, 1_000, 1_000 + (12 * Day), 3, 9);
        Assert.Equal((new Amount(300_000), new Amount(25_000), 8u), (halved.Pool, halved.PerUnit, halved.DaysToHalving));
        Assert.Equal(0u, RewardEstimate.Of(terms, CapacityKind.Cpu, 1_000, 1_000 + (40 * Day), 3, 9).DaysToHalving);
        Assert.Equal(Amount.Zero, RewardEstimate.Of(terms, CapacityKind.Space, 1_000, 1_000, 0, 0).PerDay);
    }
}
