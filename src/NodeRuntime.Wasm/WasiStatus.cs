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

    /// <summary>The caller's thread has less stack than <see cref="WasiRunner.StackBytes"/> asks: not the guest's fault.</summary>
    HostStackExhausted,
}
