using System;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using NodeRuntime.Wasm.Embedding;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm;

/// <summary>An exported function, called with values whose types are checked at each call. Where they are known, a delegate is faster.</summary>
public sealed class GuestFunction
{
    private readonly FunctionReference _function;
    private readonly Run _run;
    private readonly Invoker.Thunk _thunk;

    internal GuestFunction(FunctionReference function, Run run)
    {
        _function = function;
        _run = run;
        _thunk = Invoker.MakeThunk(function.Type);
        Parameters = [.. Array.ConvertAll(function.Type.Parameters, GuestTypes.Of)];
        Results = [.. Array.ConvertAll(function.Type.Results, GuestTypes.Of)];
    }

    internal FunctionReference Reference => _function;

    internal Run Run => _run;

    public ImmutableArray<GuestType> Parameters { get; }

    public ImmutableArray<GuestType> Results { get; }

    /// <exception cref="LinkException">The arguments are not of the parameters' number and types.</exception>
    /// <exception cref="GuestTrapException">The guest trapped.</exception>
    public ImmutableArray<GuestValue> Call(params ReadOnlySpan<GuestValue> arguments)
    {
        if (arguments.Length != Parameters.Length) throw new LinkException("the function takes " + _function.Type);
        var bits = new UInt128[arguments.Length];
        var references = new object?[arguments.Length];
        for (int i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].Type != Parameters[i]) throw new LinkException("the function takes " + _function.Type);
            bits[i] = arguments[i].Bits;
            references[i] = arguments[i].AnyReference;
        }

        var results = new UInt128[Results.Length];
        _run.Enter();
        try
        {
            Invoker.Invoke(_thunk, _function, bits, references, _run.Depth, results);
            var values = new GuestValue[results.Length];
            for (int i = 0; i < values.Length; i++) values[i] = Value(i, results[i]);
            return ImmutableCollectionsMarshal.AsImmutableArray(values);
        }
        catch (Exception exception) when (Run.IsOwn(exception))
        {
            throw _run.Translate(exception);
        }
        finally
        {
            _run.Exit();
            GC.KeepAlive(this);
        }
    }

    private GuestValue Value(int index, UInt128 bits) =>
        new(Results[index], bits & GuestTypes.Mask(_function.Type.Results[index]), _run.Store.ResultReferences[index]);
}
