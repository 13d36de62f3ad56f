using System;
using System.Linq;
using NodeRuntime.Primitives;
using NodeRuntime.Processes.Tests.Net;
using NodeRuntime.Simulation.Atlas;

namespace NodeRuntime.Processes.Tests;

/// <summary>What a proxy does to a stream is what it was told to do, and no more.</summary>
public sealed class LinkWeatherTests
{
    private static readonly DateTime Now = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly LinkConditions Direct = new() { DelayMin = Duration.Zero, DelayMax = Duration.Zero };

    [Fact]
    public void Without_conditions_nothing_is_late_and_nothing_is_changed()
    {
        LinkWeather weather = new(0, 1);
        byte[] piece = new byte[64 << 10];
        Assert.Equal((TimeSpan.Zero, Damage.None), weather.Strike(piece, Now));
        Assert.All(piece, static value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_delay_lies_between_its_bounds_and_a_cloud_adds_the_way_between_two_regions()
    {
        LinkWeather weather = new(0, 3) { Conditions = Direct with { DelayMin = Duration.FromMilliseconds(20), DelayMax = Duration.FromMilliseconds(80) } };
        TimeSpan[] late = [.. Enumerable.Range(0, 200).Select(_ => weather.Strike(new byte[100], Now).Late)];
        Assert.All(late, static one => Assert.InRange(one.TotalMilliseconds, 20, 80));
        Assert.True(late.Max() - late.Min() > TimeSpan.FromMilliseconds(40));
        weather.Conditions = Direct with { IsCloud = true };
        Assert.Equal(57, weather.Strike(new byte[100], Now).Late.TotalMilliseconds);
    }

    [Fact]
    public void A_lost_packet_is_a_retransmission_late_and_each_packet_is_drawn()
    {
        LinkWeather weather = new(0, 1) { Conditions = Direct with { LossPerMille = 100 } };
        TimeSpan[] small = [.. Enumerable.Range(0, 1_000).Select(_ => weather.Strike(new byte[100], Now).Late)];
        Assert.InRange(small.Count(static one => one == TimeSpan.Zero), 850, 950);
        Assert.All(small.Where(static one => one > TimeSpan.Zero), static one => Assert.Contains(one.TotalMilliseconds, (double[])[200, 600, 1_400, 3_000]));
        int untouched = Enumerable.Range(0, 1_000).Count(_ => weather.Strike(new byte[10 * 1_448], Now).Late == TimeSpan.Zero);
        Assert.InRange(untouched, 280, 420);
    }

    [Fact]
    public void A_rate_makes_pieces_wait_for_those_before_them_and_the_lower_of_two_holds()
    {
        LinkWeather weather = new(0, 1) { Conditions = Direct with { BytesPerSecond = 10_000 } };
        Assert.Equal(TimeSpan.FromMilliseconds(100), weather.Strike(new byte[1_000], Now).Late);
        Assert.Equal(TimeSpan.FromMilliseconds(200), weather.Strike(new byte[1_000], Now).Late);
        Assert.Equal(TimeSpan.FromMilliseconds(100), weather.Strike(new byte[1_000], Now.AddSeconds(5)).Late);
        weather.DripBytesPerSecond = 1_000;
        Assert.Equal(TimeSpan.FromSeconds(1), weather.Strike(new byte[1_000], Now.AddSeconds(9)).Late);
    }

    [Fact]
    public void A_flip_turns_one_bit_and_a_tear_is_told()
    {
        LinkWeather weather = new(0, 1) { Conditions = Direct with { FlipPerMille = 1_000 } };
        byte[] piece = new byte[1_000];
        Assert.Equal(Damage.Flipped, weather.Strike(piece, Now).Damage);
        Assert.Equal(1, piece.Sum(static value => int.PopCount(value)));
        weather.Conditions = Direct with { TruncationPerMille = 1_000 };
        Assert.Equal(Damage.Torn, weather.Strike(piece, Now).Damage);
    }
}
