using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Stepping;

namespace NodeRuntime.Wasm.Execution;

/// <summary>
/// A function as a value. Its code is a managed function pointer with the guest's parameters first, then the instance and the depth
/// that is left. Fuel lies in the store meanwhile; for compiled callers there is a second pointer, by which it goes from hand to hand.
/// </summary>
internal sealed class FunctionReference(FunctionType type, Instance owner, nint code)
{
    /// <summary>Canonical in the owner's store; compiled code compares it by reference.</summary>
    public readonly FunctionType Type = type;

    public readonly Instance Owner = owner;

    /// <summary>Zero for a stepped function as long as no instance of its store is compiled.</summary>
    public nint Code = code;

    /// <summary>The type in one number, if it has one: what compiled code compares first.</summary>
    public readonly long TypeKey = type.Key;

    /// <summary>Takes the fuel that is left too, and gives it back with the result; zero until something may call it so.</summary>
    public nint InnerCode;

    /// <summary>The instance that <see cref="InnerCode"/> takes.</summary>
    public Instance InnerOwner = owner;

    /// <summary>Its store gives it the inner code when the first compiled instance comes.</summary>
    public bool AwaitsBridge { get; set; }

    /// <summary>Its place among the owner's functions; -1 for one of the host's.</summary>
    public int Index { get; init; } = -1;

    /// <summary>The function in the form that the stepping executor runs, if that is how its owner runs it.</summary>
    public StepFunction? Stepped => Owner.Steps?.Find(Index);

    /// <summary>How the stepping executor calls it from outside, found at the first such call.</summary>
    public ForeignCall? Foreign { get; set; }
}
