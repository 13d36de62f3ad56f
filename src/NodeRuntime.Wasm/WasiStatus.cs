namespace NodeRuntime.Wasm;

/// <summary>How a run ended.</summary>
public enum WasiStatus
{
    /// <summary>The program returned or called proc_exit.</summary>
    Exited,

    /// <summary>The job itself is not usable: a name or a limit is out of range. The detail says which.</summary>
    JobRefused,

    /// <summary>The module imports what there is not, or has no <c>_start</c> and <c>memory</c>.</summary>
    LinkFailed,

    Trapped,

    /// <summary>
    /// The guest's frames took more stack than <see cref="WasiRunner.StackBytes"/> foresees for their counted depth. The engine's fault, not
    /// the guest's, and not the same on every machine: run the job elsewhere.
    /// </summary>
    HostStackExhausted,

    /// <summary>The run's token was cancelled. What it wrote so far is there, its result is not.</summary>
    Cancelled,
}
