using System.Collections.Generic;

namespace NodeRuntime.Wasm.Binary;

/// <summary>A module as its sections say, imports first in each index space.</summary>
internal sealed class ModuleModel
{
    public required byte[] Bytes { get; init; }

    /// <summary>What the module was allowed to use.</summary>
    public WasmFeatures Features { get; init; } = WasmFeatures.All;

    public List<FunctionType> Types { get; } = [];

    public List<Import> Imports { get; } = [];

    /// <summary>The type index of each function.</summary>
    public List<int> Functions { get; } = [];

    public List<TableType> Tables { get; } = [];

    public List<SizeRange> Memories { get; } = [];

    public List<GlobalType> Globals { get; } = [];

    public List<GlobalDefinition> GlobalDefinitions { get; } = [];

    public List<Export> Exports { get; } = [];

    /// <summary>-1 without a start function.</summary>
    public int Start { get; set; } = -1;

    public List<ElementSegment> Elements { get; } = [];

    public List<DataSegment> Data { get; } = [];

    /// <summary>-1 without a data count section.</summary>
    public int DataCount { get; set; } = -1;

    public List<FunctionBody> Bodies { get; } = [];

    /// <summary>Where the content of the name section lies, which no verdict depends on; zero and zero without one.</summary>
    public (int Start, int End) NameSection { get; set; }

    public int ImportedFunctions { get; set; }

    public int ImportedTables { get; set; }

    public int ImportedMemories { get; set; }

    public int ImportedGlobals { get; set; }

    /// <summary>Functions that may be named by ref.func inside a body, because something outside the bodies names them.</summary>
    public bool[] Declared { get; set; } = [];

    public FunctionType TypeOf(int function) => Types[Functions[function]];

    public Export? FindExport(string name)
    {
        foreach (Export export in Exports)
        {
            if (export.Name == name) return export;
        }

        return null;
    }
}
