using System.Collections.Generic;
using System.Reflection;
using System.Reflection.Emit;

namespace NodeRuntime.Wasm.Compilation;

/// <summary>
/// The metadata tokens of the few fields that compiled code names, in one dynamic module: asking the module anew at each use took a fifth
/// of emitting.
/// </summary>
internal sealed class FieldTokens(ModuleBuilder module)
{
    // A handful: a list is searched faster than a map.
    private readonly List<(FieldInfo Field, int Token)> _known = [];

    public int Of(FieldInfo field)
    {
        foreach ((FieldInfo known, int token) in _known)
        {
            if (ReferenceEquals(known, field)) return token;
        }

        int made = module.GetFieldMetadataToken(field);
        _known.Add((field, made));
        return made;
    }
}
