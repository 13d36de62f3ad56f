using System.Threading;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Compilation;

namespace NodeRuntime.Wasm.Stepping;

/// <summary>
/// A module's functions in decoded form, each made at its first call. Shared by all runs of the module: two that race decode one function
/// twice and one is kept, they are the same.
/// </summary>
internal sealed class SteppedModule
{
    private readonly ModuleModel _model;
    private readonly ModuleLimits _limits;
    private readonly StepFunction?[] _functions;
    private readonly bool _onlyLarge;
    private CompiledModule? _gates;

    /// <param name="onlyLarge">The functions too large to compile, beside others that are compiled.</param>
    public SteppedModule(ModuleModel model, ModuleLimits limits, bool onlyLarge = false)
    {
        _onlyLarge = onlyLarge;
        // What an operation names by sixteen bits.
        Invariant.Holds(limits.TablesMax <= ushort.MaxValue && limits.MemoriesMax <= ushort.MaxValue);
        Invariant.Holds((limits.FunctionLocalsMax + limits.OperandsMax) * 2L <= ushort.MaxValue);
        _model = model;
        _limits = limits;
        _functions = new StepFunction?[model.Functions.Count];
    }

    /// <summary>Code through which compiled functions call these; made where both kinds meet, and not else.</summary>
    public CompiledModule Gates
    {
        get
        {
            if (Volatile.Read(ref _gates) is { } made) return made;
            CompiledModule gates = CompiledModule.Compile(_model, _limits, gates: true);
            return Interlocked.CompareExchange(ref _gates, gates, null) ?? gates;
        }
    }

    /// <summary>Null for an import and for whatever number is none of these functions.</summary>
    public StepFunction? Find(int index)
    {
        if (index < 0 || index >= _functions.Length) return null;
        return Volatile.Read(ref _functions[index]) ?? Make(index);
    }

    /// <summary>Of one of the module's own functions.</summary>
    public StepMap Map(int index) => StepDecoder.Map(_model, _limits, index);

    private StepFunction? Make(int index)
    {
        if (index < _model.ImportedFunctions) return null;
        if (_onlyLarge && !_model.Bodies[index - _model.ImportedFunctions].TooLarge) return null;
        StepFunction function = StepDecoder.Decode(_model, _limits, index);
        return Interlocked.CompareExchange(ref _functions[index], function, null) ?? function;
    }
}
