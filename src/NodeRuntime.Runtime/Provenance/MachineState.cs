using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>What is known of the machine that a peer runs on, for its heartbeats.</summary>
/// <param name="Root">Of the state tree; null where nobody watches.</param>
/// <param name="Alerts">Since the watch began.</param>
public sealed record MachineState(Hash256? Root, AgentLevel Level, ulong Alerts)
{
    public static MachineState Unwatched { get; } = new(null, AgentLevel.None, 0);
}
