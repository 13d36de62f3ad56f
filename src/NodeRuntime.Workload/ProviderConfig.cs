using NodeRuntime.Primitives;

namespace NodeRuntime.Workload;

/// <summary>What a provider sells and for how much: what a person wrote, validated once.</summary>
public sealed record ProviderConfig
{
    /// <summary>Base units for a second of a running job.</summary>
    public required Amount PricePerSecond { get; init; }

    public required string Region { get; init; }

    public required uint MemoryPagesMax { get; init; }

    public required ulong FuelMax { get; init; }

    public required ulong InputBytesMax { get; init; }

    public required ulong OutputBytesMax { get; init; }

    /// <summary>Leases at once; a bid counts as one until its auction ends.</summary>
    public required int LeasesMax { get; init; }
}
