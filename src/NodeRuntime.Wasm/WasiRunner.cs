using System;
using System.Collections.Immutable;
using System.Globalization;
using System.Threading;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Compilation;
using NodeRuntime.Wasm.Execution;
using NodeRuntime.Wasm.Wasi;

namespace NodeRuntime.Wasm;

/// <summary>Runs a module as a WASI preview 1 command: virtual, deterministic, without a view of the machine.</summary>
public static unsafe class WasiRunner
{
    /// <summary>Arguments and environment together.</summary>
    public const int TextBytesMax = 1024 * 1024;

    public const int InputsMax = 4_096;

    /// <summary>Files, folders and links of all directories together.</summary>
    public const int EntriesMax = 65_536;

    public const int CallDepthLimit = 1_000_000;

    private const string EntryPoint = "_start";
    private const int StackBytesPerCall = 1_024;
    private const int StackReserve = 1024 * 1024;

    /// <summary>
    /// The stack that the calling thread must have free for a job of this depth: a kilobyte for each counted call and a megabyte for the
    /// host. Give the thread that calls <see cref="Run"/> at least this much: the engine makes no threads.
    /// </summary>
    public static long StackBytes(int callDepthMax) => ((long)StackBytesPerCall * callDepthMax) + StackReserve;

    /// <summary>
    /// Runs until the guest exits or traps. Blocks; call it on a thread with <see cref="StackBytes"/> of stack. Never throws for what the
    /// guest does; what the job's own inputs and outputs throw passes through.
    /// </summary>
    /// <param name="cancellation">
    /// Ends the run from any thread, at the guest's next straight run of instructions: <see cref="WasiStatus.Cancelled"/>. The module is
    /// compiled a second time for it.
    /// </param>
    public static WasiOutcome Run(Module module, WasiJob job, CancellationToken cancellation = default) =>
        RunOn(Executor.Compiled, module, job, cancellation);

    /// <summary>The same on an executor of the caller's choice: the outcome is the same.</summary>
    public static WasiOutcome RunOn(Executor executor, Module module, WasiJob job, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(job);
        return Link(module, job, out ImportSet imports, out int entry) ?? Execute(module, job, imports, entry, executor, cancellation);
    }

    /// <summary>What a job needs before it can run; the outcome when it has not got it.</summary>
    internal static WasiOutcome? Link(Module module, WasiJob job, out ImportSet imports, out int entry)
    {
        ModuleModel model = module.Model;
        entry = -1;
        imports = ImportSet.Resolve(model, static import =>
            import.Module == WasiImports.ModuleName && import.Kind == ExternalKind.Function ? WasiImports.Find(import.Name) : null);
        string refusal = Refusal(job);
        if (refusal.Length > 0) return Fail(WasiStatus.JobRefused, refusal);
        if (imports.Fault.Length > 0) return Fail(WasiStatus.LinkFailed, imports.Fault);
        if (model.FindExport(EntryPoint) is not { Kind: ExternalKind.Function } export
            || model.TypeOf(export.Index) is not { Parameters.Length: 0, Results.Length: 0 })
        {
            return Fail(WasiStatus.LinkFailed, "the module exports no function _start without parameters and results");
        }

        if (model.Memories.Count == 0) return Fail(WasiStatus.LinkFailed, "the module has no memory");
        entry = export.Index;
        return null;
    }

    private static WasiOutcome Execute(
        Module module, WasiJob job, ImportSet imports, int entry, Executor executor, CancellationToken cancellation)
    {
        long fuelMax = (long)Math.Min(job.FuelMax, long.MaxValue);
        using var store = new Store(module.Limits, fuelMax);
        CompiledModule? compiled = executor == Executor.Stepping ? null
            : cancellation.CanBeCanceled ? module.InterruptibleCode
            : module.Code;
        // Given back before the store that it would write to.
        using CancellationTokenRegistration registration = cancellation.UnsafeRegister(static target => ((Store)target!).Interrupt(), store);
        nint here = (nint)(&fuelMax);
        store.StackLimit = here - (nint)StackBytes(job.CallDepthMax) + (StackReserve / 2);
        var host = new WasiHost(job, store);
        Instance? instance = null;
        WasiStatus status = WasiStatus.Exited;
        int code = 0;
        Trap? trapped = null;
        string detail = "";
        ImmutableArray<GuestFrame> backtrace = [];
        try
        {
            instance = new Instance(module.Model, compiled, store, imports, job.MemoryPagesMax, compiled is null ? module.Steps : null)
            {
                Host = host,
            };
            instance.Start(job.CallDepthMax);
            Instance.CallPlain(instance.Function(entry), job.CallDepthMax);
        }
        catch (ExitException exit)
        {
            code = exit.Code;
        }
        catch (TrapException trap) when (trap.Trap == Trap.OutOfFuel && store.IsInterrupted && store.Fuel >= 0)
        {
            status = WasiStatus.Cancelled;
            detail = "the run was cancelled";
        }
        catch (TrapException trap)
        {
            status = WasiStatus.Trapped;
            trapped = trap.Trap;
            detail = Traps.Describe(trap.Trap);
            backtrace = compiled is null ? GuestTrace.OfStepped(trap, module.Model) : GuestTrace.Of(trap);
        }
        catch (HostStackException)
        {
            status = WasiStatus.HostStackExhausted;
            detail = "the guest's frames need more than the "
                + StackBytes(job.CallDepthMax).ToString(CultureInfo.InvariantCulture) + " bytes of stack that its depth allows";
        }
        finally
        {
            foreach (LinearMemory memory in instance?.Memories ?? []) memory.Dispose();
            instance?.Dispose();
        }

        ulong used = trapped == Trap.OutOfFuel ? job.FuelMax : (ulong)store.FuelUsed;
        ImmutableArray<GuestDirectory> directories = host.CollectDirectories();
        return new WasiOutcome(status, code, trapped, detail, used, OutputFiles(directories))
        {
            Directories = directories,
            Backtrace = backtrace,
        };
    }

    private static WasiOutcome Fail(WasiStatus status, string detail) =>
        new(status, 0, null, detail, 0, ImmutableArray<GuestOutputFile>.Empty);

    /// <summary>The files of /out; links are no files, and no other directory is a job's.</summary>
    private static ImmutableArray<GuestOutputFile> OutputFiles(ImmutableArray<GuestDirectory> directories)
    {
        ImmutableArray<GuestOutputFile>.Builder files = ImmutableArray.CreateBuilder<GuestOutputFile>();
        foreach (GuestDirectory directory in directories)
        {
            if (directory.Path != WasiSettings.OutputPath) continue;
            foreach (GuestFile file in directory.Files)
            {
                if (file.Content is MemoryInput written) files.Add(new GuestOutputFile(file.Name, written.Bytes));
            }
        }

        return files.ToImmutable();
    }

    private static string Refusal(WasiJob job)
    {
        if (job.MemoryPagesMax is < 0 or > 65_536) return "MemoryPagesMax is not between 0 and 65536";
        if (job.CallDepthMax is < 1 or > CallDepthLimit) return "CallDepthMax is not between 1 and 1000000";
        return WasiSettingsRules.Refusal(job);
    }
}
