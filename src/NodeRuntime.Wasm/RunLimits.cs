using NodeRuntime.Primitives;

namespace NodeRuntime.Wasm;

/// <summary>
/// What instances may use that run together. Each limit has its own way to end a run, named by a <see cref="Trap"/>; memory.grow and
/// table.grow beyond theirs give -1, as WebAssembly has it.
/// </summary>
public sealed record RunLimits
{
    public static RunLimits Default { get; } = new();

    /// <summary>In units of <see cref="FuelSchedule"/>, about one for each instruction. Beyond: <see cref="Trap.OutOfFuel"/>.</summary>
    public long Fuel { get; init; } = 100_000_000_000;

    /// <summary>Of 64 KiB, for each memory. A module that starts with more: <see cref="Trap.MemoryLimitExceeded"/>.</summary>
    public int MemoryPagesMax { get; init; } = Limits.GuestMemoryPagesMax;

    /// <summary>Of one instance's tables. A module that starts with more: <see cref="Trap.TableLimitExceeded"/>.</summary>
    public int TableEntriesMax { get; init; } = 1_000_000;

    /// <summary>
    /// Nested calls, where a function counts once more for each 16 parameters, locals and operands. Beyond:
    /// <see cref="Trap.CallDepthExceeded"/>.
    /// </summary>
    public int CallDepthMax { get; init; } = 4_096;

    /// <summary>Files and streams of WASI together. Beyond: <see cref="Trap.OutputLimitExceeded"/>.</summary>
    public long OutputBytesMax { get; init; } = Limits.OutputBytesMax;

    /// <summary>Calls of host functions, WASI's too. Beyond: <see cref="Trap.HostCallLimitExceeded"/>.</summary>
    public long HostCallsMax { get; init; } = long.MaxValue;

    /// <summary>
    /// Of the calling thread's stack, for the guest: three quarters of a megabyte fit every thread .NET makes by itself. A guest whose
    /// counted depth needs more ends with <see cref="GuestStackException"/>; for a deep <see cref="CallDepthMax"/> call on a thread of your own
    /// with <see cref="WasiRunner.StackBytes"/> and say so here.
    /// </summary>
    public long StackBytes { get; init; } = 768 * 1024;

    /// <summary>Empty, or which limit is out of range.</summary>
    internal string Refusal()
    {
        if (Fuel < 0) return "Fuel is negative";
        if (MemoryPagesMax is < 0 or > 65_536) return "MemoryPagesMax is not between 0 and 65536";
        if (TableEntriesMax < 0) return "TableEntriesMax is negative";
        if (CallDepthMax is < 1 or > WasiRunner.CallDepthLimit) return "CallDepthMax is not between 1 and 1000000";
        if (OutputBytesMax < 0) return "OutputBytesMax is negative";
        if (HostCallsMax < 0) return "HostCallsMax is negative";
        return StackBytes is < 64 * 1024 or > int.MaxValue ? "StackBytes is not between 65536 and 2^31-1" : "";
    }
}
