using System.Collections.Generic;
using System.Reflection;
using System.Reflection.Emit;

namespace NodeRuntime.Wasm.Compilation;

/// <summary>
/// The metadata tokens of the few fields and methods that compiled code names again and again, in one dynamic module: asking the module
/// anew takes about two microseconds each time, a third of emitting.
/// </summary>
internal sealed class MemberTokens(ModuleBuilder module)
{
    // A handful: a list is searched faster than a map.
    private readonly List<(MemberInfo Member, int Token)> _known = [];

    public int Of(FieldInfo field) => Find(field) is var token and not 0 ? token : Add(field, module.GetFieldMetadataToken(field));

    public int Of(MethodInfo method) => Find(method) is var token and not 0 ? token : Add(method, module.GetMethodMetadataToken(method));

    /// <summary>Zero, which is nobody's token, when it is not known yet.</summary>
    private int Find(MemberInfo member)
    {
        foreach ((MemberInfo known, int token) in _known)
        {
            if (ReferenceEquals(known, member)) return token;
        }

        return 0;
    }

    private int Add(MemberInfo member, int token)
    {
        _known.Add((member, token));
        return token;
    }
}
