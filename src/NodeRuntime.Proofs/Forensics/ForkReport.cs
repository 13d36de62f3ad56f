using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Proofs.Forensics;

/// <summary>What forensics found in two chains.</summary>
public sealed record ForkReport
{
    public required ForkVerdict Verdict { get; init; }

    /// <summary>The chain that a refusal is about: 1 or 2; 0 for both.</summary>
    public int Chain { get; init; }

    /// <summary>Where a refusal is; for a fork, the last height that both have in common, as far as their data goes.</summary>
    public Height Height { get; init; }

    /// <summary>In which the chains part: the culprits are of its set. Where they agree, the youngest that both know.</summary>
    public Epoch Epoch { get; init; }

    /// <summary>The youngest blocks; null where a chain was refused before its end.</summary>
    public BlockHeader? FirstTip { get; init; }

    public BlockHeader? SecondTip { get; init; }

    /// <summary>In the order of their indices in the epoch's set.</summary>
    public ImmutableArray<Culprit> Culprits { get; init; } = [];

    /// <summary>Of the culprits together.</summary>
    public ulong Weight { get; init; }

    public ulong TotalWeight { get; init; }

    /// <summary>F: a fork takes more weight than this.</summary>
    public ulong FaultyWeightMax { get; init; }

    /// <summary>Why not more were convicted; empty where enough were.</summary>
    public string Reason { get; init; } = string.Empty;
}

/// <summary>A validator and the two signatures that convict it.</summary>
public sealed record Culprit(ValidatorIndex Validator, PublicKey Key, ulong Weight, Evidence Evidence);
