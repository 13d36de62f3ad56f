using System;
using System.Collections.Generic;
using System.Linq;
using NodeRuntime.Capacity;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Primitives;
using NodeRuntime.Simulation.Capacity;
using Xunit.Abstractions;

namespace NodeRuntime.Simulation.Tests.Capacity;

/// <summary>
/// Whether cheating pays, with a few thousand trials of each strategy; <c>noderuntime simulate cheats --trials 100000</c> is the campaign, whose table stands in
/// docs/capacity.md.
/// </summary>
public sealed class CheatTests(ITestOutputHelper output)
{
    private static readonly CheatSettings Settings = new()
    {
        Trials = 2_000,
    };

    [Fact]
    public void No_strategy_against_the_share_ledger_pays()
    {
        List<CheatRow> rows = Print(ShareCheats.Run(Settings));
        Assert.All(rows, static row => Assert.True(row.ProfitPerMille <= 0, row.ToString()));
        // Four of 44 drawn, four forged: 1 - 40*39*38*37 / (44*43*42*41) is 33 %; one of 27 times no verifier is honest.
        AssertShare(rows, "forges 4 of 44 shares", 290, 345);
        AssertShare(rows, "replays an earlier slice", 1000, 1000);
        AssertShare(rows, "works longer and comes late", 1000, 1000);
        AssertHonest(rows, "honest, with losses and a restart, a day of slices");
    }

    [Fact]
    public void No_strategy_against_row_PoST_pays()
    {
        List<CheatRow> rows = Print(SpaceCheats.Run(Settings));
        Assert.All(rows, static row => Assert.True(row.ProfitPerMille <= 0, row.ToString()));
        // The tails of Poisson: 39 %, 94.5 %, all.
        AssertShare(rows, "keeps 95 % of the rows", 340, 440);
        AssertShare(rows, "keeps 90 % of the rows", 920, 965);
        AssertShare(rows, "keeps 80 % of the rows", 998, 1000);
        AssertShare(rows, "a second identity on one plot", 1000, 1000);
        AssertHonest(rows, "honest, unlucky twice in a row");
    }

    [Fact]
    public void Equal_seeds_give_equal_tables() =>
        Assert.Equal(ShareCheats.Run(Settings with { Trials = 200 }), ShareCheats.Run(Settings with { Trials = 200 }));

    [Fact]
    public void A_table_of_Poisson_draws_its_mean_and_its_variance()
    {
        PoissonTable table = new(273_000);
        Prng prng = new(1);
        long sum = 0, squares = 0;
        const int Draws = 20_000;
        for (int i = 0; i < Draws; i++)
        {
            int draw = table.Draw(prng);
            sum += draw;
            squares += (draw - 273L) * (draw - 273L);
        }

        // Five standard errors of the mean are 0.58; of the variance about 14.
        Assert.InRange(sum, 272.4 * Draws, 273.6 * Draws);
        Assert.InRange(squares, 259L * Draws, 287L * Draws);
        Assert.Equal(0, new PoissonTable(0).Draw(prng));
    }

    [Fact]
    public void Settings_beyond_their_bounds_have_a_name()
    {
        Assert.Equal(CheatSettingsVerdict.Accepted, Settings.Check());
        CapacityParameters cheap = CapacityParameters.Default with { Cpu = CpuParameters.Default with { ForgeryPenaltySlices = 19 } };
        Assert.Equal(CheatSettingsVerdict.ParametersOutOfRange, (Settings with { Parameters = cheap }).Check());
        Assert.Equal(CheatSettingsVerdict.TrialsOutOfRange, (Settings with { Trials = 0 }).Check());
        Assert.Equal(CheatSettingsVerdict.SharesOutOfRange, (Settings with { HonestShares = 3 }).Check());
        Assert.Equal(CheatSettingsVerdict.CollateralOutOfRange, (Settings with { CollateralEpochs = 0 }).Check());
        Assert.Equal(CheatSettingsVerdict.DiskCostOutOfRange, (Settings with { DiskCostPerMille = 1001 }).Check());
        Assert.Equal(CheatSettingsVerdict.ColludersOutOfRange, (Settings with { ColludersPerMille = 334 }).Check());
        Assert.Equal(CheatSettingsVerdict.NetworkOutOfRange, (Settings with { LossPerMille = 1000 }).Check());
    }

    private List<CheatRow> Print(IEnumerable<CheatRow> rows)
    {
        List<CheatRow> all = [.. rows];
        foreach (CheatRow row in all) output.WriteLine(row.ToString());
        return all;
    }

    // False faults: fewer than one in ten thousand.
    private static void AssertHonest(List<CheatRow> rows, string strategy)
    {
        CheatRow row = rows.Single(row => row.Strategy == strategy);
        Assert.True(10_000L * row.Detected < Math.Max(row.Trials, 10_000), row.ToString());
    }

    private static void AssertShare(List<CheatRow> rows, string strategy, long perMilleMin, long perMilleMax)
    {
        CheatRow row = rows.Single(row => row.Strategy == strategy);
        Assert.InRange(1000L * row.Detected / row.Trials, perMilleMin, perMilleMax);
    }
}
