using NodeRuntime.Primitives;
using NodeRuntime.Simulation.Atlas;

namespace NodeRuntime.Simulation;

/// <summary>Which misfortunes a run draws from its seed, and how often. Rates are per thousand.</summary>
public sealed record Faults
{
    public Duration DelayMin { get; init; } = Duration.FromMilliseconds(2);

    public Duration DelayMax { get; init; } = Duration.FromMilliseconds(40);

    /// <summary>Frames that never arrive.</summary>
    public int LossPerMille { get; init; }

    /// <summary>Frames that arrive twice.</summary>
    public int DuplicationPerMille { get; init; }

    /// <summary>Frames that may overtake their elders.</summary>
    public int ReorderPerMille { get; init; }

    public Duration DiskDelayMin { get; init; } = new(500);

    public Duration DiskDelayMax { get; init; } = Duration.FromMilliseconds(4);

    /// <summary>Peers whose disk takes fifty times as long.</summary>
    public int SlowDiskPerMille { get; init; }

    /// <summary>A peer's clock is off by at most this, either way.</summary>
    public Duration ClockSkewMax { get; init; } = Duration.Zero;

    /// <summary>Mean time between crashes over all peers; zero for none.</summary>
    public Duration CrashEvery { get; init; } = Duration.Zero;

    public Duration DownMax { get; init; } = Duration.FromSeconds(8);

    /// <summary>Mean time between partitions; zero for none.</summary>
    public Duration PartitionEvery { get; init; } = Duration.Zero;

    public Duration PartitionMax { get; init; } = Duration.FromSeconds(10);

    internal LinkConditions Links => new()
    {
        DelayMin = DelayMin,
        DelayMax = DelayMax,
        LossPerMille = LossPerMille,
        DuplicationPerMille = DuplicationPerMille,
        ReorderPerMille = ReorderPerMille,
    };

    public static Faults None { get; } = new();

    /// <summary>Every class at a rate that a bad day has.</summary>
    public static Faults All { get; } = new()
    {
        LossPerMille = 20,
        DuplicationPerMille = 20,
        ReorderPerMille = 50,
        SlowDiskPerMille = 100,
        ClockSkewMax = Duration.FromMilliseconds(500),
        CrashEvery = Duration.FromSeconds(25),
        PartitionEvery = Duration.FromSeconds(40),
    };

    /// <summary>Each class on or off, and how hard, by the seed: a swarm of different bad days.</summary>
    public static Faults Draw(Prng prng) => new()
    {
        DelayMax = Duration.FromMilliseconds(5 + prng.NextBelow(150)),
        LossPerMille = prng.NextChance(500) ? prng.NextBelow(120) : 0,
        DuplicationPerMille = prng.NextChance(500) ? prng.NextBelow(100) : 0,
        ReorderPerMille = prng.NextChance(500) ? prng.NextBelow(200) : 0,
        SlowDiskPerMille = prng.NextChance(300) ? 250 : 0,
        ClockSkewMax = prng.NextChance(500) ? Duration.FromMilliseconds(prng.NextBelow(2000)) : Duration.Zero,
        CrashEvery = prng.NextChance(500) ? Duration.FromSeconds(8 + prng.NextBelow(30)) : Duration.Zero,
        PartitionEvery = prng.NextChance(500) ? Duration.FromSeconds(10 + prng.NextBelow(30)) : Duration.Zero,
    };
}
