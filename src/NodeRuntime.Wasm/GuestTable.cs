using System;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Embedding;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm;

/// <summary>
/// A table of references, exported by an instance or made by the host to be imported. A table of functions belongs to the instances that run
/// together with the first that imports it, or whose function is put there. An index outside is <see cref="Trap.OutOfBoundsTable"/>.
/// </summary>
public sealed class GuestTable
{
    /// <summary>A table of null references.</summary>
    /// <param name="element">FuncRef or ExternRef.</param>
    public GuestTable(int entries, int entriesMax, GuestType element = GuestType.FuncRef)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(entries);
        ArgumentOutOfRangeException.ThrowIfLessThan(entriesMax, entries);
        if (element is not (GuestType.FuncRef or GuestType.ExternRef)) throw new LinkException("a table holds references, not " + element);
        Table = new Table(GuestTypes.Of(element), entries, entriesMax, entriesMax);
    }

    internal GuestTable(Table table, Run run)
    {
        Table = table;
        Run = run;
    }

    public int Count => Table.Count;

    /// <summary>FuncRef or ExternRef.</summary>
    public GuestType Element => GuestTypes.Of(Table.Element);

    internal Table Table { get; }

    /// <summary>Null for the host's own.</summary>
    internal Run? Run { get; }

    /// <summary>The function at an index; null where there is none.</summary>
    /// <exception cref="LinkException">The table holds no functions.</exception>
    /// <exception cref="GuestTrapException">The index lies outside.</exception>
    public GuestFunction? GetFunction(int index) =>
        Entry(index, WasmType.FuncRef) is FunctionReference function ? new GuestFunction(function, RunOf(function)) : null;

    /// <exception cref="LinkException">The table holds no functions, or the function's instance does not run together with the table's.</exception>
    /// <exception cref="GuestTrapException">The index lies outside.</exception>
    public void SetFunction(int index, GuestFunction? function)
    {
        ref object? entry = ref Entry(index, WasmType.FuncRef);
        if (function is not null)
        {
            ObjectDisposedException.ThrowIf(function.Run.IsDisposed, typeof(GuestInstance));
            if (!Table.TrySettle(function.Run.Store)) throw new LinkException("the function belongs to an instance that does not run together with the table's");
        }

        entry = function?.Reference;
    }

    /// <summary>The host's object at an index.</summary>
    /// <exception cref="LinkException">The table holds functions.</exception>
    /// <exception cref="GuestTrapException">The index lies outside.</exception>
    public object? GetReference(int index) => Entry(index, WasmType.ExternRef);

    /// <exception cref="LinkException">The table holds functions.</exception>
    /// <exception cref="GuestTrapException">The index lies outside.</exception>
    public void SetReference(int index, object? value) => Entry(index, WasmType.ExternRef) = value;

    /// <summary>Adds null entries. The entries before, or -1 beyond the table's or the run's limit.</summary>
    public int Grow(int entries)
    {
        CheckAlive();
        if (entries < 0 || entries > Table.CountMax - Table.Count) return -1;
        return Table.Home?.TryTakeTableEntries(entries) == false ? -1 : Table.Grow((uint)entries, null);
    }

    private ref object? Entry(int index, WasmType element)
    {
        CheckAlive();
        if (Table.Element != element) throw new LinkException("the table is of type " + Element);
        if (unchecked((uint)index) >= (uint)Table.Count) throw new GuestTrapException(Trap.OutOfBoundsTable, []);
        return ref Table.Entries[index];
    }

    private void CheckAlive() =>
        ObjectDisposedException.ThrowIf((Run ?? Table.Home?.Embedder as Run) is { IsDisposed: true }, typeof(GuestInstance));

    /// <summary>A table that embedded instances use holds functions of their run alone.</summary>
    private static Run RunOf(FunctionReference function) => (Run)function.Owner.Store.Embedder!;
}
