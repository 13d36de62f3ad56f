using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Embedding;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm;

/// <summary>A global variable, exported by an instance or made by the host to be imported.</summary>
public sealed unsafe class GuestGlobal
{
    private readonly GlobalCell _cell;

    /// <summary>A number or a host's object; its type is the value's.</summary>
    public GuestGlobal(GuestValue value, bool isMutable = false)
    {
        if (value.Type == GuestType.FuncRef) throw new LinkException("a host's global holds a number or an externref");
        UInt128[] place = GC.AllocateArray<UInt128>(1, pinned: true);
        place[0] = value.Bits;
        _cell = new GlobalCell(new GlobalType(GuestTypes.Of(value.Type), isMutable), place)
        {
            Address = Marshal.UnsafeAddrOfPinnedArrayElement(place, 0),
            Reference = value.AnyReference,
        };
    }

    internal GuestGlobal(GlobalCell cell, Run run)
    {
        _cell = cell;
        Run = run;
    }

    public GuestType Type => GuestTypes.Of(_cell.Type.Type);

    public bool IsMutable => _cell.Type.Mutable;

    /// <exception cref="LinkException">On writing: the global cannot be changed, or is of another type.</exception>
    public GuestValue Value
    {
        get
        {
            CheckAlive();
            return new GuestValue(Type, _cell.Bits & GuestTypes.Mask(_cell.Type.Type), _cell.Reference);
        }

        set
        {
            CheckAlive();
            if (!IsMutable) throw new LinkException("the global is immutable");
            if (value.Type != Type || Type == GuestType.FuncRef) throw new LinkException("the global is of type " + Type);
            if (Type == GuestType.ExternRef) _cell.Reference = value.AnyReference;
            else if (Type == GuestType.V128) Unsafe.WriteUnaligned((void*)_cell.Address, value.Bits);
            else *(ulong*)_cell.Address = (ulong)value.Bits;
        }
    }

    internal GlobalCell Cell => _cell;

    /// <summary>Null for the host's own.</summary>
    internal Run? Run { get; }

    private void CheckAlive() => ObjectDisposedException.ThrowIf(Run is { IsDisposed: true }, typeof(GuestInstance));
}
