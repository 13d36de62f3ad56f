using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm.Execution;

/// <summary>
/// What all instances of one run share: the fuel, the results beyond a function's first, the stack's limit. They lie in a native block, so
/// that compiled code reaches them through one pointer that never moves.
/// </summary>
internal sealed unsafe class Store : IDisposable
{
    public const int FuelOffset = 0;
    public const int StackLimitOffset = 8;

    /// <summary>Eight bytes that are always zero, which the JIT cannot know.</summary>
    public const int ZeroOffset = 16;

    /// <summary>Results beyond the first, eight bytes each, at this offset.</summary>
    public const int ResultsOffset = 24;

    private readonly SortedDictionary<string, FunctionType> _types = new(StringComparer.Ordinal);
    private byte* _block;

    public Store(ModuleLimits limits, long fuel)
    {
        int results = limits.ResultsMax;
        _block = (byte*)NativeMemory.AllocZeroed((nuint)(ResultsOffset + (results * 8)));
        ResultReferences = new object?[results];
        TableEntriesMax = limits.TableEntriesMax;
        Fuel = fuel;
    }

    ~Store()
    {
        Free();
    }

    public nint Block => (nint)_block;

    public ref long Fuel => ref *(long*)(_block + FuelOffset);

    /// <summary>Frames below this address are refused: the host's safety net under the counted depth.</summary>
    public ref nint StackLimit => ref *(nint*)(_block + StackLimitOffset);

    public object?[] ResultReferences { get; }

    /// <summary>Of all tables of the store's instances together.</summary>
    public int TableEntriesMax { get; }

    /// <summary>What they have taken of it.</summary>
    private long TableEntries { get; set; }

    public Span<ulong> Results => new(_block + ResultsOffset, ResultReferences.Length);

    /// <summary>The one object of this store for a type, so that compiled code compares types by reference.</summary>
    public FunctionType Canonical(FunctionType type)
    {
        string text = type.ToString();
        if (_types.TryGetValue(text, out FunctionType? known)) return known;
        _types.Add(text, type);
        return type;
    }

    /// <summary>Entries for a table that is made or grown; false when there are not that many left.</summary>
    public bool TryTakeTableEntries(long entries)
    {
        if (entries > TableEntriesMax - TableEntries) return false;
        TableEntries += entries;
        return true;
    }

    /// <summary>Takes a price that only now is known.</summary>
    public void Charge(long units)
    {
        Fuel -= units;
        if (Fuel < 0) throw new TrapException(Trap.OutOfFuel);
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.Free(_block);
        _block = null;
    }
}
