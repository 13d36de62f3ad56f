using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;
using NodeRuntime.Wasm.Wasi;

namespace NodeRuntime.Wasm;

/// <summary>Runs a module as a WASI preview 1 command: virtual, deterministic, without a view of the machine.</summary>
public static unsafe class WasiRunner
{
    /// <summary>Arguments and environment together.</summary>
    public const int TextBytesMax = 1024 * 1024;

    public const int InputsMax = 4_096;

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
    public static WasiOutcome Run(Module module, WasiJob job, Executor executor = Executor.Compiled)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(job);
        string refusal = Refusal(job);
        if (refusal.Length > 0) return Fail(WasiStatus.JobRefused, refusal);
        ModuleModel model = module.Model;
        ImportSet imports = ImportSet.Resolve(model, static import =>
            import.Module == WasiImports.ModuleName && import.Kind == ExternalKind.Function ? WasiImports.Find(import.Name) : null);
        if (imports.Fault.Length > 0) return Fail(WasiStatus.LinkFailed, imports.Fault);
        if (model.FindExport(EntryPoint) is not { Kind: ExternalKind.Function } entry
            || model.TypeOf(entry.Index) is not { Parameters.Length: 0, Results.Length: 0 })
        {
            return Fail(WasiStatus.LinkFailed, "the module exports no function _start without parameters and results");
        }

        if (model.Memories.Count == 0) return Fail(WasiStatus.LinkFailed, "the module has no memory");
        return Execute(module, job, imports, entry.Index, executor);
    }

    private static WasiOutcome Execute(Module module, WasiJob job, ImportSet imports, int entry, Executor executor)
    {
        long fuelMax = (long)Math.Min(job.FuelMax, long.MaxValue);
        using var store = new Store(module.Limits, fuelMax);
        nint here = (nint)(&fuelMax);
        store.StackLimit = here - (nint)StackBytes(job.CallDepthMax) + (StackReserve / 2);
        var host = new WasiHost(job, store);
        Instance? instance = null;
        WasiStatus status = WasiStatus.Exited;
        int code = 0;
        Trap? trapped = null;
        string detail = "";
        try
        {
            instance = new Instance(module, executor, store, imports, job.MemoryPagesMax) { Host = host };
            instance.Start(job.CallDepthMax);
            Instance.CallPlain(instance.Function(entry), job.CallDepthMax);
        }
        catch (ExitException exit)
        {
            code = exit.Code;
        }
        catch (TrapException trap)
        {
            status = WasiStatus.Trapped;
            trapped = trap.Trap;
            detail = Describe(trap.Trap);
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

        ulong used = trapped == Trap.OutOfFuel ? job.FuelMax : (ulong)(fuelMax - store.Fuel);
        return new WasiOutcome(status, code, trapped, detail, used, host.CollectOutput());
    }

    private static WasiOutcome Fail(WasiStatus status, string detail) =>
        new(status, 0, null, detail, 0, ImmutableArray<GuestOutputFile>.Empty);

    private static string Describe(Trap trap) => trap switch
    {
        Trap.Unreachable => "an unreachable instruction was executed",
        Trap.OutOfBoundsMemory => "out of bounds memory access",
        Trap.OutOfBoundsTable => "out of bounds table access",
        Trap.UndefinedElement => "undefined element: an indirect call beyond the table",
        Trap.UninitializedElement => "uninitialized element: an indirect call of null",
        Trap.IndirectCallTypeMismatch => "indirect call type mismatch",
        Trap.IntegerOverflow => "integer overflow",
        Trap.IntegerDivideByZero => "integer divide by zero",
        Trap.InvalidConversion => "invalid conversion to integer: not a number",
        Trap.OutOfFuel => "the job's fuel is used up",
        Trap.CallDepthExceeded => "calls nest deeper than the job allows",
        Trap.MemoryLimitExceeded => "the module starts with more memory or table entries than the job allows",
        Trap.OutputLimitExceeded => "the job's output is larger than it may be",
    };

    private static string Refusal(WasiJob job)
    {
        if (job.MemoryPagesMax is < 0 or > 65_536) return "MemoryPagesMax is not between 0 and 65536";
        if (job.CallDepthMax is < 1 or > CallDepthLimit) return "CallDepthMax is not between 1 and 1000000";
        if (job.OutputBytesMax < 0) return "OutputBytesMax is negative";
        if (job.StartTime.Microseconds is < 0 or > long.MaxValue / 1000) return "StartTime is out of range";
        if (job.Inputs.Length > InputsMax) return "more inputs than the limit";
        long text = 0;
        foreach (string argument in job.Arguments)
        {
            if (argument.Contains('\0', StringComparison.Ordinal)) return "an argument has a zero character";
            text += Encoding.UTF8.GetByteCount(argument);
        }

        foreach (GuestVariable variable in job.Environment)
        {
            bool zero = variable.Name.Contains('\0', StringComparison.Ordinal) || variable.Value.Contains('\0', StringComparison.Ordinal);
            if (zero || variable.Name.Length == 0 || variable.Name.Contains('=', StringComparison.Ordinal))
            {
                return "an environment variable's name or value is not usable";
            }

            text += Encoding.UTF8.GetByteCount(variable.Name) + Encoding.UTF8.GetByteCount(variable.Value);
        }

        if (text > TextBytesMax) return "arguments and environment are larger than the limit";
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (GuestFile file in job.Inputs)
        {
            if (!IsName(file.Name)) return "an input's name is not a single path component of at most 255 bytes";
            if (!names.Add(file.Name)) return "two inputs have one name";
            if (file.Content.Length < 0) return "an input has a negative length";
        }

        return "";
    }

    private static bool IsName(string name) =>
        name.Length > 0
        && name is not ("." or "..")
        && name.AsSpan().IndexOfAny('/', '\0') < 0
        && Encoding.UTF8.GetByteCount(name) <= WasiHost.NameBytesMax;
}
