using System;
using System.Collections.Generic;
using System.IO;
using NodeRuntime.Benchmarks.Harness;
using NodeRuntime.Benchmarks.Programs;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Benchmarks.Groups;

/// <summary>How long a module takes from its bytes to its first instruction, and what an instance of it weighs. The limits are targets.</summary>
internal static class WasmStartGroup
{
    private const string Name = "wasm-start";
    private const int Bytes = 100 * 1024;

    /// <summary>The engine's own code is compiled anew after some tens of modules: a warm process is one that has seen them.</summary>
    private const int Rounds = 60;

    private const int Instances = 1_000;
    private const int DepthMax = 256;
    private const int Pages = 17;
    private const double Milli = 1e-3;
    private const double Micro = 1e-6;

    public static IEnumerable<BenchmarkRow> Run()
    {
        string sample = Path.Combine(ProgramFiles.Folder, "..", "..", "config", "samples", "csv-report", "csv_report.wasm");
        byte[] bytes = LargeModule.Make(sample, Bytes);
        double load = Best(() => Load(bytes));
        yield return Row("100 KiB: decode and validate", load / Milli, "ms", 20);
        Module module = Load(bytes);
        double emit = Best(() => Load(bytes), static fresh => _ = fresh.Code);
        yield return Row("100 KiB: emit", emit / Milli, "ms", 20);
        yield return Row("100 KiB: load and emit", bytes.Length / 1e6 / (load + emit), "MB/s", 5);
        double cold = Best(() => StartOnce(Load(bytes)));
        yield return Row("100 KiB: bytes to first instruction", cold / Milli, "ms", 20);
        _ = module.Code;
        double warm = Best(() => StartOnce(module));
        yield return Row("100 KiB: an instance of known code", warm / Micro, "us", 100);
        var cache = new ModuleCache(ModuleLimits.Default, WasmFeatures.All, ModuleCache.DefaultBytesMax);
        cache.Load(bytes);
        double cached = Best(() => StartOnce(cache.Load(bytes).Module!));
        yield return Row("100 KiB: bytes to first instruction, cached", cached / Milli, "ms", 2);
        yield return Row("1,000 instances: resident memory of each", Weigh(module) / 1024.0, "KiB", 0);
    }

    private static Module Load(byte[] bytes)
    {
        ModuleLoad load = Module.Load(bytes, ModuleLimits.Default);
        Invariant.Holds(load.Module is not null);
        return load.Module!;
    }

    /// <summary>An instance, its segments copied, and the call of its entry, which ends at the first run that it cannot pay.</summary>
    private static void StartOnce(Module module)
    {
        using var store = new Store(module.Limits, 0);
        using Instance instance = Make(module, store);
        try
        {
            Instance.CallPlain(instance.Function(module.Model.FindExport("_start")!.Index), DepthMax);
        }
        catch (TrapException trap)
        {
            Invariant.Holds(trap.Trap == Trap.OutOfFuel);
        }

        instance.Memory!.Dispose();
    }

    private static Instance Make(Module module, Store store)
    {
        ImportSet imports = ImportSet.Resolve(module.Model, import => new HostFunction(module.Model.TypeOf(import.Index), 0));
        var instance = new Instance(module.Model, module.Code, store, imports, Pages);
        instance.Start(DepthMax);
        return instance;
    }

    private static double Weigh(Module module)
    {
        long before = Resident();
        var held = new List<(Store Store, Instance Instance)>();
        for (int i = 0; i < Instances; i++)
        {
            var store = new Store(module.Limits, 0);
            held.Add((store, Make(module, store)));
        }

        long after = Resident();
        foreach ((Store store, Instance instance) in held)
        {
            instance.Memory!.Dispose();
            instance.Dispose();
            store.Dispose();
        }

        return (after - before) / (double)Instances;
    }

    private static long Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Environment.WorkingSet;
    }

    private static double Best(Action work)
    {
        double best = double.MaxValue;
        for (int i = 0; i < Rounds; i++)
        {
            double start = Clock.Processor.Seconds();
            work();
            best = Math.Min(best, Clock.Processor.Seconds() - start);
        }

        return best;
    }

    /// <summary>The best time of what follows a preparation that is not measured.</summary>
    private static double Best<T>(Func<T> prepare, Action<T> work)
    {
        double best = double.MaxValue;
        for (int i = 0; i < Rounds; i++)
        {
            T ready = prepare();
            double start = Clock.Processor.Seconds();
            work(ready);
            best = Math.Min(best, Clock.Processor.Seconds() - start);
        }

        return best;
    }

    private static BenchmarkRow Row(string name, double value, string unit, double target) =>
        new(Name, name, value, unit, target, "target", target == 0 ? 0 : value / target);
}
