using System;
using System.Runtime.CompilerServices;
using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm.Execution;

/// <summary>A global variable as importers share it: a place in its owner's native block, or an object for references.</summary>
internal sealed class GlobalCell(GlobalType type, object? keepAlive)
{
    public readonly GlobalType Type = type;

    /// <summary>Where a number's eight bytes are, or a v128's sixteen; compiled code reads this field.</summary>
    public nint Address;

    /// <summary>A number's bits, for readers that are not compiled code; of narrow ones the upper bits mean nothing.</summary>
    public unsafe UInt128 Bits =>
        Address == 0 ? 0 : Type.Type == WasmType.V128 ? Unsafe.ReadUnaligned<UInt128>((void*)Address) : *(ulong*)Address;

    /// <summary>A reference's value; compiled code reads this field.</summary>
    public object? Reference;

    /// <summary>The owner of <see cref="Address"/>.</summary>
    public readonly object? KeepAlive = keepAlive;
}
