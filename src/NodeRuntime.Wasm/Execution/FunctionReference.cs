using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Stepping;

namespace NodeRuntime.Wasm.Execution;

/// <summary>
/// A function as a value. Its code is a managed function pointer with the guest's parameters first, then the instance and the depth
/// that is left.
/// </summary>
internal sealed class FunctionReference(FunctionType type, Instance owner, nint code)
{
    /// <summary>Canonical in the owner's store; compiled code compares it by reference.</summary>
    public readonly FunctionType Type = type;

    public readonly Instance Owner = owner;

    /// <summary>Zero for a stepped function as long as no instance of its store is compiled.</summary>
    public nint Code = code;

    /// <summary>Its place among the owner's functions; -1 for one of the host's.</summary>
    public int Index { get; init; } = -1;

    /// <summary>The function in the form that the stepping executor runs, if that is how its owner runs it.</summary>
    public StepFunction? Stepped => Owner.Steps?.Find(Index);

    /// <summary>How the stepping executor calls it from outside, found at the first such call.</summary>
    public ForeignCall? Foreign { get; set; }
}
