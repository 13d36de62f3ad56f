using System;
using System.IO;
using NodeRuntime.Benchmarks.Harness;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Benchmarks.Programs;

/// <summary>The product: an instance whose <c>run</c> is called through its compiled code's pointer, as guests call each other.</summary>
internal sealed unsafe class GuestContestant : IContestant
{
    private const int DepthMax = 2_000;

    /// <summary>Of the calling thread's eight megabytes.</summary>
    private const int StackBytes = 4 * 1024 * 1024;

    private readonly Store _store;
    private readonly Instance _instance;
    private readonly delegate*<uint, Instance, int, uint> _run;

    public GuestContestant(string name, string program, bool metered)
    {
        Name = name;
        ModuleLoad load = Module.Load(File.ReadAllBytes(ProgramFiles.Wasm(program)), new ModuleLimits { Metered = metered });
        Invariant.Holds(load.Module is not null);
        Module module = load.Module!;
        SlowFunctions = module.SlowFunctions;
        _store = new Store(module.Limits, long.MaxValue);
        int here = 0;
        _store.StackLimit = (nint)(&here) - StackBytes;
        // run() calls no host function; what the command's other parts import must only be there.
        ImportSet imports = ImportSet.Resolve(module.Model, import => new HostFunction(module.Model.TypeOf(import.Index), 0));
        _instance = new Instance(module.Model, module.Code, _store, imports, 64);
        _instance.Start(DepthMax);
        _run = (delegate*<uint, Instance, int, uint>)_instance.Function(module.Model.FindExport("run")!.Index).Code;
    }

    public string Name { get; }

    public int SlowFunctions { get; }

    public long Fuel => _store.Fuel;

    public (uint Checksum, double Seconds) Run(uint units)
    {
        _store.Fuel = long.MaxValue;
        double start = Clock.Processor.Seconds();
        uint sum = _run(units, _instance, DepthMax);
        return (sum, Clock.Processor.Seconds() - start);
    }

    public void Dispose()
    {
        _instance.Memory?.Dispose();
        _instance.Dispose();
        _store.Dispose();
    }
}
