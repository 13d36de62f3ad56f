using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NodeRuntime.Wasm.Execution;

/// <summary>
/// What compiled code calls where an instruction is more than a few IL instructions. The caller has written its fuel back before each one
/// that takes the instance.
/// </summary>
internal static class Intrinsics
{
    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Throw(int trap) => throw new TrapException((Trap)trap);

    /// <summary>Ends the guest's run where it stands, with the fuel it has. A run that could not be paid was not begun: then its trap is none.</summary>
    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Stop(int trap, Instance instance, long fuel)
    {
        // However large the run was that could not be paid. Interrupted, the guest keeps what it has.
        instance.Store.Fuel = fuel < 0 ? Store.Exhausted : fuel;
        throw new TrapException(fuel < 0 ? Trap.OutOfFuel : (Trap)trap);
    }

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void StopForStack(Instance instance, long fuel)
    {
        instance.Store.Fuel = fuel;
        throw new HostStackException();
    }

    /// <summary>A table's entry, whose index has been compared with <see cref="Table.Count"/>, which no index beyond the array is below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static object? EntryAt(Table table, int index) =>
        Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(table.Entries), (nint)unchecked((uint)index));

    public static void NeedInnerCode(FunctionReference reference) => reference.Owner.Store.Bridge(reference);

    // Every NaN that arithmetic makes becomes the positive quiet one: which payload a machine's instruction gives is its own affair.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Canonical(float value) => float.IsNaN(value) ? BitConverter.Int32BitsToSingle(0x7FC00000) : value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Canonical(double value) => double.IsNaN(value) ? BitConverter.Int64BitsToDouble(0x7FF8000000000000) : value;

    /// <summary>
    /// Not inlined: the JIT keeps float constants as doubles, on which a signalling NaN turns quiet.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static float SingleFromBits(int bits) => BitConverter.Int32BitsToSingle(bits);

    public static float Min(float a, float b)
    {
        if (a < b) return a;
        if (b < a) return b;
        if (a == b) return BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(a) | BitConverter.SingleToInt32Bits(b));
        return a + b;
    }

    public static float Max(float a, float b)
    {
        if (a > b) return a;
        if (b > a) return b;
        if (a == b) return BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(a) & BitConverter.SingleToInt32Bits(b));
        return a + b;
    }

    public static double Min(double a, double b)
    {
        if (a < b) return a;
        if (b < a) return b;
        if (a == b) return BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(a) | BitConverter.DoubleToInt64Bits(b));
        return a + b;
    }

    public static double Max(double a, double b)
    {
        if (a > b) return a;
        if (b > a) return b;
        if (a == b) return BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(a) & BitConverter.DoubleToInt64Bits(b));
        return a + b;
    }

    /// <summary>64 bits to a float, rounded once: both ways through double, without the second rounding.</summary>
    public static float ToSingle(long value) => value < 0 ? -ToSingle(unchecked(0UL - (ulong)value)) : ToSingle((ulong)value);

    public static float ToSingle(ulong value)
    {
        // A double holds 53 bits. Of the twelve that it might drop one sticky bit is kept: it lies far below a float's rounding bit.
        if (value >= 1UL << 53) value = (value & ~0xFFFUL) | ((value & 0xFFF) == 0 ? 0UL : 0x800UL);
        return (float)(double)value;
    }

    public static int MemoryGrow(Instance instance, int pages, int memory)
    {
        uint wanted = unchecked((uint)pages);
        LinearMemory target = instance.Memories[memory];
        if (!target.CanGrow(wanted)) return -1;
        instance.Store.Charge(wanted * (long)FuelSchedule.GrowPage);
        return target.Grow(wanted);
    }

    public static int MemorySize(Instance instance, int memory) => instance.Memories[memory].Pages;

    public static unsafe void MemoryFill(Instance instance, int to, int value, int length, int memory)
    {
        ChargeBytes(instance, length);
        uint count = unchecked((uint)length);
        NativeMemory.Fill(instance.Memories[memory].Pointer(unchecked((uint)to), count), count, unchecked((byte)value));
    }

    public static unsafe void MemoryCopy(Instance instance, int to, int from, int length, int toMemory, int fromMemory)
    {
        ChargeBytes(instance, length);
        uint count = unchecked((uint)length);
        byte* source = instance.Memories[fromMemory].Pointer(unchecked((uint)from), count);
        NativeMemory.Copy(source, instance.Memories[toMemory].Pointer(unchecked((uint)to), count), count);
    }

    public static void MemoryInit(Instance instance, int to, int from, int length, int memory, int segment)
    {
        ChargeBytes(instance, length);
        instance.InitMemory(memory, segment, unchecked((uint)to), unchecked((uint)from), unchecked((uint)length));
    }

    public static void DataDrop(Instance instance, int segment) => instance.DropData(segment);

    public static object? TableGet(Instance instance, int index, int table)
    {
        Table entries = instance.Tables[table];
        if (unchecked((uint)index) >= (uint)entries.Count) throw new TrapException(Trap.OutOfBoundsTable);
        return entries.Entries[index];
    }

    public static void TableSet(Instance instance, int index, object? value, int table)
    {
        Table entries = instance.Tables[table];
        if (unchecked((uint)index) >= (uint)entries.Count) throw new TrapException(Trap.OutOfBoundsTable);
        entries.Entries[index] = value;
    }

    public static int TableSize(Instance instance, int table) => instance.Tables[table].Count;

    public static int TableGrow(Instance instance, object? value, int entries, int table)
    {
        uint wanted = unchecked((uint)entries);
        Table target = instance.Tables[table];
        if (wanted > (uint)Math.Max(0, target.CountMax - target.Count) || !instance.Store.TryTakeTableEntries(wanted)) return -1;
        instance.Store.Charge(wanted);
        return target.Grow(wanted, value);
    }

    public static void TableFill(Instance instance, int to, object? value, int length, int table)
    {
        instance.Store.Charge(unchecked((uint)length));
        instance.Tables[table].Slice(unchecked((uint)to), unchecked((uint)length)).Fill(value);
    }

    public static void TableCopy(Instance instance, int to, int from, int length, int toTable, int fromTable)
    {
        instance.Store.Charge(unchecked((uint)length));
        Span<object?> source = instance.Tables[fromTable].Slice(unchecked((uint)from), unchecked((uint)length));
        source.CopyTo(instance.Tables[toTable].Slice(unchecked((uint)to), unchecked((uint)length)));
    }

    public static void TableInit(Instance instance, int to, int from, int length, int table, int segment)
    {
        instance.Store.Charge(unchecked((uint)length));
        instance.InitTable(table, segment, unchecked((uint)to), unchecked((uint)from), unchecked((uint)length));
    }

    public static void ElemDrop(Instance instance, int segment) => instance.DropElements(segment);

    public static object RefFunc(Instance instance, int function) => instance.Function(function);

    private static void ChargeBytes(Instance instance, int length) =>
        instance.Store.Charge(unchecked((uint)length) / FuelSchedule.BulkBytesPerUnit);
}
