using NodeRuntime.Primitives;
using NodeRuntime.Runtime;
using Xunit;

namespace NodeRuntime.Simulation.Tests;

/// <summary>Four validators need three for a quorum: what a cut leaves on each side decides who goes on.</summary>
public sealed class PartitionTests
{
    [Fact]
    public void Two_against_two_finalize_nothing_until_they_meet_again()
    {
        World world = new(SeedTests.Quiet(4, 4, 11, 60) with { JobEvery = Duration.FromSeconds(3) });
        world.Begin();
        world.AdvanceTo(Duration.FromSeconds(10));
        world.Cut(0, 1);
        // What had crossed before the cut may still arrive.
        world.AdvanceTo(Duration.FromSeconds(12));
        Height[] cut = Heights(world);
        Assert.True(cut[0].Number > 1);

        world.AdvanceTo(Duration.FromSeconds(30));
        Assert.Equal(cut, Heights(world));

        world.Mend();
        world.AdvanceTo(Duration.FromSeconds(60));
        foreach (Height height in Heights(world)) Assert.True(height.Number > cut[0].Number + 3, $"{height} after {cut[0]}");
        SimulationReport report = world.Finish();
        Assert.True(report.Violations.IsEmpty, Failures.Of(report, "none"));
    }

    [Fact]
    public void Three_go_on_without_the_fourth_which_catches_up()
    {
        World world = new(SeedTests.Quiet(4, 4, 12, 60) with { JobEvery = Duration.FromSeconds(3) });
        world.Begin();
        world.AdvanceTo(Duration.FromSeconds(10));
        world.Cut(3);
        world.AdvanceTo(Duration.FromSeconds(12));
        Height[] cut = Heights(world);
        world.AdvanceTo(Duration.FromSeconds(30));
        Height[] later = Heights(world);
        for (int i = 0; i < 3; i++) Assert.True(later[i] > cut[i], $"peer {i} stands at {later[i]}");
        Assert.Equal(cut[3], later[3]);

        world.Mend();
        world.AdvanceTo(Duration.FromSeconds(60));
        Assert.True(world.HeightOf(3) > later[0], $"the fourth is at {world.HeightOf(3)}");
        SimulationReport report = world.Finish();
        Assert.True(report.Violations.IsEmpty, Failures.Of(report, "none"));
    }

    [Fact]
    public void Whoever_sees_only_a_part_of_the_validators_and_an_old_chain_says_so()
    {
        // A newcomer, the last of five, sees a single validator: its seed keeps the others from it, or is cut off with it.
        World world = new(SeedTests.Quiet(5, 4, 14, 120));
        world.Begin();
        world.AdvanceTo(Duration.FromSeconds(10));
        world.Cut(0, 4);
        world.AdvanceTo(Duration.FromSeconds(75));
        Assert.Equal(ChainOutlook.Eclipsed, world.OutlookOf(4));
        Assert.Equal(ChainOutlook.Eclipsed, world.OutlookOf(0));
        Assert.Equal(ChainOutlook.Fresh, world.OutlookOf(1));

        world.Mend();
        world.AdvanceTo(Duration.FromSeconds(120));
        for (int peer = 0; peer < 5; peer++) Assert.Equal(ChainOutlook.Fresh, world.OutlookOf(peer));
        SimulationReport report = world.Finish();
        Assert.True(report.Violations.IsEmpty, Failures.Of(report, "none"));
    }

    [Fact]
    public void Whoever_sees_nobody_is_alone()
    {
        World world = new(SeedTests.Quiet(4, 4, 15, 120));
        world.Begin();
        world.AdvanceTo(Duration.FromSeconds(10));
        world.Cut(2);
        world.AdvanceTo(Duration.FromSeconds(75));
        Assert.Equal(ChainOutlook.Alone, world.OutlookOf(2));
    }

    [Fact]
    public void Each_peer_killed_in_turn_leaves_the_jobs_to_settle()
    {
        World world = new(SeedTests.Quiet(5, 4, 13, 90) with { JobEvery = Duration.FromSeconds(6) });
        world.Begin();
        for (int peer = 0; peer < 5; peer++)
        {
            world.AdvanceTo(Duration.FromSeconds(8 + (peer * 10)));
            world.Crash(peer);
            world.AdvanceTo(Duration.FromSeconds(13 + (peer * 10)));
            world.Restart(peer);
        }

        world.AdvanceTo(Duration.FromSeconds(90));
        SimulationReport report = world.Finish();

        Assert.True(report.Violations.IsEmpty, Failures.Of(report, "none"));
        Assert.Equal(5, report.Crashes);
        // What was placed in the last quarter of a minute may still be under way.
        Assert.True(report.JobsSettled >= report.JobsSubmitted - 5, $"{report.JobsSettled} of {report.JobsSubmitted} settled");
    }

    private static Height[] Heights(World world) => [world.HeightOf(0), world.HeightOf(1), world.HeightOf(2), world.HeightOf(3)];
}
