using System.Collections.Generic;
using System.Reflection.Emit;

namespace NodeRuntime.Wasm.Compilation;

/// <summary>IL locals that hold operands for a while. They are used again, type by type: many locals cost the JIT its optimisations.</summary>
internal sealed class TemporaryPool(IlWriter il)
{
    private readonly List<LocalBuilder> _free = [];

    public LocalBuilder Take(System.Type type)
    {
        for (int i = _free.Count - 1; i >= 0; i--)
        {
            if (_free[i].LocalType != type) continue;
            LocalBuilder found = _free[i];
            _free.RemoveAt(i);
            return found;
        }

        return il.Declare(type);
    }

    public void Give(LocalBuilder local) => _free.Add(local);
}
