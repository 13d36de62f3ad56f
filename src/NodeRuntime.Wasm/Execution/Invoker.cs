using System;
using System.Reflection.Emit;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Compilation;

namespace NodeRuntime.Wasm.Execution;

/// <summary>
/// Calls a function whose type is only known at run time. Arguments and results are a slot of sixteen bytes each, of which a v128 takes
/// all and any other number the low part, or objects for references: both by position.
/// </summary>
internal static unsafe class Invoker
{
    internal delegate void Thunk(FunctionReference function, nint arguments, object?[] references, int depth, Store store);

    public static void Invoke(
        FunctionReference function, ReadOnlySpan<UInt128> arguments, object?[] references, int depth, Span<UInt128> results) =>
        Invoke(MakeThunk(function.Type), function, arguments, references, depth, results);

    /// <summary>For a caller that keeps the thunk of the function's type.</summary>
    public static void Invoke(
        Thunk thunk, FunctionReference function, ReadOnlySpan<UInt128> arguments, object?[] references, int depth, Span<UInt128> results)
    {
        FunctionType type = function.Type;
        Store store = function.Owner.Store;
        if (function.Stepped is not null)
        {
            store.Stepper.Invoke(function, arguments, references, depth, results);
            return;
        }

        fixed (UInt128* pointer = arguments)
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
            il.Emit(OpCodes.Ldc_I4, i * Store.SlotBytes);
            il.Emit(OpCodes.Add);
            SlotAccess.Load(new IlWriter(il), parameter);
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
            SlotAccess.Store(new IlWriter(il), type.Results[0]);
        }

        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<Thunk>();
    }
}
