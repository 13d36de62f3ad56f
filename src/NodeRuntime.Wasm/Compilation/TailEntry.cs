using System;
using System.Reflection;
using System.Reflection.Emit;
using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm.Compilation;

/// <summary>
/// The way of ordinary calls into a function whose tail calls need more room for arguments than it was given.
///
/// <para>The runtime makes most tail calls a jump. Where the callee's arguments do not fit in the caller's place for them, it calls the
/// callee from a loop below the caller instead, and what was called in the ordinary way before that loop began keeps its frame. A large
/// frame would so stay on the stack uncounted. The entry is a small function that begins the loop itself: it tail-calls the function from
/// a frame that the runtime does not jump out of.</para>
/// </summary>
internal static class TailEntry
{
    /// <summary>Of a frame that may stay: what one count of depth allows for has room for it.</summary>
    private const int WeightMax = 2;

    // More than the JIT would turn into a local variable: a frame with an allocation is not jumped out of.
    private const int AllocatedBytes = 64;

    private const int IntegerRegisters = 6;
    private const int FloatRegisters = 8;
    private const int SharedRegisters = 4;

    public static bool IsNeeded(ModuleModel model, FunctionType type, FunctionBody body)
    {
        if (body.TailCallTypes is null || body.DepthWeight(type) <= WeightMax) return false;
        foreach (int callee in body.TailCallTypes)
        {
            FunctionType target = model.Types[callee];
            if (StackBytes(target) > StackBytes(type) || SharedStackBytes(target) > SharedStackBytes(type)) return true;
        }

        return false;
    }

    public static void Emit(ILGenerator il, MethodInfo function, int parameters)
    {
        il.Emit(OpCodes.Ldc_I4, AllocatedBytes);
        il.Emit(OpCodes.Conv_U);
        il.Emit(OpCodes.Localloc);
        il.Emit(OpCodes.Pop);
        for (int i = 0; i < parameters; i++) il.Emit(OpCodes.Ldarg, checked((short)i));
        il.Emit(OpCodes.Tailcall);
        il.Emit(OpCodes.Call, function);
        il.Emit(OpCodes.Ret);
    }

    /// <summary>The bytes of arguments behind the registers, as Unix on x64 passes them: a v128 always there.</summary>
    private static int StackBytes(FunctionType type)
    {
        int bytes = 0;
        int integers = 3 + (type.Results.Length > 0 && type.Results[0] == WasmType.V128 ? 1 : 0);
        int floats = 0;
        foreach (WasmType parameter in type.Parameters)
        {
            if (parameter == WasmType.V128) bytes += 16;
            else if (parameter is WasmType.F32 or WasmType.F64) bytes += floats++ < FloatRegisters ? 0 : 8;
            else bytes += integers++ < IntegerRegisters ? 0 : 8;
        }

        return bytes;
    }

    /// <summary>The same where the first arguments share registers whatever they are, as on Windows.</summary>
    private static int SharedStackBytes(FunctionType type) =>
        Math.Max(0, type.Parameters.Length + 3 + (type.Results.Length > 0 ? 1 : 0) - SharedRegisters) * 8;
}
