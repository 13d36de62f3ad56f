using System;
using System.Collections.Immutable;
using System.Threading;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Compilation;

namespace NodeRuntime.Wasm;

/// <content>The doors for a host that calls modules itself.</content>
public sealed partial class Module
{
    private CompiledModule? _interruptibleCode;

    /// <summary>What the module imports, in its order.</summary>
    public ImmutableArray<ModuleImport> Imports =>
        [.. Model.Imports.ConvertAll(static import => new ModuleImport(import.Module, import.Name, KindOf(import.Kind)))];

    public ImmutableArray<ModuleExport> Exports =>
        [.. Model.Exports.ConvertAll(static export => new ModuleExport(export.Name, KindOf(export.Kind)))];

    /// <summary>The same code with one more look at the store in each straight run, for runs that can be cancelled.</summary>
    internal CompiledModule InterruptibleCode
    {
        get
        {
            if (Volatile.Read(ref _interruptibleCode) is { } made) return made;
            CompiledModule code = CompiledModule.Compile(Model, _limits, interruptible: true);
            return Interlocked.CompareExchange(ref _interruptibleCode, code, null) ?? code;
        }
    }

    /// <summary>Decodes and validates a module, with the default limits.</summary>
    /// <exception cref="ModuleException">The bytes are no module that this engine runs.</exception>
    public static Module Load(ReadOnlyMemory<byte> bytes)
    {
        ModuleLoad load = Load(bytes, ModuleLimits.Default, WasmFeatures.All);
        return load.Module ?? throw new ModuleException(load.Verdict, load.Detail);
    }

    /// <summary>
    /// Links the module to its imports and runs its start function, if it has one.
    /// </summary>
    /// <param name="limits">Default: <see cref="RunLimits.Default"/>. Not read where the imports hold another instance, whose run this joins.</param>
    /// <param name="executor">What runs this instance's functions; those it imports run as their own instance was told.</param>
    /// <param name="cancellation">
    /// Ends the run from any thread: the guest stops at its next straight run of instructions, host functions and bulk instructions are
    /// finished first. docs/wasm.md tells what such code costs; without a token there is no cost.
    /// </param>
    /// <exception cref="LinkException">An import is missing or of another type, or a limit is out of range.</exception>
    /// <exception cref="GuestTrapException">The start function, or a segment's place, trapped.</exception>
    public GuestInstance Instantiate(
        Imports? imports = null, RunLimits? limits = null, Executor executor = Executor.Compiled, CancellationToken cancellation = default)
    {
        limits ??= RunLimits.Default;
        string refusal = limits.Refusal();
        return refusal.Length == 0
            ? new GuestInstance(this, imports ?? new Imports(), limits, executor, cancellation)
            : throw new LinkException(refusal);
    }

    private static GuestExternal KindOf(ExternalKind kind) => kind switch
    {
        ExternalKind.Function => GuestExternal.Function,
        ExternalKind.Table => GuestExternal.Table,
        ExternalKind.Memory => GuestExternal.Memory,
        ExternalKind.Global => GuestExternal.Global,
    };
}

/// <summary>What an import or an export is.</summary>
public enum GuestExternal
{
    Function,
    Table,
    Memory,
    Global,
}

public sealed record ModuleImport(string Module, string Name, GuestExternal Kind);

public sealed record ModuleExport(string Name, GuestExternal Kind);
