using NodeRuntime.Primitives;

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

    /// <summary>After this much of the run nothing more goes wrong, and everybody must come back.</summary>
    public Duration HealBefore { get; init; } = Duration.FromSeconds(25);

    /// <summary>Mean time between jobs; zero for none.</summary>
    public Duration JobEvery { get; init; } = Duration.FromSeconds(6);

    /// <summary>Each peer has somebody with stake behind it, and a look at the stakes comes every few blocks.</summary>
    public bool HasOperators { get; init; }

    /// <summary>Mean time between changes of who wants to validate; zero for none. The validators of genesis stay.</summary>
    public Duration SetChangeEvery { get; init; } = Duration.Zero;

    /// <summary>The real curve instead of make-believe signatures: slower, and the digest of a run need not repeat.</summary>
    public bool UsesRealSignatures { get; init; }

    /// <summary>The first validator signs two proposals for each view that it leads.</summary>
    public bool HasEquivocator { get; init; }

    /// <summary>The second validator receives and never votes.</summary>
    public bool HasSilentVoter { get; init; }

    /// <summary>Hears what peers say; takes no part.</summary>
    public System.Action<int, NodeRuntime.Runtime.NodeLog>? Log { get; init; }
}
