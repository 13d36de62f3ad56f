using System;
using NodeRuntime.Simulation.Bias;

namespace NodeRuntime.Simulation.Tests.Bias;

/// <summary>A few hundred trials each; docs/beacon.md has ten thousand.</summary>
public sealed class BeaconBiasTests
{
    private const int Trials = 800;

    // Four standard deviations of a fair coin: one seed in sixteen thousand, and these are fixed.
    private static readonly double Error = 2 / Math.Sqrt(Trials);

    [Theory]
    [InlineData(4)]
    [InlineData(7)]
    public void Who_proposes_always_gets_what_chance_gives(int validators)
    {
        BiasReport report = Run(validators, Withholding.Never);
        Assert.InRange(ShareOf(report), 0.5 - Error, 0.5 + Error);
        Assert.Equal((0, 0UL), (report.Withheld, report.Penalties));
    }

    [Fact]
    public void Who_keeps_back_the_block_that_counts_wins_a_quarter_of_its_share_and_pays_each_time()
    {
        BiasReport report = Run(4, Withholding.AtTheEnd);
        Assert.InRange(ShareOf(report), 0.5, 0.5 + (0.25 / 3) + Error);
        // About half of the targets that it leads.
        Assert.InRange(report.Withheld, Trials / 16, Trials / 4);
        Paid(report);
    }

    [Fact]
    public void Who_plans_ahead_wins_no_more_than_one_bit_for_each_block_that_it_loses()
    {
        BiasReport report = Run(4, Withholding.Planned);
        Assert.InRange(ShareOf(report), ShareOf(Run(4, Withholding.AtTheEnd)) - Error, 0.75 + Error);
        Paid(report);
    }

    [Fact]
    public void A_seed_is_a_run() => Assert.Equal(Run(4, Withholding.Planned), Run(4, Withholding.Planned));

    // What it kept back last may be paid for in a block that did not come any more.
    private static void Paid(BiasReport report) =>
        Assert.InRange(report.Penalties, (ulong)(report.Withheld - report.WithheldMost), (ulong)report.Withheld);

    private static double ShareOf(BiasReport report) => (double)report.Wanted / report.Config.Trials;

    private static BiasReport Run(int validators, Withholding strategy) =>
        BeaconBias.Run(new BiasConfig { Validators = validators, Trials = Trials, Strategy = strategy, Seed = 16 });
}
