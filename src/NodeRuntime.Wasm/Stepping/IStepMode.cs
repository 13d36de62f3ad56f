namespace NodeRuntime.Wasm.Stepping;

/// <summary>A way to run, known to the just-in-time compiler, so that each has a loop of its own without the other's costs.</summary>
internal interface IStepMode
{
    /// <summary>Counts instructions and marks the pages that stores touch.</summary>
    static abstract bool IsTraced { get; }
}

/// <summary>Runs to the end.</summary>
internal readonly struct PlainSteps : IStepMode
{
    public static bool IsTraced => false;
}

/// <summary>May stop at any border between operations.</summary>
internal readonly struct TracedSteps : IStepMode
{
    public static bool IsTraced => true;
}
