using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Stepping;

/// <summary>A call under way.</summary>
internal struct StepFrame
{
    public StepFunction Function;
    public Instance Instance;

    /// <summary>The operation to run next, once the frame is the top one again.</summary>
    public int Next;

    /// <summary>The slot of the first parameter.</summary>
    public int Base;

    /// <summary>The call depth that is left to those it calls.</summary>
    public int Depth;
}
