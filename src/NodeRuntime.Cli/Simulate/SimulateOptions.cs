using NodeRuntime.Primitives;
using NodeRuntime.Simulation.Agreement;
using NodeRuntime.Simulation.Nemesis;

namespace NodeRuntime.Cli.Simulate;

/// <summary>What was asked of <c>noderuntime simulate</c>, checked.</summary>
internal sealed record SimulateOptions
{
    public required SimulatedLayer Layer { get; init; }

    /// <summary>Peers in all, of the peer layer.</summary>
    public required int Peers { get; init; }

    public required int ValidatorsLeast { get; init; }

    public required int ValidatorsMost { get; init; }

    public required ulong FirstSeed { get; init; }

    public required ulong LastSeed { get; init; }

    public required Duration Length { get; init; }

    public required FaultChoice Faults { get; init; }

    public required int Jobs { get; init; }

    /// <summary>Each seed draws its own misfortunes where there is none.</summary>
    public required NemesisPlan? Plan { get; init; }

    /// <summary>How the plan was named, for the line that replays.</summary>
    public required string? PlanName { get; init; }

    public required Mutant Mutant { get; init; }

    /// <summary>Seeds are numbers of twins cases.</summary>
    public required bool AreTwins { get; init; }

    /// <summary>Every seed twice; its digests must be equal.</summary>
    public required bool IsTwice { get; init; }

    /// <summary>From the first seed on, until so much time has passed; null for the seeds as they are.</summary>
    public required System.TimeSpan? Campaign { get; init; }

    public required string? Timeline { get; init; }

    /// <summary>Between the two numbers of validators, by the seed.</summary>
    public int ValidatorsOf(ulong seed) => ValidatorsLeast + (int)(seed % (ulong)(ValidatorsMost - ValidatorsLeast + 1));
}

internal enum SimulatedLayer
{
    Peer,
    Consensus,
}

internal enum FaultChoice
{
    Draw,
    None,
    All,
}
