using System;
using System.Reflection;
using System.Reflection.Emit;
using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm.Compilation;

/// <summary>
/// The code by which compiled callers reach the host's functions of one type through tables and tail calls, where nobody knows beforehand
/// that a function is the host's. Few modules need one.
/// </summary>
internal sealed class HostBridge
{
    private const string TypeName = "Bridge";

    // The code goes when nobody holds its type.
    private readonly Type _type;

    private HostBridge(Type type)
    {
        _type = type;
    }

    public nint Code => _type.GetMethod(TypeName)!.MethodHandle.GetFunctionPointer();

    public static HostBridge Make(FunctionType type)
    {
        TypeBuilder builder = GuestAssembly.Define().DefineType(TypeName, TypeAttributes.Public | TypeAttributes.Sealed);
        MethodBuilder method = builder.DefineMethod(
            TypeName,
            MethodAttributes.Public | MethodAttributes.Static,
            Members.InnerResultType(type, metered: true),
            Members.InnerParameterTypes(type, metered: true));
        InnerBridge.ToReference(method.GetILGenerator(), type);
        return new HostBridge(builder.CreateType());
    }
}
