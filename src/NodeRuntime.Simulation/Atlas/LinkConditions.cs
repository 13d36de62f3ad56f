using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation.Atlas;

/// <summary>What the network does to frames at the moment. Rates are per thousand.</summary>
public sealed record LinkConditions
{
    public Duration DelayMin { get; init; } = Duration.FromMilliseconds(2);

    public Duration DelayMax { get; init; } = Duration.FromMilliseconds(40);

    /// <summary>The delay of two regions comes on top.</summary>
    public bool IsCloud { get; init; }

    public int LossPerMille { get; init; }

    /// <summary>A row of losses begins.</summary>
    public int BurstPerMille { get; init; }

    public int DuplicationPerMille { get; init; }

    /// <summary>The frame comes once more, within five seconds.</summary>
    public int ReplayPerMille { get; init; }

    public int ReorderPerMille { get; init; }

    public int TruncationPerMille { get; init; }

    public int FlipPerMille { get; init; }

    /// <summary>Bytes per second and link; zero for no limit.</summary>
    public int BytesPerSecond { get; init; }

    public static LinkConditions Calm { get; } = new();
}
