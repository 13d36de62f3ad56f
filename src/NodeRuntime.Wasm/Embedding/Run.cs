using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Threading;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;
using NodeRuntime.Wasm.Wasi;

namespace NodeRuntime.Wasm.Embedding;

/// <summary>
/// What instances share that call each other: store, limits, the depth that is left, the token. They are released together, with the last
/// of them, because each may hold what belongs to another.
/// </summary>
internal sealed unsafe class Run
{
    private const int HostReserveBytes = 16 * 1024;

    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenRegistration _registration;
    private readonly List<(Instance Instance, int ImportedMemories, ModuleModel Model)> _instances = [];
    private int _holders;
    private int _calls;
    private bool _cancelled;

    public Run(ModuleLimits moduleLimits, RunLimits limits, CancellationToken cancellation)
    {
        Limits = limits;
        _cancellation = cancellation;
        Store = new Store(moduleLimits, limits.Fuel)
        {
            TableEntriesMax = Math.Min(limits.TableEntriesMax, moduleLimits.TableEntriesMax),
            HostCallsLeft = limits.HostCallsMax,
        };
        Depth = limits.CallDepthMax;
        Store.Embedder = this;
        // Last: it may be called at once.
        _registration = cancellation.UnsafeRegister(static run => ((Run)run!).Store.Interrupt(), this);
    }

    public Store Store { get; }

    public RunLimits Limits { get; }

    public bool IsInterruptible => _cancellation.CanBeCanceled;

    public bool IsDisposed { get; private set; }

    /// <summary>Calls that may still nest, at the place where the host has control.</summary>
    public int Depth { get; set; }

    public void Join() => _holders++;

    public void Hold(Instance instance, ModuleModel model) => _instances.Add((instance, model.ImportedMemories, model));

    public void Leave()
    {
        if (--_holders > 0) return;
        IsDisposed = true;
        _registration.Dispose();
        foreach ((Instance instance, int importedMemories, _) in _instances)
        {
            // What an instance imports is another's of this run, or the host's.
            foreach (LinearMemory memory in instance.Memories.AsSpan(importedMemories)) memory.Dispose();
            instance.Dispose();
        }

        Store.Dispose();
    }

    /// <summary>Before any call from the host. Calls that the host makes from within a host function share the outermost one's stack.</summary>
    public void Enter()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, typeof(GuestInstance));
        if (_cancelled || (_calls == 0 && _cancellation.IsCancellationRequested)) throw Cancelled();
        if (_calls++ > 0) return;
        Depth = Limits.CallDepthMax;
        int here;
        Store.StackLimit = (nint)(&here) - (nint)Limits.StackBytes + HostReserveBytes;
    }

    public void Exit() => _calls--;

    /// <summary>Whether an exception is the engine's own, to be told in the words of the public surface.</summary>
    public static bool IsOwn(Exception exception) =>
        exception is TrapException or HostStackException or ExitException or GuestTrapException { Backtrace.Length: 0 };

    public Exception Translate(Exception exception)
    {
        Trap? trap = exception switch
        {
            TrapException own => own.Trap,
            GuestTrapException told => told.Trap,
            _ => null,
        };
        if (trap == Trap.OutOfFuel && Store.IsInterrupted && Store.Fuel >= 0) return Cancelled();
        // A run of instructions that could not be paid counts as paid.
        if (trap == Trap.OutOfFuel) Store.Fuel = 0;
        return exception switch
        {
            _ when trap is { } known => new GuestTrapException(known, TraceOf(exception), exception),
            ExitException exit => new GuestExitException(exit.Code),
            _ => new GuestStackException(),
        };
    }

    /// <summary>Where an instance runs alone and stepped, the machine knows its frames; else the host's stack does, as far as it holds them.</summary>
    private ImmutableArray<GuestFrame> TraceOf(Exception exception) =>
        exception is TrapException trap && _instances is [({ Steps: not null, IsCompiled: false }, _, { } model)]
            ? GuestTrace.OfStepped(trap, model)
            : GuestTrace.Of(exception);

    private GuestCancelledException Cancelled()
    {
        _cancelled = true;
        return new GuestCancelledException(_cancellation);
    }
}
