using System.Collections.Generic;
using System.Reflection.Emit;

namespace NodeRuntime.Wasm.Compilation;

/// <summary>IL locals that hold operands for a while. They are used again, type by type: many locals cost the JIT its optimisations.</summary>
internal sealed class TemporaryPool(IlWriter il)
{
    // A handful of types: a list is searched faster than a map.
    private readonly List<(System.Type Type, Stack<LocalBuilder> Free)> _shelves = [];

    public LocalBuilder Take(System.Type type) => Shelf(type).TryPop(out LocalBuilder? free) ? free : il.Declare(type);

    public void Give(LocalBuilder local) => Shelf(local.LocalType).Push(local);

    private Stack<LocalBuilder> Shelf(System.Type type)
    {
        foreach ((System.Type known, Stack<LocalBuilder> free) in _shelves)
        {
            if (known == type) return free;
        }

        var made = new Stack<LocalBuilder>();
        _shelves.Add((type, made));
        return made;
    }
}
