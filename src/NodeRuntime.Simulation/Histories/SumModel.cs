using System;

namespace NodeRuntime.Simulation.Histories;

/// <summary>A call to a sum and its answer.</summary>
public abstract record SumCall
{
    private SumCall()
    {
    }

    public sealed record Add(UInt128 Amount) : SumCall;

    public sealed record Read(UInt128 Sum) : SumCall;
}

/// <summary>An account into which all pay and from which nobody takes: with amounts of many digits a sum tells who has paid.</summary>
public sealed class SumModel(UInt128 initial) : ISequentialModel<UInt128, SumCall>
{
    public UInt128 Initial => initial;

    public bool TryApply(UInt128 state, SumCall call, out UInt128 next)
    {
        next = call is SumCall.Add add ? state + add.Amount : state;
        return call is not SumCall.Read read || read.Sum == state;
    }
}
