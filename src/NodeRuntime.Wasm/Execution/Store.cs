using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Compilation;
using NodeRuntime.Wasm.Stepping;

namespace NodeRuntime.Wasm.Execution;

/// <summary>
/// What all instances of one run share: the fuel, the results beyond a function's first, the stack's limit. They lie in a native block, so
/// that compiled code reaches them through one pointer that never moves.
/// </summary>
internal sealed unsafe class Store : IDisposable
{
    public const int FuelOffset = 0;

    /// <summary>What is left where a run could not be paid: one value, however much was missing, and nothing goes on from it.</summary>
    public const long Exhausted = -1;
    public const int StackLimitOffset = 8;

    /// <summary>Eight bytes that are always zero, which the JIT cannot know.</summary>
    public const int ZeroOffset = 16;

    /// <summary>Interruptible code stops where its fuel is below the number here: 0, or more than any fuel.</summary>
    public const int FloorOffset = 24;

    /// <summary>Results beyond the first, a slot each, at this offset.</summary>
    public const int ResultsOffset = 32;

    /// <summary>
    /// The bytes of a value outside compiled code: a global, a later result, an argument of the invoker. A v128 fills them; any other
    /// number lies in the low ones, and what is above it means nothing.
    /// </summary>
    public const int SlotBytes = 16;

    private readonly SortedDictionary<string, FunctionType> _types = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, HostBridge> _bridges = new(StringComparer.Ordinal);
    private byte* _block;
    private Stepper? _stepper;
    private readonly List<FunctionReference> _ungated = [];
    private bool _gatesAreOpen;

    public Store(ModuleLimits limits, long fuel)
    {
        int results = limits.ResultsMax;
        _block = (byte*)NativeMemory.AllocZeroed((nuint)(ResultsOffset + (results * SlotBytes)));
        ResultReferences = new object?[results];
        TableEntriesMax = limits.TableEntriesMax;
        Fuel = fuel;
        FuelGranted = fuel;
    }

    ~Store()
    {
        Free();
    }

    public nint Block => (nint)_block;

    public ref long Fuel => ref *(long*)(_block + FuelOffset);

    /// <summary>Frames below this address are refused: the host's safety net under the counted depth.</summary>
    public ref nint StackLimit => ref *(nint*)(_block + StackLimitOffset);

    /// <summary>What runs the frames of this store's stepped instances.</summary>
    public Stepper Stepper => _stepper ??= new Stepper(this);

    /// <summary>Whoever made the store for a host that calls modules itself.</summary>
    public object? Embedder { get; set; }

    public bool IsInterrupted => Volatile.Read(ref Floor) > 0;

    public object?[] ResultReferences { get; }

    /// <summary>Of all tables of the store's instances together.</summary>
    public int TableEntriesMax { get; init; }

    /// <summary>All fuel that the run was ever given.</summary>
    public long FuelGranted { get; private set; }

    public long FuelUsed => FuelGranted - Fuel;

    /// <summary>Calls of host functions that are left.</summary>
    public long HostCallsLeft { get; set; } = long.MaxValue;

    /// <summary>What they have taken of it.</summary>
    private long TableEntries { get; set; }

    public Span<UInt128> Results => new(_block + ResultsOffset, ResultReferences.Length);

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

    /// <summary>Gives a stepped function code for compiled callers, at once or when the first compiled instance comes.</summary>
    public void Gate(FunctionReference reference)
    {
        if (!_gatesAreOpen)
        {
            _ungated.Add(reference);
            return;
        }

        CompiledModule gates = reference.Owner.Steps!.Gates;
        reference.Code = gates.Pointer(reference.Index);
        reference.InnerCode = gates.InnerPointer(reference.Index);
    }

    /// <summary>Gives a function of the host code for compiled callers that do not know whose it is.</summary>
    public void Bridge(FunctionReference reference)
    {
        // A stepped function has its gate, or waits for one.
        if (reference.InnerCode != 0 || reference.Index >= 0 || reference.AwaitsBridge) return;
        if (!_gatesAreOpen)
        {
            reference.AwaitsBridge = true;
            _ungated.Add(reference);
            return;
        }

        string text = reference.Type.ToString();
        if (!_bridges.TryGetValue(text, out HostBridge? bridge))
        {
            bridge = HostBridge.Make(reference.Type);
            _bridges.Add(text, bridge);
        }

        reference.InnerOwner = Instance.OfHost(this, reference);
        reference.InnerCode = bridge.Code;
    }

    /// <summary>From now on compiled code may meet any function of this store.</summary>
    public void OpenGates()
    {
        if (_gatesAreOpen) return;
        _gatesAreOpen = true;
        foreach (FunctionReference reference in _ungated)
        {
            reference.AwaitsBridge = false;
            if (reference.Index >= 0) Gate(reference);
            else Bridge(reference);
        }

        _ungated.Clear();
    }

    /// <summary>Takes a price that only now is known.</summary>
    public void Charge(long units)
    {
        Fuel -= units;
        if (Fuel >= Volatile.Read(ref Floor)) return;
        if (Fuel < 0) Fuel = Exhausted;
        throw new TrapException(Trap.OutOfFuel);
    }

    /// <summary>Every host function begins here: it is counted and paid.</summary>
    public void EnterHost()
    {
        if (HostCallsLeft == 0) throw new TrapException(Trap.HostCallLimitExceeded);
        HostCallsLeft--;
        Charge(FuelSchedule.HostCall);
    }

    /// <summary>At most 2^63-1 is held.</summary>
    public void AddFuel(long units)
    {
        long added = Math.Min(units, long.MaxValue - Math.Max(FuelGranted, Fuel));
        Fuel += added;
        FuelGranted += added;
    }

    /// <summary>From any thread: stops interruptible code and host functions at their next look, as if the fuel were used up.</summary>
    public void Interrupt() => Volatile.Write(ref Floor, long.MaxValue);

    public void Dispose()
    {
        _stepper?.Dispose();
        Free();
        GC.SuppressFinalize(this);
    }

    private ref long Floor => ref *(long*)(_block + FloorOffset);

    private void Free()
    {
        NativeMemory.Free(_block);
        _block = null;
    }
}
