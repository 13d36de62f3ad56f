using System.Collections.Immutable;

namespace NodeRuntime.Actors;

/// <summary>One actor, as a status page shows it.</summary>
public sealed record ActorStatus
{
    public required ActorPath Path { get; init; }

    public required ActorState State { get; init; }

    public required int MailboxLength { get; init; }

    public required long Processed { get; init; }

    public required long Shed { get; init; }

    public required long Restarts { get; init; }

    public required long Failures { get; init; }

    /// <summary>Empty where nothing failed.</summary>
    public required string LastFailure { get; init; }
}

/// <summary>A whole system. Totals include the actors that have stopped.</summary>
public sealed record SystemStatus
{
    public required string Name { get; init; }

    public required SystemState State { get; init; }

    public required long Processed { get; init; }

    public required long Shed { get; init; }

    public required long Restarts { get; init; }

    public required long Failures { get; init; }

    public required long DeadLetters { get; init; }

    /// <summary>Depth first, siblings in the order of their names, the root guardian first.</summary>
    public required ImmutableArray<ActorStatus> Actors { get; init; }
}

public enum SystemState
{
    Running,

    /// <summary>All actors are being stopped, or have been, since someone asked.</summary>
    Terminated,

    /// <summary>The same, since a failure reached the root.</summary>
    Failed,
}
