using System;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Workload;

/// <summary>What the workload supervisor hears.</summary>
public abstract record WorkloadCommand
{
    private WorkloadCommand()
    {
    }

    public sealed record Advanced(LedgerTip Tip) : WorkloadCommand;

    /// <summary>A cluster client connected; its key is proven.</summary>
    public sealed record ClientConnected(PeerId Client, ReadOnlyMemory<byte> Key) : WorkloadCommand;

    public sealed record ClientLeft(PeerId Client) : WorkloadCommand;

    public sealed record ClientFrame(PeerId Client, ReadOnlyMemory<byte> Frame) : WorkloadCommand;

    public sealed record Sandbox(SandboxEvent Happened) : WorkloadCommand;

    public sealed record Written(JournalVerdict Verdict) : WorkloadCommand;

    /// <summary>Frames that found a full queue are tried again.</summary>
    public sealed record Retry : WorkloadCommand;
}
