using System;
using System.Collections.Generic;
using System.Reflection;
using System.Reflection.Emit;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Compilation;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Embedding;

/// <summary>
/// From compiled code to a delegate of a shape that <see cref="HostThunks"/> has no method for: one is made for it. Several results are a
/// tuple's elements: the first is returned, the others go where the guest looks for them.
/// </summary>
internal static class HostThunkEmitter
{
    private const string TypeName = "Thunk";

    private static readonly MethodInfo Enter = typeof(HostBinding).GetMethod(nameof(HostBinding.Enter))!;
    private static readonly MethodInfo Leave = typeof(HostBinding).GetMethod(nameof(HostBinding.Leave))!;
    private static readonly MethodInfo Target = typeof(HostBinding).GetProperty(nameof(HostBinding.Target))!.GetMethod!;
    private static readonly MethodInfo Caller = typeof(HostBinding).GetProperty(nameof(HostBinding.Caller))!.GetMethod!;

    /// <summary>The fields that lead to each element of a tuple, one path for an element; empty for a type that is none.</summary>
    public static List<FieldInfo[]> Elements(Type type)
    {
        var paths = new List<FieldInfo[]>();
        var prefix = new List<FieldInfo>();
        while (type.IsGenericType && type.FullName!.StartsWith("System.ValueTuple`", StringComparison.Ordinal))
        {
            FieldInfo? rest = null;
            foreach (FieldInfo field in type.GetFields())
            {
                if (field.Name == "Rest") rest = field;
                else paths.Add([.. prefix, field]);
            }

            if (rest is null) break;
            prefix.Add(rest);
            type = rest.FieldType;
        }

        return paths;
    }

    /// <param name="parameters">Of the guest: without the caller.</param>
    /// <returns>The method, whose code lives as long as it is held.</returns>
    public static MethodInfo Make(Type delegateType, MethodInfo invoke, Type[] parameters, FunctionType type, List<FieldInfo[]> elements)
    {
        TypeBuilder builder = GuestAssembly.Define().DefineType(TypeName, TypeAttributes.Public | TypeAttributes.Sealed);
        MethodBuilder method = builder.DefineMethod(
            TypeName, MethodAttributes.Public | MethodAttributes.Static, Members.ResultType(type), Members.ParameterTypes(type));
        ILGenerator il = method.GetILGenerator();
        short adapter = (short)parameters.Length;
        LocalBuilder binding = il.DeclareLocal(typeof(HostBinding));
        LocalBuilder before = il.DeclareLocal(typeof(int));
        LocalBuilder? given = invoke.ReturnType == typeof(void) ? null : il.DeclareLocal(invoke.ReturnType);
        il.Emit(OpCodes.Ldarg, adapter);
        il.Emit(OpCodes.Ldarg, (short)(adapter + 1));
        il.Emit(OpCodes.Ldloca, before);
        il.Emit(OpCodes.Call, Enter);
        il.Emit(OpCodes.Stloc, binding);
        il.BeginExceptionBlock();
        il.Emit(OpCodes.Ldloc, binding);
        il.Emit(OpCodes.Call, Target);
        il.Emit(OpCodes.Castclass, delegateType);
        if (invoke.GetParameters().Length > parameters.Length)
        {
            il.Emit(OpCodes.Ldloc, binding);
            il.Emit(OpCodes.Call, Caller);
        }

        for (short i = 0; i < adapter; i++) il.Emit(OpCodes.Ldarg, i);
        il.Emit(OpCodes.Callvirt, invoke);
        if (given is not null) il.Emit(OpCodes.Stloc, given);
        il.BeginFinallyBlock();
        il.Emit(OpCodes.Ldloc, binding);
        il.Emit(OpCodes.Ldloc, before);
        il.Emit(OpCodes.Call, Leave);
        il.EndExceptionBlock();
        for (int i = 1; i < type.Results.Length; i++) EmitLaterResult(il, adapter, type.Results[i], i, given!, elements[i]);
        if (given is not null && elements.Count == 0) il.Emit(OpCodes.Ldloc, given);
        else if (given is not null) EmitElement(il, given, elements[0]);
        il.Emit(OpCodes.Ret);
        return builder.CreateType().GetMethod(TypeName)!;
    }

    private static void EmitLaterResult(ILGenerator il, short adapter, WasmType result, int index, LocalBuilder given, FieldInfo[] path)
    {
        il.Emit(OpCodes.Ldarg, adapter);
        if (result is WasmType.FuncRef or WasmType.ExternRef)
        {
            il.Emit(OpCodes.Ldfld, Members.InstanceStore);
            il.Emit(OpCodes.Call, Members.StoreResultReferences);
            il.Emit(OpCodes.Ldc_I4, index);
            EmitElement(il, given, path);
            il.Emit(OpCodes.Stelem_Ref);
            return;
        }

        il.Emit(OpCodes.Ldfld, Members.InstanceBlock);
        il.Emit(OpCodes.Ldc_I4, Store.ResultsOffset + (index * Store.SlotBytes));
        il.Emit(OpCodes.Add);
        EmitElement(il, given, path);
        SlotAccess.Store(new IlWriter(il), result);
    }

    private static void EmitElement(ILGenerator il, LocalBuilder given, FieldInfo[] path)
    {
        il.Emit(OpCodes.Ldloca, given);
        foreach (FieldInfo rest in path.AsSpan()[..^1]) il.Emit(OpCodes.Ldflda, rest);
        il.Emit(OpCodes.Ldfld, path[^1]);
    }
}
