namespace NodeRuntime.Capacity;

/// <summary>What is proven. A number, once used, keeps its meaning for ever.</summary>
public enum CapacityKind : byte
{
    /// <summary>Processors, by the share ledger. A period is a slice.</summary>
    Cpu = 1,

    /// <summary>Space on disks, by row PoST. A period is an epoch.</summary>
    Space = 2,
}
