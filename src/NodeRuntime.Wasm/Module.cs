using System;
using System.Threading;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Compilation;
using NodeRuntime.Wasm.Stepping;
using NodeRuntime.Wasm.Validation;

namespace NodeRuntime.Wasm;

/// <summary>
/// A validated WebAssembly module. Immutable; one module may serve any number of runs, at once too. It holds the bytes, their model and,
/// after the first run, the compiled code, which goes with it.
/// </summary>
public sealed partial class Module
{
    private readonly ModuleLimits _limits;
    private CompiledModule? _code;
    private SteppedModule? _steps;

    private Module(ModuleModel model, ModuleLimits limits)
    {
        Model = model;
        _limits = limits;
    }

    /// <summary>
    /// Functions so large that the just-in-time compiler leaves them unoptimised: they run two to three times slower. Makes the code if
    /// there has been no run yet.
    /// </summary>
    public int SlowFunctions => Code.SlowFunctions;

    internal ModuleModel Model { get; }

    internal ModuleLimits Limits => _limits;

    /// <summary>Made at the first use. Two that race make it twice and one is kept: it is the same code.</summary>
    internal CompiledModule Code
    {
        get
        {
            if (Volatile.Read(ref _code) is { } made) return made;
            CompiledModule code = CompiledModule.Compile(Model, _limits);
            return Interlocked.CompareExchange(ref _code, code, null) ?? code;
        }
    }

    /// <summary>All functions for the stepping executor, made at the first use like <see cref="Code"/>.</summary>
    internal SteppedModule Steps
    {
        get
        {
            if (Volatile.Read(ref _steps) is { } made) return made;
            var steps = new SteppedModule(Model, _limits);
            return Interlocked.CompareExchange(ref _steps, steps, null) ?? steps;
        }
    }

    /// <summary>Decodes and validates the whole module. Total: any bytes give a verdict, none an exception.</summary>
    public static ModuleLoad Load(ReadOnlyMemory<byte> bytes, ModuleLimits limits, WasmFeatures features = WasmFeatures.All)
    {
        ArgumentNullException.ThrowIfNull(limits);
        var fault = new LoadFault();
        ModuleModel model = ModuleDecoder.Decode(bytes.Length > limits.BytesMax ? [] : bytes.ToArray(), limits, features, fault);
        if (bytes.Length > limits.BytesMax)
        {
            return new ModuleLoad(null, ModuleVerdict.LimitExceeded, "offset 0: the module has more bytes than the limit");
        }

        if (!fault.Failed) ModuleValidator.Validate(model, limits, fault);
        return fault.Failed
            ? new ModuleLoad(null, fault.Verdict, fault.Detail)
            : new ModuleLoad(new Module(model, limits), ModuleVerdict.Accepted, "");
    }
}
