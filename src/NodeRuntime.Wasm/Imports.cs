using System;
using System.Collections.Generic;
using System.Globalization;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Embedding;
using NodeRuntime.Wasm.Execution;
using NodeRuntime.Wasm.Wasi;

namespace NodeRuntime.Wasm;

/// <summary>
/// What modules may import, by module and name. One set serves any number of instances; a name given twice is the later one. An instance
/// that imports from another runs with it: they share fuel, limits and lifetime.
/// </summary>
/// <example><code>
/// var imports = new Imports()
///     .Function("env", "log", (GuestCaller caller, int text, int length) => Console.WriteLine(caller.Memory.ReadText(text, length)))
///     .Function("env", "add", (int a, int b) => a + b);
/// </code></example>
public sealed class Imports
{
    private readonly SortedDictionary<string, object> _things = new(StringComparer.Ordinal);

    /// <summary>The run of the instances among what is imported; null without any.</summary>
    internal Run? Run { get; private set; }

    internal WasiSettings? WasiSettings { get; private set; }

    /// <summary>
    /// A delegate of int, uint, long, ulong, float, double, Vector128 of byte and object (for externref), with at most 16 parameters. Several
    /// results, at most 16, are a tuple. With a <see cref="GuestCaller"/> as first parameter, beside those, it sees the instance that imports it. Each call costs
    /// <see cref="FuelSchedule.HostCall"/>. What it throws passes through the guest to whoever called it.
    /// </summary>
    /// <exception cref="LinkException">No WebAssembly function has such a type.</exception>
    public Imports Function(string module, string name, Delegate function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Set(module, name, HostThunks.Make(function), null);
    }

    public Imports Memory(string module, string name, GuestMemory memory) => Set(module, name, memory.Memory, memory.Run);

    public Imports Table(string module, string name, GuestTable table) => Set(module, name, table.Table, table.Run);

    public Imports Global(string module, string name, GuestGlobal global) => Set(module, name, global.Cell, global.Run);

    /// <summary>All exports of another instance, under a module's name.</summary>
    public Imports Instance(string module, GuestInstance instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        foreach ((string name, object thing) in instance.Things()) Set(module, name, thing, instance.Run);
        return this;
    }

    /// <summary>The functions of WASI preview 1. Every instance made with them sees the settings anew.</summary>
    /// <exception cref="LinkException">The settings cannot be shown to a guest; the message says why.</exception>
    public Imports Wasi(WasiSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        string refusal = WasiSettingsRules.Refusal(settings);
        if (refusal.Length > 0) throw new LinkException(refusal);
        WasiSettings = settings;
        return this;
    }

    internal object? Find(Import import) => _things.TryGetValue(Key(import.Module, import.Name), out object? thing) ? thing
        : WasiSettings is not null && import is { Module: WasiImports.ModuleName, Kind: ExternalKind.Function } ? WasiImports.Find(import.Name)
        : null;

    /// <summary>A name may hold any character: the length keeps the two apart.</summary>
    private static string Key(string module, string name) => module.Length.ToString(CultureInfo.InvariantCulture) + ":" + module + name;

    private Imports Set(string module, string name, object thing, Run? run)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(name);
        if (run is { IsDisposed: true }) throw new LinkException("what is imported belongs to an instance that is disposed");
        if (run is not null && Run is not null && run != Run) throw new LinkException("imports come from instances that do not run together");
        Run ??= run;
        _things[Key(module, name)] = thing;
        return this;
    }
}
