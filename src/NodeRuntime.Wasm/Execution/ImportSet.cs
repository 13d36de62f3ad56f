using System;
using System.Collections.Generic;
using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm.Execution;

/// <summary>What an instance is given, by the index spaces of its module, checked against its declarations (section 3.4.10).</summary>
internal sealed class ImportSet
{
    /// <summary>Each a <see cref="FunctionReference"/> or a <see cref="HostFunction"/>.</summary>
    public List<object> Functions { get; } = [];

    public List<Table> Tables { get; } = [];

    public List<LinearMemory> Memories { get; } = [];

    public List<GlobalCell> Globals { get; } = [];

    /// <summary>Empty when every import was found and fits; else names the first that does not.</summary>
    public string Fault { get; private set; } = "";

    /// <param name="resolve">Gives a function, table, memory or global for an import, or null.</param>
    public static ImportSet Resolve(ModuleModel model, Func<Import, object?> resolve)
    {
        var set = new ImportSet();
        foreach (Import import in model.Imports)
        {
            object? found = resolve(import);
            string fault = found is null ? "unknown import" : set.Add(model, import, found) ? "" : "incompatible import type";
            if (fault.Length == 0) continue;
            set.Fault = fault + ": " + import.Module + "." + import.Name;
            return set;
        }

        return set;
    }

    private bool Add(ModuleModel model, Import import, object found)
    {
        switch (import.Kind, found)
        {
            case (ExternalKind.Function, FunctionReference reference):
                Functions.Add(reference);
                return model.TypeOf(import.Index).Matches(reference.Type);
            case (ExternalKind.Function, HostFunction host):
                Functions.Add(host);
                return model.TypeOf(import.Index).Matches(host.Type);
            case (ExternalKind.Table, Table table):
                Tables.Add(table);
                TableType wanted = model.Tables[import.Index];
                return wanted.Element == table.Element && Fits(wanted.Size, table.Count, table.DeclaredMaximum);
            case (ExternalKind.Memory, LinearMemory memory):
                Memories.Add(memory);
                return Fits(model.Memories[import.Index], memory.Pages, memory.DeclaredMaximum);
            case (ExternalKind.Global, GlobalCell cell):
                Globals.Add(cell);
                return model.Globals[import.Index] == cell.Type;
            default:
                return false;
        }
    }

    private static bool Fits(SizeRange wanted, long size, long maximum) =>
        size >= wanted.Minimum && (wanted.Maximum < 0 || (maximum >= 0 && maximum <= wanted.Maximum));
}
