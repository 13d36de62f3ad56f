using System;
using System.Collections.Immutable;

namespace NodeRuntime.Wasm;

/// <summary>Runs a module as a WASI preview 1 command: virtual, deterministic, without a view of the machine.</summary>
public static class WasiRunner
{
    /// <summary>
    /// The stack that the calling thread must have free for a job of this depth. Give the thread that calls
    /// <see cref="Run"/> at least this much: the engine makes no threads.
    /// </summary>
    public static long StackBytes(int callDepthMax) => (512L * callDepthMax) + (1024 * 1024);

    /// <summary>Runs until the guest exits or traps. Blocks; call it on a thread with <see cref="StackBytes"/> of stack.</summary>
    public static WasiOutcome Run(Module module, WasiJob job)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(job);
        return new WasiOutcome(WasiStatus.LinkFailed, 0, null, "not linked", 0, ImmutableArray<GuestOutputFile>.Empty);
    }
}
