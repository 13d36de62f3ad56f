using System;
using System.Collections.Immutable;
using System.Text;
using System.Threading;

namespace NodeRuntime.Wasm;

/// <summary>Whatever goes wrong with a module or its run, when it is used through <see cref="GuestInstance"/>.</summary>
public abstract class GuestException : Exception
{
    private protected GuestException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>The bytes are no module that this engine runs.</summary>
public sealed class ModuleException(ModuleVerdict verdict, string detail) : GuestException(verdict + ": " + detail)
{
    public ModuleVerdict Verdict { get; } = verdict;

    /// <summary>What is wrong, and at which byte.</summary>
    public string Detail { get; } = detail;
}

/// <summary>A module and its imports, or a caller and an export, do not fit.</summary>
public sealed class LinkException(string message) : GuestException(message);

/// <summary>The guest trapped. Its instance stays as it was at that moment and may be called again.</summary>
public sealed class GuestTrapException : GuestException
{
    internal GuestTrapException(Trap trap, ImmutableArray<GuestFrame> backtrace, Exception? inner = null)
        : base(Describe(trap, backtrace), inner)
    {
        Trap = trap;
        Backtrace = backtrace;
    }

    public Trap Trap { get; }

    /// <summary>The innermost function first; at most 64. What the just-in-time compiler inlined or a tail call gave up is not there.</summary>
    public ImmutableArray<GuestFrame> Backtrace { get; }

    private static string Describe(Trap trap, ImmutableArray<GuestFrame> backtrace)
    {
        var text = new StringBuilder(Traps.Describe(trap));
        foreach (GuestFrame frame in backtrace) text.Append("\n  at ").Append(frame);
        return text.ToString();
    }
}

/// <summary>The guest ended itself by WASI's proc_exit, whatever the code.</summary>
public sealed class GuestExitException(int code) : GuestException("the guest exited with " + code)
{
    public int Code { get; } = code;
}

/// <summary>
/// The guest's frames need more than <see cref="RunLimits.StackBytes"/>. It depends on the machine, so it is no trap; the instance stays as
/// it was at that moment.
/// </summary>
public sealed class GuestStackException() : GuestException("the guest's frames need more than RunLimits.StackBytes");

/// <summary>The token that the instance was made with was cancelled. None of the run's instances can be called again.</summary>
public sealed class GuestCancelledException(CancellationToken cancellation)
    : OperationCanceledException("the guest was cancelled", cancellation);
