using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors.Ports;

/// <summary>Runs programs of strangers. The files of a run are the lease's blobs; outputs become blobs of the lease.</summary>
public interface ISandbox
{
    /// <summary>Whether this machine can hold a stranger's program, and if not, why.</summary>
    SandboxReadiness Readiness { get; }

    /// <summary>Starts a run; events come from any thread, in order, and end with exactly one Finished.</summary>
    void Start(SandboxTask task, Action<SandboxEvent> sink);

    /// <summary>Ends a run; its Finished follows. Unknown leases are ignored.</summary>
    void Stop(LeaseId lease);
}

public sealed record SandboxReadiness(bool IsReady, string Reason);

/// <summary>What to run, and its bounds.</summary>
public sealed record SandboxTask
{
    public required LeaseId Lease { get; init; }

    public required ImmutableArray<string> Arguments { get; init; }

    public required ImmutableArray<string> Environment { get; init; }

    /// <summary>Names of the lease's input blobs, in order.</summary>
    public required ImmutableArray<string> Inputs { get; init; }

    public required bool HasStandardInput { get; init; }

    public required ulong FuelMax { get; init; }

    public required uint MemoryPagesMax { get; init; }

    public required uint CallDepthMax { get; init; }

    public required ulong OutputBytesMax { get; init; }

    public required Instant StartTime { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>After this much time of the host's clock the run is ended and is inconclusive.</summary>
    public required Duration WallClockMax { get; init; }
}

/// <summary>Everything a sandbox tells of a run.</summary>
public abstract record SandboxEvent
{
    private SandboxEvent()
    {
    }

    /// <summary>Restricted, loaded and validated: the program's first instruction comes next.</summary>
    public sealed record Ready(LeaseId Lease) : SandboxEvent;

    /// <summary>The program wrote to its standard output or error.</summary>
    public sealed record Log(LeaseId Lease, bool IsError, ReadOnlyMemory<byte> Bytes) : SandboxEvent;

    /// <summary>The run is over; hashes and lengths were taken by the parent, not told by the child.</summary>
    public sealed record Finished(LeaseId Lease, SandboxReport Report) : SandboxEvent;
}

/// <summary>How a run ended, in the order in which ends are told apart.</summary>
public enum SandboxVerdict
{
    Exited,
    ModuleRefused,
    Trapped,
    OutOfFuel,
    MemoryExceeded,
    OutputExceeded,
    WallClockExceeded,
    Stopped,
    ChildDied,
    ReportMalformed,
    LaunchFailed,
}

public sealed record SandboxReport
{
    public required SandboxVerdict Verdict { get; init; }

    public required int ExitCode { get; init; }

    public required ulong FuelUsed { get; init; }

    public required byte FuelSchedule { get; init; }

    /// <summary>For a person: the trap, the refused import, the signal.</summary>
    public required string Detail { get; init; }

    public required SandboxFile StandardOutput { get; init; }

    public required SandboxFile StandardError { get; init; }

    /// <summary>In strictly increasing ordinal order of names.</summary>
    public required ImmutableArray<SandboxFile> Outputs { get; init; }
}

public sealed record SandboxFile(string Name, Hash256 Hash, ulong Length);
