namespace NodeRuntime.Wasm;

/// <summary>
/// What runs a module's functions. Both give equal results, traps, fuel and call depth; the difference is speed and what can be seen.
/// </summary>
public enum Executor
{
    /// <summary>Functions become machine code at their first call.</summary>
    Compiled,

    /// <summary>Functions are interpreted: many times slower, at once ready, and able to stop and show the whole state at any instruction.</summary>
    Stepping,
}
