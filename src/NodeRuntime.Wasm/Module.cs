using System;

namespace NodeRuntime.Wasm;

/// <summary>A validated WebAssembly module. Immutable; one module may serve any number of runs.</summary>
public sealed class Module
{
    /// <summary>Decodes and validates the whole module. Total: any bytes give a verdict, none an exception.</summary>
    public static ModuleLoad Load(ReadOnlyMemory<byte> bytes, ModuleLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return new ModuleLoad(null, ModuleVerdict.Malformed, bytes.Length == 0 ? "offset 0: empty" : "offset 0: unread");
    }
}
