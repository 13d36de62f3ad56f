using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using NodeRuntime.Benchmarks.Harness;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm;

namespace NodeRuntime.Benchmarks.Groups;

/// <summary>Guest programs beside the same functions in C#. Fuel is the same count on both sides, so the ratio is that of times.</summary>
internal static class WasmGroup
{
    private const string Name = "wasm";
    private const int FibonacciOf = 27;
    private const int Nanoseconds = 1_000_000_000;

    // (func $fib (param i32) (result i32)
    //   local.get 0  i32.const 2  i32.lt_s  if (result i32)  local.get 0
    //   else  local.get 0 i32.const 1 i32.sub call $fib  local.get 0 i32.const 2 i32.sub call $fib  i32.add  end)
    private static readonly byte[] FibonacciBody =
    [
        0x00, 0x20, 0x00, 0x41, 0x02, 0x48, 0x04, 0x7F, 0x20, 0x00, 0x05, 0x20, 0x00, 0x41, 0x01, 0x6B, 0x10, 0x00,
        0x20, 0x00, 0x41, 0x02, 0x6B, 0x10, 0x00, 0x6A, 0x0B, 0x0B,
    ];

    // (func (export "_start")  i32.const 0  i32.const 27  call $fib  i32.store)
    private static readonly byte[] StartBody = [0x00, 0x41, 0x00, 0x41, FibonacciOf, 0x10, 0x00, 0x36, 0x02, 0x00, 0x0B];

    public static IEnumerable<BenchmarkRow> Run()
    {
        ModuleLoad load = Module.Load(MakeModule(), new ModuleLimits());
        Invariant.Holds(load.Module is not null);
        Module module = load.Module!;
        double units = RunGuest(module) / (double)Nanoseconds;
        Work guest = new(
            times =>
            {
                for (int i = 0; i < times; i++) RunGuest(module);
            },
            units);
        Work native = new(
            static times =>
            {
                for (int i = 0; i < times; i++) Invariant.Holds(Fibonacci(FibonacciOf) == 196_418);
            },
            units);
        return Contest.Hold(Name, "recursive Fibonacci of 27", "fuel/ns", guest, new Limit("native-bound", native));
    }

    private static ulong RunGuest(Module module)
    {
        WasiOutcome outcome = WasiRunner.Run(module, new WasiJob
        {
            StandardOutput = new MemoryOutput(),
            StandardError = new MemoryOutput(),
            FuelMax = long.MaxValue,
            MemoryPagesMax = 1,
            CallDepthMax = 64,
        });
        Invariant.Holds(outcome.Status == WasiStatus.Exited);
        return outcome.FuelUsed;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Fibonacci(int n) => n < 2 ? n : Fibonacci(n - 1) + Fibonacci(n - 2);

    private static byte[] MakeModule()
    {
        byte[] start = [6, .. "_start"u8, 0, 1];
        byte[] memory = [6, .. "memory"u8, 2, 0];
        return
        [
            0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00,
            .. Section(1, [2, 0x60, 1, 0x7F, 1, 0x7F, 0x60, 0, 0]),
            .. Section(3, [2, 0, 1]),
            .. Section(5, [1, 0, 1]),
            .. Section(7, [2, .. start, .. memory]),
            .. Section(10, [2, (byte)FibonacciBody.Length, .. FibonacciBody, (byte)StartBody.Length, .. StartBody]),
        ];
    }

    private static byte[] Section(byte id, byte[] content) => [id, (byte)content.Length, .. content];
}
