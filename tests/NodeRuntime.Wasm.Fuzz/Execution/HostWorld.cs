using System;
using System.Collections.Generic;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;
using NodeRuntime.Wasm.Fuzz.Comparison;

namespace NodeRuntime.Wasm.Fuzz.Execution;

/// <summary>An opaque object of the host's, as an externref.</summary>
internal sealed record ExternToken(int Number);

/// <summary>
/// What a module may import, made to its own declarations: functions that log their arguments and give nothing, numbers as globals,
/// tables and memories of the declared sizes. A function of a type that is not listed here cannot be linked.
/// </summary>
internal static unsafe class HostWorld
{
    public static readonly IReadOnlyList<ExternToken> Externs = MakeExterns();

    private static readonly IReadOnlyList<HostFunction> Functions =
    [
        Function("", (nint)(delegate*<Instance, int, void>)&Log),
        Function("i", (nint)(delegate*<int, Instance, int, void>)&LogI32),
        Function("I", (nint)(delegate*<long, Instance, int, void>)&LogI64),
        Function("f", (nint)(delegate*<float, Instance, int, void>)&LogF32),
        Function("F", (nint)(delegate*<double, Instance, int, void>)&LogF64),
        Function("if", (nint)(delegate*<int, float, Instance, int, void>)&LogI32F32),
        Function("FF", (nint)(delegate*<double, double, Instance, int, void>)&LogF64F64),
        Function("V", (nint)(delegate*<Vector128<byte>, Instance, int, void>)&LogV128),
    ];

    /// <summary>The numbers of imported globals, by their place in the import section; the same for every engine.</summary>
    public static SortedDictionary<int, ulong> GlobalBits(ModuleModel model, Prng random)
    {
        var bits = new SortedDictionary<int, ulong>();
        for (int i = 0; i < model.Imports.Count; i++)
        {
            Import import = model.Imports[i];
            if (import.Kind == ExternalKind.Global) bits.Add(i, CallPlan.MakeBits(model.Globals[import.Index].Type, random));
        }

        return bits;
    }

    public static bool CanLink(ModuleModel model)
    {
        foreach (Import import in model.Imports)
        {
            switch (import.Kind)
            {
                case ExternalKind.Function when Find(model.TypeOf(import.Index)) is null:
                case ExternalKind.Global when model.Globals[import.Index].Type is not (WasmType.I32 or WasmType.I64 or WasmType.F32 or WasmType.F64):
                    return false;
            }
        }

        return true;
    }

    public static ImportSet Link(ModuleModel model, SortedDictionary<int, ulong> globals, Store store, int pagesMax)
    {
        int place = 0;
        return ImportSet.Resolve(model, import =>
        {
            int index = place++;
            switch (import.Kind)
            {
                case ExternalKind.Function:
                    return Find(model.TypeOf(import.Index));
                case ExternalKind.Table:
                    TableType table = model.Tables[import.Index];
                    return new Table(table.Element, (int)table.Size.Minimum, table.Size.Maximum, store.TableEntriesMax);
                case ExternalKind.Memory:
                    SizeRange size = model.Memories[import.Index];
                    if (size.Minimum > pagesMax) throw new TrapException(Trap.MemoryLimitExceeded);
                    int most = size.Maximum < 0 ? pagesMax : (int)Math.Min(pagesMax, size.Maximum);
                    return new LinearMemory((int)size.Minimum, most, size.Maximum);
                case ExternalKind.Global:
                    ulong[] place64 = GC.AllocateArray<ulong>(1, pinned: true);
                    place64[0] = globals[index];
                    return new GlobalCell(model.Globals[import.Index], place64) { Address = Marshal.UnsafeAddrOfPinnedArrayElement(place64, 0) };
                default:
                    return null;
            }
        });
    }

    private static HostFunction? Find(FunctionType type)
    {
        foreach (HostFunction function in Functions)
        {
            if (function.Type.Matches(type)) return function;
        }

        return null;
    }

    private static HostFunction Function(string letters, nint code)
    {
        var parameters = new WasmType[letters.Length];
        for (int i = 0; i < parameters.Length; i++)
        {
            parameters[i] = letters[i] switch
            {
                'i' => WasmType.I32,
                'I' => WasmType.I64,
                'f' => WasmType.F32,
                'V' => WasmType.V128,
                _ => WasmType.F64,
            };
        }

        return new HostFunction(new FunctionType(parameters, []), code);
    }

    private static ExternToken[] MakeExterns()
    {
        var tokens = new ExternToken[CallPlan.ExternReferences];
        for (int i = 0; i < tokens.Length; i++) tokens[i] = new ExternToken(i);
        return tokens;
    }

    private static Transcript Of(Instance instance) => (Transcript)instance.Host!;

    private static string Text(int value) => "i32:" + value.ToString(CultureInfo.InvariantCulture);

    private static string Text(float value) => Values.Number(WasmType.F32, BitConverter.SingleToUInt32Bits(value));

    private static string Text(double value) => Values.Number(WasmType.F64, BitConverter.DoubleToUInt64Bits(value));

    private static void Log(Instance instance, int depth) => Of(instance).Log("()");

    private static void LogI32(int value, Instance instance, int depth) => Of(instance).Log("(" + Text(value) + ")");

    private static void LogI64(long value, Instance instance, int depth) =>
        Of(instance).Log("(i64:" + value.ToString(CultureInfo.InvariantCulture) + ")");

    private static void LogF32(float value, Instance instance, int depth) => Of(instance).Log("(" + Text(value) + ")");

    private static void LogF64(double value, Instance instance, int depth) => Of(instance).Log("(" + Text(value) + ")");

    private static void LogV128(Vector128<byte> value, Instance instance, int depth) =>
        Of(instance).Log("(" + Values.Number(WasmType.V128, Unsafe.BitCast<Vector128<byte>, UInt128>(value)) + ")");

    private static void LogI32F32(int first, float second, Instance instance, int depth) =>
        Of(instance).Log("(" + Text(first) + " " + Text(second) + ")");

    private static void LogF64F64(double first, double second, Instance instance, int depth) =>
        Of(instance).Log("(" + Text(first) + " " + Text(second) + ")");
}
