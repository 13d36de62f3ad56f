namespace NodeRuntime.Simulation.Bias;

/// <summary>How a validator plays that wants the beacon's lowest bit to be 1 and does nothing else wrong.</summary>
public enum Withholding
{
    /// <summary>It proposes always: what chance gives.</summary>
    Never,

    /// <summary>Where its own block would be the one that counts, and the bit would be wrong, it keeps it back.</summary>
    AtTheEnd,

    /// <summary>
    /// Before that, too, wherever a lost view makes it more likely that it leads the block that counts: it knows all leaders to come, and what it
    /// will itself reveal.
    /// </summary>
    Planned,
}

/// <summary>Many targets in a row on one chain whose validators have one vote each; validator 0 plays, the others propose always.</summary>
public sealed record BiasConfig
{
    public required int Validators { get; init; }

    /// <summary>Targets: so many times a bit is wanted.</summary>
    public required int Trials { get; init; }

    public required Withholding Strategy { get; init; }

    public required ulong Seed { get; init; }
}

/// <summary>What it came to.</summary>
public sealed record BiasReport
{
    public required BiasConfig Config { get; init; }

    /// <summary>Targets whose bit was the one that was wanted.</summary>
    public required int Wanted { get; init; }

    /// <summary>Blocks that it kept back: each cost it the block and the penalty.</summary>
    public required int Withheld { get; init; }

    /// <summary>For one target, at most.</summary>
    public required int WithheldMost { get; init; }

    /// <summary>What the ledger burned of its bond, in penalties.</summary>
    public required ulong Penalties { get; init; }
}
