using System;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Embedding;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm;

/// <summary>A table of references, exported by an instance or made by the host to be imported.</summary>
public sealed class GuestTable
{
    /// <summary>A table of functions, all null.</summary>
    public GuestTable(int entries, int entriesMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(entries);
        ArgumentOutOfRangeException.ThrowIfLessThan(entriesMax, entries);
        Table = new Table(WasmType.FuncRef, entries, entriesMax, entriesMax);
    }

    internal GuestTable(Table table, Run run)
    {
        Table = table;
        Run = run;
    }

    public int Count => Table.Count;

    internal Table Table { get; }

    /// <summary>Null for the host's own.</summary>
    internal Run? Run { get; }
}
