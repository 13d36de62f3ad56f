using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Threading;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Compilation;
using NodeRuntime.Wasm.Embedding;
using NodeRuntime.Wasm.Execution;
using NodeRuntime.Wasm.Stepping;
using NodeRuntime.Wasm.Wasi;

namespace NodeRuntime.Wasm;

/// <summary>
/// A module at work, for a host that calls it. Made by <see cref="Module.Instantiate"/>. It serves one thread at a time, any thread; what it
/// uses is counted by the <see cref="RunLimits"/> it was made with. Dispose it to give its memory back at once.
/// </summary>
public sealed unsafe partial class GuestInstance : IDisposable
{
    private readonly ModuleModel _model;
    private readonly Run _run;
    private readonly Instance _instance;
    private readonly WasiHost? _wasi;
    private GuestMemory? _firstMemory;
    private bool _disposed;

    internal GuestInstance(Module module, Imports imports, RunLimits limits, Executor executor, CancellationToken cancellation)
    {
        _model = module.Model;
        _run = imports.Run ?? new Run(module.Limits, limits, cancellation);
        _run.Join();
        bool entered = false;
        bool made = false;
        try
        {
            _run.Enter();
            entered = true;
            ImportSet set = Link(imports);
            _wasi = imports.WasiSettings is { } settings
                ? new WasiHost(settings with { OutputBytesMax = Math.Min(settings.OutputBytesMax, _run.Limits.OutputBytesMax) }, _run.Store)
                : null;
            CompiledModule? code = executor == Executor.Stepping ? null : _run.IsInterruptible ? module.InterruptibleCode : module.Code;
            SteppedModule? steps = code is null ? module.Steps : null;
            _instance = new Instance(_model, code, _run.Store, set, _run.Limits.MemoryPagesMax, steps) { Host = _wasi };
            // Before it starts: what it leaves in a shared table may be called even if it fails.
            _run.Hold(_instance, _model);
            _instance.Start(_run.Depth);
            made = true;
        }
        catch (Exception exception) when (Run.IsOwn(exception))
        {
            throw _run.Translate(exception);
        }
        finally
        {
            if (entered) _run.Exit();
            if (!made) _run.Leave();
        }
    }

    /// <summary>Units that are left to all instances of the run.</summary>
    public long FuelLeft => Alive().Store.Fuel;

    public long FuelUsed => Alive().Store.FuelUsed;

    /// <summary>The writable directories of WASI as they are now; empty without WASI.</summary>
    public ImmutableArray<GuestDirectory> Directories => _wasi?.CollectDirectories() ?? [];

    internal Run Run => _run;

    internal GuestMemory? FirstMemory => _firstMemory ??= _instance.Memory is { } memory ? new GuestMemory(memory, _run) : null;

    public void AddFuel(long units)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(units);
        Alive().Store.AddFuel(units);
    }

    /// <summary>Calls an exported function with values: <c>instance.Call("add", 2, 3)[0].Int32</c>.</summary>
    /// <exception cref="LinkException">There is no such function, or the arguments do not fit.</exception>
    /// <exception cref="GuestTrapException">The guest trapped.</exception>
    public ImmutableArray<GuestValue> Call(string export, params ReadOnlySpan<GuestValue> arguments) => Function(export).Call(arguments);

    /// <exception cref="LinkException">There is no such function.</exception>
    public GuestFunction Function(string export) => new(Find(export), _run);

    /// <exception cref="LinkException">There is no such memory.</exception>
    public GuestMemory Memory(string export = "memory") => new(Find<LinearMemory>(export, "memory"), Alive());

    /// <exception cref="LinkException">There is no such global.</exception>
    public GuestGlobal Global(string export) => new(Find<GlobalCell>(export, "global"), Alive());

    /// <exception cref="LinkException">There is no such table.</exception>
    public GuestTable Table(string export) => new(Find<Table>(export, "table"), Alive());

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _run.Leave();
    }

    internal void Charge(long units)
    {
        try
        {
            Alive().Store.Charge(units);
        }
        catch (TrapException trap)
        {
            throw new GuestTrapException(trap.Trap, []);
        }
    }

    internal IEnumerable<(string Name, object Thing)> Things()
    {
        foreach (Export export in _model.Exports) yield return (export.Name, Thing(export));
    }

    private ImportSet Link(Imports imports)
    {
        var bindings = new List<HostBinding>();
        ImportSet set = ImportSet.Resolve(_model, import => imports.Find(import) is HostDelegate host ? Bind(host, bindings) : imports.Find(import));
        if (set.Fault.Length > 0) throw new LinkException(set.Fault);
        foreach (Table table in set.Tables)
        {
            if (!table.TrySettle(_run.Store)) throw new LinkException("an imported table belongs to instances that do not run together with this one");
        }

        if (imports.WasiSettings is not null && _model.Memories.Count == 0) throw new LinkException("a module that uses WASI has a memory");
        foreach (HostBinding binding in bindings) binding.Caller = new GuestCaller(this);
        return set;
    }

    private FunctionReference Bind(HostDelegate host, List<HostBinding> bindings)
    {
        var binding = new HostBinding(_run, host);
        bindings.Add(binding);
        return new FunctionReference(_run.Store.Canonical(host.Function.Type), Instance.OfHost(_run.Store, binding), host.Function.Code);
    }

    private object Thing(Export export) => export.Kind switch
    {
        ExternalKind.Function => _instance.Function(export.Index),
        ExternalKind.Table => _instance.Tables[export.Index],
        ExternalKind.Memory => _instance.Memories[export.Index],
        ExternalKind.Global => _instance.GlobalCells[export.Index],
    };

    private FunctionReference Find(string export) => Find<FunctionReference>(export, "function");

    private T Find<T>(string name, string what)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(name);
        Alive();
        return _model.FindExport(name) is { } export && Thing(export) is T found
            ? found
            : throw new LinkException("the module exports no " + what + " '" + name + "'");
    }

    private FunctionReference Find(string name, Type result, params ReadOnlySpan<Type> parameters)
    {
        FunctionReference function = Find(name);
        FunctionType wanted = GuestTypes.Of(result, parameters);
        // The delegate calls by a pointer: a stepped function gets one.
        if (function.Stepped is not null) _run.Store.OpenGates();
        if (wanted.Matches(function.Type)) return function;
        throw new LinkException("the function '" + name + "' is " + function.Type + ", not " + wanted);
    }

    private Run Alive()
    {
        ObjectDisposedException.ThrowIf(_run.IsDisposed, this);
        return _run;
    }
}
