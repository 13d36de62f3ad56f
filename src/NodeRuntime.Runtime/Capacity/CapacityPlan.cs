using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Capacity;

/// <summary>What a peer wants to sell.</summary>
/// <param name="CpuUnits">Threads that search at once.</param>
/// <param name="SpaceUnits">Of a plot that the engine makes and keeps.</param>
/// <param name="Attributes">In strictly increasing ordinal order.</param>
public sealed record CapacityPlan(ushort CpuUnits, uint SpaceUnits, string Region, ImmutableArray<string> Attributes)
{
    /// <summary>When nothing will be proven, in the order of beginnings; each is declared an hour ahead, once the one before is over.</summary>
    public ImmutableArray<MaintenanceWindow> Maintenance { get; init; } = [];
}

public readonly record struct MaintenanceWindow(Instant From, Instant Until);
