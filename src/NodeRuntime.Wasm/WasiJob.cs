using NodeRuntime.Primitives;

namespace NodeRuntime.Wasm;

/// <summary>
/// All that a WASI program can see and all that it may use. A run is a function of the module and this record: the same ones give the
/// same outcome, output and fuel on every machine.
/// </summary>
public sealed record WasiJob : WasiSettings
{
    /// <summary>What the run may cost by <see cref="FuelSchedule"/>; at most 2^63-1 is used.</summary>
    public required ulong FuelMax { get; init; }

    /// <summary>Pages of 64 KiB. memory.grow beyond gives -1.</summary>
    public int MemoryPagesMax { get; init; } = Limits.GuestMemoryPagesMax;

    /// <summary>Nested calls, where a function counts once more for each 16 parameters, locals and operands.</summary>
    public int CallDepthMax { get; init; } = 16_384;
}
