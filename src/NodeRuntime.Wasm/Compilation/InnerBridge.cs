using System;
using System.Reflection;
using System.Reflection.Emit;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Compilation;

/// <summary>
/// How compiled callers reach what is not compiled, by their own convention: the fuel that they hand on goes to the store before the call,
/// and what the store has then comes back with the result.
/// </summary>
internal static class InnerBridge
{
    /// <summary>To a method of the outer convention in the same module.</summary>
    public static void ToMethod(ILGenerator generator, FunctionType type, MethodInfo function, MemberTokens tokens)
    {
        var il = new IlWriter(generator, tokens);
        int instance = type.Parameters.Length;
        Emit(il, type, () =>
        {
            for (int i = 0; i < instance + 2; i++) il.LoadArgument(i);
            il.Call(function);
        });
    }

    /// <summary>To the reference that the instance holds as its host (<see cref="Instance.Host"/>).</summary>
    public static void ToReference(ILGenerator generator, FunctionType type)
    {
        var il = new IlWriter(generator);
        int instance = type.Parameters.Length;
        LocalBuilder reference = il.Declare(typeof(FunctionReference));
        Emit(il, type, () =>
        {
            il.LoadArgument(instance);
            il.Call(Members.InstanceHost);
            il.Store(reference);
            for (int i = 0; i < instance; i++) il.LoadArgument(i);
            il.Load(reference);
            il.Field(Members.ReferenceOwner);
            il.LoadArgument(instance + 1);
            il.Load(reference);
            il.Field(Members.ReferenceCode);
            il.CallPointer(Members.ResultType(type), Members.ParameterTypes(type));
        });
    }

    private static void Emit(IlWriter il, FunctionType type, Action call)
    {
        int instance = type.Parameters.Length;
        LoadBlock(il, instance);
        il.LoadArgument(instance + 2);
        il.Op(OpCodes.Stind_I8);
        call();
        if (type.Results.Length == 0)
        {
            LoadBlock(il, instance);
            il.Op(OpCodes.Ldind_I8);
            il.Op(OpCodes.Ret);
            return;
        }

        WasmType first = type.Results[0];
        LocalBuilder result = il.Declare(Members.IlType(first));
        LocalBuilder both = il.Declare(Members.FueledType(first));
        il.Store(result);
        il.LoadAddress(both);
        il.Load(result);
        il.StoreField(Members.FueledValue(first));
        il.LoadAddress(both);
        LoadBlock(il, instance);
        il.Op(OpCodes.Ldind_I8);
        il.StoreField(Members.FueledFuel(first));
        il.Load(both);
        il.Op(OpCodes.Ret);
    }

    private static void LoadBlock(IlWriter il, int instance)
    {
        il.LoadArgument(instance);
        il.Field(Members.InstanceBlock);
    }
}
