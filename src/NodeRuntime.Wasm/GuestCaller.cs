using System;

namespace NodeRuntime.Wasm;

/// <summary>What a host function may know of the instance that imports it; it is the delegate's first parameter where it asks for one.</summary>
public sealed class GuestCaller
{
    internal GuestCaller(GuestInstance instance) => Instance = instance;

    /// <summary>Its exports can be called from within the host function: depth and fuel go on counting.</summary>
    public GuestInstance Instance { get; }

    /// <summary>The instance's first memory, exported or not.</summary>
    /// <exception cref="LinkException">It has none.</exception>
    public GuestMemory Memory => Instance.FirstMemory ?? throw new LinkException("the instance that calls has no memory");

    /// <summary>Lets the guest pay for work done on its behalf, so that no import is free. Traps where it cannot.</summary>
    public void ChargeFuel(long units)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(units);
        Instance.Charge(units);
    }
}
