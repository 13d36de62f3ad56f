using System;
using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm.Execution;

/// <summary>A table of references; a null entry is null.</summary>
internal sealed class Table
{
    /// <summary>At least <see cref="Count"/> long; compiled code reads this field.</summary>
    public object?[] Entries;

    /// <summary>The entries in use; compiled code reads this field.</summary>
    public int Count;

    public Table(WasmType element, int count, long declaredMaximum, int entriesMax)
    {
        Element = element;
        Entries = new object?[count];
        Count = count;
        DeclaredMaximum = declaredMaximum;
        CountMax = (int)Math.Min(entriesMax, declaredMaximum < 0 ? entriesMax : declaredMaximum);
    }

    public WasmType Element { get; }

    /// <summary>Whose functions it holds; null for the host's own that nobody has imported.</summary>
    public Store? Home { get; private set; }

    public long DeclaredMaximum { get; }

    public int CountMax { get; }

    /// <summary>
    /// A function must not be reached from a run that does not hold its instance: false when the table is another store's. References of
    /// the host bind to nothing.
    /// </summary>
    public bool TrySettle(Store store)
    {
        if (Element != WasmType.FuncRef) return true;
        Home ??= store;
        return Home == store;
    }

    public int Grow(uint entries, object? value)
    {
        int before = Count;
        if (entries > (uint)Math.Max(0, CountMax - before)) return -1;
        int after = before + (int)entries;
        if (after > Entries.Length) Array.Resize(ref Entries, Math.Max(after, (int)Math.Min(CountMax, before * 2L)));
        Entries.AsSpan(before, (int)entries).Fill(value);
        Count = after;
        return before;
    }

    public Span<object?> Slice(uint start, uint length)
    {
        if ((long)start + length > Count) throw new TrapException(Trap.OutOfBoundsTable);
        return Entries.AsSpan((int)start, (int)length);
    }
}
