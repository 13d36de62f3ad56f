using System;
using System.Linq;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Tests.Building;

/// <summary>Runs one exported function of a hand-made module.</summary>
internal static class Guest
{
    public const long Fuel = 1_000_000_000;
    public const int Depth = 10_000;

    public static Module Load(byte[] bytes)
    {
        ModuleLoad load = Module.Load(bytes, ModuleLimits.Default);
        Assert.True(load.Module is not null, load.Verdict + " " + load.Detail);
        return load.Module!;
    }

    /// <summary>The value of a function without parameters, in bits.</summary>
    public static ulong Evaluate(string letter, CodeBuilder code, string locals = "")
    {
        GuestResult result = Call(One(letter, code, locals), "f");
        Assert.Null(result.Trap);
        return result.Value;
    }

    public static Trap? TrapOf(CodeBuilder code, string locals = "") => Call(One("", code, locals), "f").Trap;

    public static byte[] One(string result, CodeBuilder code, string locals = "")
    {
        ModuleBuilder builder = new ModuleBuilder().Memory(1, 4);
        builder.Function(":" + result, code, locals, "f");
        return builder.Build();
    }

    public static GuestResult Call(byte[] bytes, string export, long fuel = Fuel, int depth = Depth, params ulong[] arguments) =>
        Call(Load(bytes), export, fuel, depth, arguments);

    public static GuestResult Call(Module module, string export, long fuel = Fuel, int depth = Depth, params ulong[] arguments) =>
        GuestThread.Run(() => CallHere(module, export, fuel, depth, arguments));

    public static GuestResult Call(Module module, string export, long fuel, int depth, int stackBytes, ulong[] arguments) =>
        GuestThread.Run(() => CallHere(module, export, fuel, depth, arguments), stackBytes);

    /// <summary>On both executors, whose results must be the same: every test of a hand-made module is one of the two's equality.</summary>
    private static GuestResult CallHere(Module module, string export, long fuel, int depth, ulong[] arguments)
    {
        GuestResult compiled = CallOn(Executor.Compiled, module, export, fuel, depth, arguments);
        Assert.Equal(compiled, CallOn(Executor.Stepping, module, export, fuel, depth, arguments));
        return compiled;
    }

    public static GuestResult CallOn(Executor executor, Module module, string export, long fuel, int depth, ulong[] arguments)
    {
        using var store = new Store(module.Limits, fuel);
        Trap? trapped = null;
        UInt128[] results = [];
        try
        {
            using var instance = new Instance(module, executor, store, ImportSet.Resolve(module.Model, static _ => null), 16);
            instance.Start(depth);
            FunctionReference function = instance.Function(module.Model.FindExport(export)!.Index);
            results = new UInt128[function.Type.Results.Length];
            UInt128[] slots = arguments.Select(static argument => (UInt128)argument).ToArray();
            Invoker.Invoke(function, slots, new object?[slots.Length], depth, results);
            if (results.Length > 0) results[0] &= Mask(function.Type.Results[0]);
        }
        catch (TrapException trap)
        {
            trapped = trap.Trap;
        }

        return new GuestResult(trapped, results.Length > 0 ? (ulong)results[0] : 0, fuel - store.Fuel);
    }

    /// <summary>The bits of a slot that mean something.</summary>
    internal static UInt128 Mask(WasmType type) => type switch
    {
        WasmType.V128 => UInt128.MaxValue,
        WasmType.I64 or WasmType.F64 => ulong.MaxValue,
        _ => uint.MaxValue,
    };
}

internal sealed record GuestResult(Trap? Trap, ulong Value, long FuelUsed);
