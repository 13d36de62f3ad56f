using System;
using System.Runtime.InteropServices;
using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm.Stepping;

/// <summary>
/// A function in the form that <see cref="Stepper"/> runs: decoded operations with their targets resolved. A frame is
/// <see cref="FrameSlots"/> slots of eight bytes: the parameters, the locals, the operands; a vector takes two. Immutable.
/// </summary>
internal sealed unsafe class StepFunction
{
    private readonly StepOp[] _ops;
    private readonly StepBranch[] _branches;
    private readonly ulong[] _constants;

    public StepFunction(int index, FunctionType type, StepOp[] ops, StepBranch[] branches, ulong[] constants)
    {
        Index = index;
        Type = type;
        _ops = Pin(ops);
        _branches = Pin(branches);
        _constants = Pin(constants);
        Ops = (StepOp*)Marshal.UnsafeAddrOfPinnedArrayElement(_ops, 0);
        Branches = (StepBranch*)Marshal.UnsafeAddrOfPinnedArrayElement(_branches, 0);
        Constants = (ulong*)Marshal.UnsafeAddrOfPinnedArrayElement(_constants, 0);
    }

    /// <summary>In the module's index space of functions.</summary>
    public int Index { get; }

    public FunctionType Type { get; }

    public int OpCount => _ops.Length;

    public StepOp* Ops { get; }

    public StepBranch* Branches { get; }

    public ulong* Constants { get; }

    public required int ParameterSlots { get; init; }

    /// <summary>Parameters and locals.</summary>
    public required int LocalSlots { get; init; }

    public required int FrameSlots { get; init; }

    public required int ResultSlots { get; init; }

    /// <summary>What a call counts against the depth: nothing if it calls nobody itself.</summary>
    public required int Weight { get; init; }

    private static T[] Pin<T>(T[] items) where T : unmanaged
    {
        T[] pinned = GC.AllocateUninitializedArray<T>(Math.Max(1, items.Length), pinned: true);
        items.CopyTo(pinned, 0);
        return pinned;
    }
}
