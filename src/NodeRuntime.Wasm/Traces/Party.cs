namespace NodeRuntime.Wasm.Traces;

/// <summary>The two who disagree.</summary>
public enum Party
{
    First,
    Second,
}
