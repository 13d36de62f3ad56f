namespace NodeRuntime.Wasm.Fuzz.Comparison;

/// <summary>
/// Traps by the classes that both engines can tell apart: V8 has one message for an indirect call of null and of another type, and one
/// for all accesses beyond a table. The specification's own suite tells these apart.
/// </summary>
internal static class TrapNames
{
    public static string Of(Trap trap) => trap switch
    {
        Trap.Unreachable => "trap unreachable",
        Trap.OutOfBoundsMemory => "trap memory",
        Trap.OutOfBoundsTable or Trap.UndefinedElement => "trap table",
        Trap.UninitializedElement or Trap.IndirectCallTypeMismatch => "trap indirect",
        Trap.IntegerDivideByZero => "trap divide",
        Trap.IntegerOverflow or Trap.InvalidConversion => "trap range",
        Trap.OutOfFuel => Transcript.Limit + "fuel",
        Trap.CallDepthExceeded => Transcript.Limit + "depth",
        Trap.MemoryLimitExceeded or Trap.TableLimitExceeded or Trap.OutputLimitExceeded or Trap.HostCallLimitExceeded => Transcript.Limit + "memory",
    };
}
