namespace NodeRuntime.Wasm;

/// <summary>What a person reads of a trap.</summary>
public static class Traps
{
    public static string Describe(Trap trap) => trap switch
    {
        Trap.Unreachable => "an unreachable instruction was executed",
        Trap.OutOfBoundsMemory => "out of bounds memory access",
        Trap.OutOfBoundsTable => "out of bounds table access",
        Trap.UndefinedElement => "undefined element: an indirect call beyond the table",
        Trap.UninitializedElement => "uninitialized element: an indirect call of null",
        Trap.IndirectCallTypeMismatch => "indirect call type mismatch",
        Trap.IntegerOverflow => "integer overflow",
        Trap.IntegerDivideByZero => "integer divide by zero",
        Trap.InvalidConversion => "invalid conversion to integer: not a number",
        Trap.OutOfFuel => "the fuel is used up",
        Trap.CallDepthExceeded => "calls nest deeper than allowed",
        Trap.MemoryLimitExceeded => "the module starts with more memory than allowed",
        Trap.OutputLimitExceeded => "the output is larger than it may be",
        Trap.TableLimitExceeded => "the module starts with more table entries than allowed",
        Trap.HostCallLimitExceeded => "more calls of the host than allowed",
    };
}
