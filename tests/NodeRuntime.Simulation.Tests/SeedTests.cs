using System;
using System.Globalization;
using System.Text;
using NodeRuntime.Primitives;
using Xunit;
using Xunit.Abstractions;

namespace NodeRuntime.Simulation.Tests;

/// <summary>Whole peers, one seed after another. What fails prints the line that replays it.</summary>
public sealed class SeedTests(ITestOutputHelper output)
{
    // The one seed in fifty that pays for the real curve.
    private const ulong RealSeed = 25;

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(20)]
    [InlineData(30)]
    [InlineData(40)]
    public void Fifty_seeds_keep_every_invariant(int first)
    {
        StringBuilder failures = new();
        int submitted = 0;
        int settled = 0;
        for (int i = first; i < first + 10; i++)
        {
            SimulationConfig config = ConfigOf((ulong)i);
            SimulationReport report = new World(config).Run();
            submitted += report.JobsSubmitted;
            settled += report.JobsSettled;
            failures.Append(Failures.Of(report, "draw"));
        }

        output.WriteLine($"{settled} of {submitted} jobs settled");
        Assert.True(failures.Length == 0, failures.ToString());
        Assert.True(settled > 0, "no job was settled in ten runs");
    }

    [Fact]
    public void The_same_seed_gives_the_same_digest()
    {
        SimulationReport first = new World(ConfigOf(7)).Run();
        SimulationReport second = new World(ConfigOf(7)).Run();

        Assert.Equal(first.Digest, second.Digest);
        Assert.Equal(first.FramesSent, second.FramesSent);
        Assert.True(first.FramesSent > 0);
    }

    [Fact]
    public void Different_seeds_give_different_digests()
    {
        SimulationConfig config = Quiet(4, 4, 1, 5);

        Assert.NotEqual(new World(config).Run().Digest, new World(config with { Seed = 2 }).Run().Digest);
    }

    [Fact]
    public void Fifty_peers_with_seven_validators_progress()
    {
        SimulationReport report = new World(Quiet(50, 7, 3, 30)).Run();

        Assert.True(report.Violations.IsEmpty, Failures.Of(report, "none"));
        Assert.True(report.FinalizedHeight.Number > 5, $"only height {report.FinalizedHeight}");
    }

    internal static SimulationConfig Quiet(int peers, int validators, ulong seed, int seconds) => new()
    {
        Peers = peers,
        Validators = validators,
        Seed = seed,
        Length = Duration.FromSeconds(seconds),
        Faults = Faults.None,
    };

    private static SimulationConfig ConfigOf(ulong seed) => new()
    {
        Peers = 4 + (int)(seed % 4),
        Validators = 4 + (seed % 4 == 0 ? 0 : (int)(seed % 2)),
        Seed = seed,
        Length = Duration.FromSeconds(60),
        Faults = Faults.Draw(new Prng(seed)),
        UsesRealSignatures = seed == RealSeed,
    };
}

internal static class Failures
{
    /// <summary>Empty for a clean run; else each violation and how to see it again.</summary>
    public static string Of(SimulationReport report, string faults)
    {
        if (report.Violations.IsEmpty) return string.Empty;
        StringBuilder text = new();
        foreach (string violation in report.Violations) text.Append('\n').Append(violation);
        SimulationConfig config = report.Config;
        long minutes = Math.Max(1, config.Length.Seconds / 60);
        text.Append(CultureInfo.InvariantCulture, $"\nnoderuntime simulate --peers {config.Peers} --validators {config.Validators}");
        text.Append(CultureInfo.InvariantCulture, $" --seed {config.Seed} --minutes {minutes} --faults {faults}\n");
        return text.ToString();
    }
}
