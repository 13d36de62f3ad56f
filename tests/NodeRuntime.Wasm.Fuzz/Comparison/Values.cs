using System;
using System.Globalization;
using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm.Fuzz.Comparison;

/// <summary>Values as both engines write them. All NaNs are one here: a script cannot tell them apart.</summary>
internal static class Values
{
    public static string Number(WasmType type, UInt128 value)
    {
        ulong bits = unchecked((ulong)value);
        return type switch
        {
            WasmType.I32 => "i32:" + unchecked((int)bits).ToString(CultureInfo.InvariantCulture),
            WasmType.I64 => "i64:" + unchecked((long)bits).ToString(CultureInfo.InvariantCulture),
            WasmType.F32 => (bits & 0x7FFFFFFF) > 0x7F800000 ? "f32:nan" : "f32:" + unchecked((uint)bits).ToString("x8", CultureInfo.InvariantCulture),
            WasmType.F64 => (bits & long.MaxValue) > 0x7FF0000000000000 ? "f64:nan" : "f64:" + bits.ToString("x16", CultureInfo.InvariantCulture),
            WasmType.V128 => "v128:" + value.ToString("x32", CultureInfo.InvariantCulture),
            _ => FunctionType.Name(type),
        };
    }

    public static string Reference(WasmType type, string name) => (type == WasmType.FuncRef ? "func:" : "extern:") + name;
}
