using System;
using System.Collections.Generic;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Specification;

/// <summary>What a script's module offers to others: an instance, or the suite's own host module.</summary>
internal sealed class SpecInstance
{
    private readonly SortedDictionary<string, object> _exports = new(StringComparer.Ordinal);

    public SpecInstance(IReadOnlyDictionary<string, object> exports)
    {
        foreach ((string name, object export) in exports) _exports.Add(name, export);
    }

    public SpecInstance(ModuleModel model, Instance instance)
    {
        foreach (Export export in model.Exports)
        {
            _exports.Add(export.Name, export.Kind switch
            {
                ExternalKind.Function => instance.Function(export.Index),
                ExternalKind.Table => instance.Tables[export.Index],
                ExternalKind.Memory => instance.Memories[export.Index],
                ExternalKind.Global => instance.GlobalCells[export.Index],
                _ => throw new InvalidOperationException(),
            });
        }
    }

    public object? Export(string name) => _exports.GetValueOrDefault(name);
}
