namespace NodeRuntime.Wasm.Stepping;

/// <summary>Why the executor gave control back without a trap.</summary>
internal enum StepStatus
{
    /// <summary>The function returned.</summary>
    Finished,

    /// <summary>The steps or the fuel asked for are used.</summary>
    Paused,
}
