using System.Reflection.Emit;
using System.Runtime.Intrinsics;
using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm.Compilation;

/// <summary>The IL that reads or writes a number through an address on the stack: a global, a slot, any place aligned for its type.</summary>
internal static class SlotAccess
{
    public static void Load(IlWriter il, WasmType type)
    {
        if (type == WasmType.V128) il.Object(OpCodes.Ldobj, typeof(Vector128<byte>));
        else il.Op(LoadCode(type));
    }

    public static void Store(IlWriter il, WasmType type)
    {
        if (type == WasmType.V128) il.Object(OpCodes.Stobj, typeof(Vector128<byte>));
        else il.Op(StoreCode(type));
    }

    private static OpCode LoadCode(WasmType type) => type switch
    {
        WasmType.I32 => OpCodes.Ldind_I4,
        WasmType.I64 => OpCodes.Ldind_I8,
        WasmType.F32 => OpCodes.Ldind_R4,
        _ => OpCodes.Ldind_R8,
    };

    private static OpCode StoreCode(WasmType type) => type switch
    {
        WasmType.I32 => OpCodes.Stind_I4,
        WasmType.I64 => OpCodes.Stind_I8,
        WasmType.F32 => OpCodes.Stind_R4,
        _ => OpCodes.Stind_R8,
    };
}
