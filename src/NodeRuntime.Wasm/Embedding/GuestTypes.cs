using System;
using System.Collections.Generic;
using System.Runtime.Intrinsics;
using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm.Embedding;

/// <summary>Between the types of .NET, of the public surface and of modules.</summary>
internal static class GuestTypes
{
    public static GuestType Of(WasmType type) => type switch
    {
        WasmType.I32 => GuestType.I32,
        WasmType.I64 => GuestType.I64,
        WasmType.F32 => GuestType.F32,
        WasmType.F64 => GuestType.F64,
        WasmType.V128 => GuestType.V128,
        WasmType.FuncRef => GuestType.FuncRef,
        WasmType.ExternRef => GuestType.ExternRef,
        WasmType.Unknown => throw new InvalidOperationException("a module's type is known"),
    };

    public static WasmType Of(GuestType type) => type switch
    {
        GuestType.I32 => WasmType.I32,
        GuestType.I64 => WasmType.I64,
        GuestType.F32 => WasmType.F32,
        GuestType.F64 => WasmType.F64,
        GuestType.V128 => WasmType.V128,
        GuestType.FuncRef => WasmType.FuncRef,
        GuestType.ExternRef => WasmType.ExternRef,
    };

    /// <summary>The type that a parameter or result of a delegate stands for; false for one that no module knows.</summary>
    public static bool TryOf(Type type, out WasmType wasm)
    {
        wasm = type == typeof(int) || type == typeof(uint) ? WasmType.I32
            : type == typeof(long) || type == typeof(ulong) ? WasmType.I64
            : type == typeof(float) ? WasmType.F32
            : type == typeof(double) ? WasmType.F64
            : type == typeof(Vector128<byte>) ? WasmType.V128
            : type == typeof(object) ? WasmType.ExternRef
            : WasmType.Unknown;
        return wasm != WasmType.Unknown;
    }

    public static FunctionType Of(Type result, ReadOnlySpan<Type> parameters)
    {
        var types = new WasmType[parameters.Length];
        for (int i = 0; i < types.Length; i++) types[i] = Need(parameters[i]);
        return new FunctionType(types, result == typeof(void) ? [] : [Need(result)]);
    }

    public static FunctionType Of(List<Type> results, ReadOnlySpan<Type> parameters)
    {
        FunctionType plain = Of(typeof(void), parameters);
        return new FunctionType(plain.Parameters, [.. results.ConvertAll(Need)]);
    }

    /// <summary>The bits of a slot that mean something.</summary>
    public static UInt128 Mask(WasmType type) => type switch
    {
        WasmType.I32 or WasmType.F32 => uint.MaxValue,
        WasmType.I64 or WasmType.F64 => ulong.MaxValue,
        WasmType.V128 => UInt128.MaxValue,
        WasmType.FuncRef or WasmType.ExternRef or WasmType.Unknown => 0,
    };

    private static WasmType Need(Type type) => TryOf(type, out WasmType wasm)
        ? wasm
        : throw new LinkException("no WebAssembly type is " + type.Name + ": use int, uint, long, ulong, float, double, Vector128<byte> or object");
}
