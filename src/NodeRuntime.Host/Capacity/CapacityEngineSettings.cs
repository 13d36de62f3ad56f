using NodeRuntime.Capacity;
using NodeRuntime.Host.Config;

namespace NodeRuntime.Host.Capacity;

/// <summary>What an engine may take of its machine, and for which chain.</summary>
public sealed record CapacityEngineSettings
{
    public required CapacityParameters Parameters { get; init; }

    /// <summary>The plot's folder.</summary>
    public required string PlotPath { get; init; }

    /// <summary>Units of space that its owner wants to prove; 0: none.</summary>
    public required uint SpaceUnits { get; init; }

    /// <summary>All work together takes so many processors and no more.</summary>
    public required int Cores { get; init; }

    /// <summary>Of a thread's time, in thousandths, for work that has no deadline.</summary>
    public required int DutyPerMille { get; init; }

    /// <summary>RandomX with its dataset where the memory is there.</summary>
    public required bool WantsDataset { get; init; }

    /// <summary>Room that plotting leaves on its disk: a full one may be the journal's.</summary>
    public long KeepFree { get; init; } = 1L << 30;

    /// <param name="plotPath">The section's folder, made absolute.</param>
    public static CapacityEngineSettings Of(CapacitySection section, CapacityParameters parameters, string plotPath) => new()
    {
        Parameters = parameters,
        PlotPath = plotPath,
        SpaceUnits = section.Units,
        Cores = section.Cores,
        DutyPerMille = section.ThrottlePercent * 10,
        WantsDataset = section.Dataset,
    };
}
