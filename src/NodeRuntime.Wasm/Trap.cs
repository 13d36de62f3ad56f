namespace NodeRuntime.Wasm;

/// <summary>Why a guest stopped without exiting. The same module and job trap alike, at the same fuel, on every machine.</summary>
public enum Trap
{
    Unreachable,
    OutOfBoundsMemory,
    OutOfBoundsTable,

    /// <summary>call_indirect beyond the table's end.</summary>
    UndefinedElement,

    /// <summary>call_indirect of a null entry.</summary>
    UninitializedElement,
    IndirectCallTypeMismatch,
    IntegerOverflow,
    IntegerDivideByZero,

    /// <summary>A NaN converted to an integer.</summary>
    InvalidConversion,
    OutOfFuel,
    CallDepthExceeded,

    /// <summary>The module's memories start larger than the run allows.</summary>
    MemoryLimitExceeded,

    /// <summary>Files and streams together passed <see cref="WasiSettings.OutputBytesMax"/>.</summary>
    OutputLimitExceeded,

    /// <summary>The module's tables start larger than the run allows.</summary>
    TableLimitExceeded,

    /// <summary>More calls of host functions than the run allows.</summary>
    HostCallLimitExceeded,
}
