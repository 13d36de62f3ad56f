using System.Collections.Immutable;
using NodeRuntime.Consensus;
using NodeRuntime.Primitives;
using NodeRuntime.Simulation.Atlas;
using NodeRuntime.Simulation.Nemesis;
using NodeRuntime.Simulation.Pictures;

namespace NodeRuntime.Simulation.Agreement;

/// <summary>One run of the consensus layer: machines, ledgers, stores, disks and links; no actors and no jobs.</summary>
public sealed record AgreementConfig
{
    public required ulong Seed { get; init; }

    public required int Validators { get; init; }

    /// <summary>Peers that follow and do not vote.</summary>
    public int Observers { get; init; }

    /// <summary>What goes wrong, and for how long the world runs.</summary>
    public required NemesisPlan Plan { get; init; }

    /// <summary>Mean time between transfers; zero for an idle chain.</summary>
    public Duration TransferEvery { get; init; } = Duration.FromSeconds(1);

    /// <summary>Mean time between changes of who votes, by transactions; zero for a set that only punishment changes.</summary>
    public Duration SetChangeEvery { get; init; }

    /// <summary>A fault of the driver or of a rule that the oracle must find.</summary>
    public Mutant Mutant { get; init; } = Mutant.None;

    /// <summary>Collects what a picture shows; null for no picture.</summary>
    public Timeline? Timeline { get; init; }

    /// <summary>Who does not hear whom in a view: for twins, which are two sides of one key.</summary>
    public TwinsCase? Twins { get; init; }

    public ImmutableArray<ulong> Weights { get; init; } = [];
}

/// <summary>What a run of the consensus layer showed.</summary>
public sealed record AgreementReport
{
    public required ulong Seed { get; init; }

    /// <summary>What went wrong, in a line.</summary>
    public required string Plan { get; init; }

    public required ImmutableArray<string> Violations { get; init; }

    /// <summary>A hash over every event in order: equal seeds give equal digests.</summary>
    public required Hash256 Digest { get; init; }

    public required Duration Simulated { get; init; }

    /// <summary>From healing to the first new final block at every honest peer; null where the run healed nothing.</summary>
    public required Duration? Recovery { get; init; }

    public required Height FinalizedHeight { get; init; }

    /// <summary>Transactions in final blocks.</summary>
    public required int TransactionsFinal { get; init; }

    public required long FramesSent { get; init; }

    public required long Inputs { get; init; }

    public required Marks Marks { get; init; }
}
