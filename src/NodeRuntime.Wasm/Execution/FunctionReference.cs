using NodeRuntime.Wasm.Binary;

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

    public readonly nint Code = code;
}
