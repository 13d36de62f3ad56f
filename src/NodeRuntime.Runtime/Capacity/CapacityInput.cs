using System.Collections.Immutable;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Capacity;

/// <summary>Everything that the machine of a peer's capacity may be told.</summary>
public abstract record CapacityInput
{
    private CapacityInput()
    {
    }

    /// <summary>From the log, before anything else: what was found before a restart.</summary>
    public sealed record Recovered(CapacityWork Work) : CapacityInput;

    /// <summary>The finalized ledger, each time it advances.</summary>
    public sealed record Advanced(LedgerState State, Instant Now) : CapacityInput
    {
        /// <summary>What happened since the time before; what became of an accusation stands nowhere else.</summary>
        public ImmutableArray<LedgerEvent> Events { get; init; } = [];
    }

    /// <summary>Time passed: what did not get in is said again.</summary>
    public sealed record Ticked(Instant Now) : CapacityInput;

    /// <summary>A record is durable.</summary>
    public sealed record Stored(CapacityWork Work) : CapacityInput;

    /// <summary>The engine's answer to a task.</summary>
    public sealed record Done(CapacityResult Result) : CapacityInput;
}
