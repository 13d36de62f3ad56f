using System;

namespace NodeRuntime.Wasm.Execution;

/// <summary>Unwinds the guest's frames to the runner. It never leaves the engine.</summary>
internal sealed class TrapException(Trap trap) : Exception(trap.ToString())
{
    public Trap Trap { get; } = trap;

    /// <summary>The functions that the stepping executor was in, innermost first, for a trace.</summary>
    public int[] Stepped { get; set; } = [];
}
