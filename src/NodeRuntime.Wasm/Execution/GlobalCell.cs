using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm.Execution;

/// <summary>A global variable as importers share it: a place in its owner's native block, or an object for references.</summary>
internal sealed class GlobalCell(GlobalType type, object? keepAlive)
{
    public readonly GlobalType Type = type;

    /// <summary>Where a number's eight bytes are; compiled code reads this field.</summary>
    public nint Address;

    /// <summary>A number's eight bytes, for readers that are not compiled code.</summary>
    public unsafe ulong Bits => Address == 0 ? 0 : *(ulong*)Address;

    /// <summary>A reference's value; compiled code reads this field.</summary>
    public object? Reference;

    /// <summary>The owner of <see cref="Address"/>.</summary>
    public readonly object? KeepAlive = keepAlive;
}
