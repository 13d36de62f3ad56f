using System;
using System.Reflection.Emit;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Compilation;

namespace NodeRuntime.Wasm.Execution;

/// <summary>
/// Calls a function whose type is only known at run time. Arguments and results are eight bytes each, or objects for references, both by
/// position.
/// </summary>
internal static unsafe class Invoker
{
    internal delegate void Thunk(FunctionReference function, nint arguments, object?[] references, int depth, Store store);

    public static void Invoke(
        FunctionReference function, ReadOnlySpan<ulong> arguments, object?[] references, int depth, Span<ulong> results) =>
        Invoke(MakeThunk(function.Type), function, arguments, references, depth, results);

    /// <summary>For a caller that keeps the thunk of the function's type.</summary>
    public static void Invoke(
        Thunk thunk, FunctionReference function, ReadOnlySpan<ulong> arguments, object?[] references, int depth, Span<ulong> results)
    {
        FunctionType type = function.Type;
        Store store = function.Owner.Store;
        fixed (ulong* pointer = arguments)
        {
            thunk(function, (nint)pointer, references, depth, store);
        }

        store.Results[..type.Results.Length].CopyTo(results);
    }

    public static Thunk MakeThunk(FunctionType type)
    {
        var method = new DynamicMethod(
            "invoke",
            typeof(void),
            [typeof(FunctionReference), typeof(nint), typeof(object?[]), typeof(int), typeof(Store)],
            typeof(Instance).Module,
            skipVisibility: true);
        ILGenerator il = method.GetILGenerator();
        bool reference = type.Results.Length > 0 && type.Results[0] is WasmType.FuncRef or WasmType.ExternRef;
        if (reference)
        {
            il.Emit(OpCodes.Ldarg_S, (byte)4);
            il.Emit(OpCodes.Call, Members.StoreResultReferences);
            il.Emit(OpCodes.Ldc_I4_0);
        }
        else if (type.Results.Length > 0)
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, Members.ReferenceOwner);
            il.Emit(OpCodes.Ldfld, Members.InstanceBlock);
            il.Emit(OpCodes.Ldc_I4, Store.ResultsOffset);
            il.Emit(OpCodes.Add);
        }

        for (int i = 0; i < type.Parameters.Length; i++)
        {
            WasmType parameter = type.Parameters[i];
            if (parameter is WasmType.FuncRef or WasmType.ExternRef)
            {
                il.Emit(OpCodes.Ldarg_2);
                il.Emit(OpCodes.Ldc_I4, i);
                il.Emit(OpCodes.Ldelem_Ref);
                continue;
            }

            il.Emit(OpCodes.Ldarg_1);
            il.Emit(OpCodes.Ldc_I4, i * 8);
            il.Emit(OpCodes.Add);
            il.Emit(parameter switch
            {
                WasmType.I32 => OpCodes.Ldind_I4,
                WasmType.I64 => OpCodes.Ldind_I8,
                WasmType.F32 => OpCodes.Ldind_R4,
                _ => OpCodes.Ldind_R8,
            });
        }

        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldfld, Members.ReferenceOwner);
        il.Emit(OpCodes.Ldarg_3);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldfld, Members.ReferenceCode);
        il.EmitCalli(
            OpCodes.Calli,
            System.Reflection.CallingConventions.Standard,
            Members.ResultType(type),
            Members.ParameterTypes(type),
            null);
        if (reference)
        {
            il.Emit(OpCodes.Stelem_Ref);
        }
        else if (type.Results.Length > 0)
        {
            il.Emit(type.Results[0] switch
            {
                WasmType.I32 => OpCodes.Stind_I4,
                WasmType.I64 => OpCodes.Stind_I8,
                WasmType.F32 => OpCodes.Stind_R4,
                _ => OpCodes.Stind_R8,
            });
        }

        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<Thunk>();
    }
}
