using System.Reflection;
using System.Reflection.Emit;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;
using NodeRuntime.Wasm.Stepping;

namespace NodeRuntime.Wasm.Compilation;

/// <summary>
/// A function's code that hands its arguments to the stepping executor: how compiled callers reach a function that is not compiled, by the
/// same convention as any other.
/// </summary>
internal static unsafe class StepGate
{
    private static readonly MethodInfo ReserveMethod = typeof(StepGate).GetMethod(nameof(Reserve))!;
    private static readonly MethodInfo PutMethod = typeof(StepGate).GetMethod(nameof(PutReference))!;
    private static readonly MethodInfo CallMethod = typeof(StepGate).GetMethod(nameof(Call))!;

    public static void Emit(ILGenerator il, FunctionType type, int function)
    {
        short instance = (short)type.Parameters.Length;
        LocalBuilder place = il.DeclareLocal(typeof(nint));
        il.Emit(OpCodes.Ldarg, instance);
        il.Emit(OpCodes.Ldc_I4, StepDecoder.SlotsOf(type.Parameters));
        il.Emit(OpCodes.Call, ReserveMethod);
        il.Emit(OpCodes.Stloc, place);
        int slot = 0;
        for (int i = 0; i < type.Parameters.Length; i++)
        {
            WasmType parameter = type.Parameters[i];
            if (parameter is WasmType.FuncRef or WasmType.ExternRef) EmitReference(il, instance, slot, i);
            else EmitNumber(il, place, slot, i, parameter);
            slot += StepDecoder.SlotsOf(parameter);
        }

        il.Emit(OpCodes.Ldarg, instance);
        il.Emit(OpCodes.Ldc_I4, function);
        il.Emit(OpCodes.Ldarg, (short)(instance + 1));
        il.Emit(OpCodes.Call, CallMethod);
        if (type.Results.Length > 0) EmitResult(il, instance, type.Results[0]);
        il.Emit(OpCodes.Ret);
    }

    /// <summary>Where the arguments of a call go.</summary>
    public static nint Reserve(Instance instance, int slots) => (nint)instance.Store.Stepper.Reserve(slots);

    public static void PutReference(Instance instance, int slot, object? value) => instance.Store.Stepper.PutReference(slot, value);

    public static void Call(Instance instance, int function, int depth) =>
        instance.Store.Stepper.CallReserved(instance.Function(function), depth);

    private static void EmitReference(ILGenerator il, short instance, int slot, int argument)
    {
        il.Emit(OpCodes.Ldarg, instance);
        il.Emit(OpCodes.Ldc_I4, slot);
        il.Emit(OpCodes.Ldarg, (short)argument);
        il.Emit(OpCodes.Call, PutMethod);
    }

    private static void EmitNumber(ILGenerator il, LocalBuilder place, int slot, int argument, WasmType type)
    {
        if (type is WasmType.I32 or WasmType.F32)
        {
            // The upper half of a narrow number's slot is zero.
            EmitPlace(il, place, slot);
            il.Emit(OpCodes.Ldc_I4_0);
            il.Emit(OpCodes.Conv_I8);
            il.Emit(OpCodes.Stind_I8);
        }

        EmitPlace(il, place, slot);
        il.Emit(OpCodes.Ldarg, (short)argument);
        if (type == WasmType.V128) il.Emit(OpCodes.Unaligned, (byte)4);
        SlotAccess.Store(new IlWriter(il), type);
    }

    private static void EmitPlace(ILGenerator il, LocalBuilder place, int slot)
    {
        il.Emit(OpCodes.Ldloc, place);
        il.Emit(OpCodes.Ldc_I4, slot * sizeof(ulong));
        il.Emit(OpCodes.Add);
    }

    private static void EmitResult(ILGenerator il, short instance, WasmType type)
    {
        il.Emit(OpCodes.Ldarg, instance);
        if (type is WasmType.FuncRef or WasmType.ExternRef)
        {
            il.Emit(OpCodes.Ldfld, Members.InstanceStore);
            il.Emit(OpCodes.Call, Members.StoreResultReferences);
            il.Emit(OpCodes.Ldc_I4_0);
            il.Emit(OpCodes.Ldelem_Ref);
            return;
        }

        il.Emit(OpCodes.Ldfld, Members.InstanceBlock);
        il.Emit(OpCodes.Ldc_I4, Store.ResultsOffset);
        il.Emit(OpCodes.Add);
        SlotAccess.Load(new IlWriter(il), type);
    }
}
