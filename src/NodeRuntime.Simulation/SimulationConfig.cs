using NodeRuntime.Primitives;
using NodeRuntime.Simulation.Nemesis;

namespace NodeRuntime.Simulation;

/// <summary>One run: how many peers for how long, and which world the seed draws.</summary>
public sealed record SimulationConfig
{
    public required int Peers { get; init; }

    /// <summary>The first so many peers validate.</summary>
    public required int Validators { get; init; }

    public required ulong Seed { get; init; }

    public required Duration Length { get; init; }

    public required Faults Faults { get; init; }

    /// <summary>What goes wrong by a plan, beside or in place of what the seed draws.</summary>
    public NemesisPlan? Plan { get; init; }

    /// <summary>After this much of the run nothing more goes wrong, and everybody must come back.</summary>
    public Duration HealBefore { get; init; } = Duration.FromSeconds(25);

    /// <summary>Mean time between jobs; zero for none.</summary>
    public Duration JobEvery { get; init; } = Duration.FromSeconds(6);

    /// <summary>The real curve instead of make-believe signatures: slower, and the digest of a run need not repeat.</summary>
    public bool UsesRealSignatures { get; init; }

    /// <summary>The first validator signs two proposals for each view that it leads.</summary>
    public bool HasEquivocator { get; init; }

    /// <summary>The second validator receives and never votes.</summary>
    public bool HasSilentVoter { get; init; }

    /// <summary>Hears what peers say; takes no part.</summary>
    public System.Action<int, NodeRuntime.Runtime.NodeLog>? Log { get; init; }
}
