using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Specification;

/// <summary>The module "spectest" that the suite's scripts import: prints that go nowhere, a table, a memory and four globals.</summary>
internal static unsafe class SpecTestModule
{
    public static SpecInstance Make(Store store)
    {
        const WasmType I = WasmType.I32, L = WasmType.I64, F = WasmType.F32, D = WasmType.F64;
        var exports = new SortedDictionary<string, object>(StringComparer.Ordinal)
        {
            ["print"] = Function([], (nint)(delegate*<Instance, int, void>)&Print),
            ["print_i32"] = Function([I], (nint)(delegate*<int, Instance, int, void>)&PrintI32),
            ["print_i64"] = Function([L], (nint)(delegate*<long, Instance, int, void>)&PrintI64),
            ["print_f32"] = Function([F], (nint)(delegate*<float, Instance, int, void>)&PrintF32),
            ["print_f64"] = Function([D], (nint)(delegate*<double, Instance, int, void>)&PrintF64),
            ["print_i32_f32"] = Function([I, F], (nint)(delegate*<int, float, Instance, int, void>)&PrintI32F32),
            ["print_f64_f64"] = Function([D, D], (nint)(delegate*<double, double, Instance, int, void>)&PrintF64F64),
            ["table"] = new Table(WasmType.FuncRef, 10, 20, store.TableEntriesMax),
            ["memory"] = new LinearMemory(1, 2, 2),
            ["global_i32"] = Global(I, 666),
            ["global_i64"] = Global(L, 666),
            ["global_f32"] = Global(F, BitConverter.SingleToUInt32Bits(666.6f)),
            ["global_f64"] = Global(D, BitConverter.DoubleToUInt64Bits(666.6)),
        };
        return new SpecInstance(exports);
    }

    private static HostFunction Function(WasmType[] parameters, nint code) => new(new FunctionType(parameters, []), code);

    private static GlobalCell Global(WasmType type, ulong bits)
    {
        ulong[] place = GC.AllocateArray<ulong>(1, pinned: true);
        place[0] = bits;
        return new GlobalCell(new GlobalType(type, false), place) { Address = Marshal.UnsafeAddrOfPinnedArrayElement(place, 0) };
    }

    private static void Print(Instance instance, int depth)
    {
    }

    private static void PrintI32(int value, Instance instance, int depth)
    {
    }

    private static void PrintI64(long value, Instance instance, int depth)
    {
    }

    private static void PrintF32(float value, Instance instance, int depth)
    {
    }

    private static void PrintF64(double value, Instance instance, int depth)
    {
    }

    private static void PrintI32F32(int first, float second, Instance instance, int depth)
    {
    }

    private static void PrintF64F64(double first, double second, Instance instance, int depth)
    {
    }
}
