namespace NodeRuntime.Sandbox;

/// <summary>
/// How a run ended. <see cref="Succeeded"/> says that the program ran to its own end, with whatever exit code; the next ones
/// are the module's and the job's doing and are the same on every machine; those from <see cref="ProcessMemoryExceeded"/> on
/// are this host's.
/// </summary>
public enum ProcessVerdict : byte
{
    Succeeded,

    /// <summary>Not a WebAssembly module, or not a valid one.</summary>
    ModuleMalformed,

    /// <summary>A module beyond this engine's limits or features.</summary>
    ModuleRefused,

    /// <summary>A name, an argument or a limit of the job is out of range.</summary>
    JobRefused,

    /// <summary>The module imports what there is not, or lacks an entry.</summary>
    LinkFailed,
    Trapped,
    OutOfFuel,

    /// <summary>The guest asks for more memory than the job allows before it starts; later, growth merely fails.</summary>
    MemoryExceeded,

    /// <summary>More bytes or files than the job allows, or a file by a name that no file may have.</summary>
    OutputExceeded,

    /// <summary>The process around the guest reached its ceiling: compiled code and buffers, which the engine does not count.</summary>
    ProcessMemoryExceeded,
    WallClockExceeded,

    /// <summary>The caller stopped it.</summary>
    Stopped,

    /// <summary>The process ended without a report: killed by the kernel, or by an attack that failed.</summary>
    ChildDied,

    /// <summary>The process said what an honest one does not say.</summary>
    ReportMalformed,

    /// <summary>A restriction could not be imposed, or the process not be started: nothing of the module was run.</summary>
    LaunchFailed,

    /// <summary>This kernel lacks what the job's trust demands: nothing was started.</summary>
    Unsupported,

    /// <summary>As many sandboxes run as are allowed at once: nothing was started.</summary>
    Busy,
}
