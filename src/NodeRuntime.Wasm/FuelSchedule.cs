namespace NodeRuntime.Wasm;

/// <summary>What instructions cost. A change of any price is a new version.</summary>
public static class FuelSchedule
{
    public const int Version = 1;
}
