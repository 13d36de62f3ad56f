using NodeRuntime.Capacity;
using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation.Capacity;

/// <summary>What is said of settings, in the order of the checks.</summary>
public enum CheatSettingsVerdict
{
    Accepted,
    ParametersOutOfRange,
    TrialsOutOfRange,
    SharesOutOfRange,
    CollateralOutOfRange,
    DiskCostOutOfRange,
    ColludersOutOfRange,
    NetworkOutOfRange,
}

/// <summary>A world to cheat in.</summary>
public sealed record CheatSettings
{
    public CapacityParameters Parameters { get; init; } = CapacityParameters.Default;

    /// <summary>Of each strategy.</summary>
    public required int Trials { get; init; }

    public ulong Seed { get; init; } = 1;

    /// <summary>Shares that an honest peer finds in a slice: one core's.</summary>
    public int HonestShares { get; init; } = 40;

    /// <summary>What a false proof of space costs, in epochs' rewards.</summary>
    public int CollateralEpochs { get; init; } = 30;

    /// <summary>What keeping all rows costs, in thousandths of the reward: saved in proportion to rows that are not kept.</summary>
    public int DiskCostPerMille { get; init; } = 500;

    /// <summary>Verifiers that say what the cheater wants, of a thousand.</summary>
    public int ColludersPerMille { get; init; } = 333;

    /// <summary>Messages that are lost, of a thousand.</summary>
    public int LossPerMille { get; init; } = 50;

    /// <summary>From a message without an answer to its repetition. Every 5 s were too few beside a restart: 12 false faults in 100,000 days.</summary>
    public Duration RepeatAfter { get; init; } = Duration.FromSeconds(2);

    /// <summary>A restart, once a day: so long nobody works and nobody sends.</summary>
    public Duration RestartLongest { get; init; } = Duration.FromSeconds(25);

    public CheatSettingsVerdict Check()
    {
        if (Parameters.Check() != CapacityParametersVerdict.Accepted) return CheatSettingsVerdict.ParametersOutOfRange;
        if (Trials is < 1 or > 10_000_000) return CheatSettingsVerdict.TrialsOutOfRange;
        if (HonestShares is < 4 or > 100_000) return CheatSettingsVerdict.SharesOutOfRange;
        if (CollateralEpochs is < 1 or > 10_000) return CheatSettingsVerdict.CollateralOutOfRange;
        if (DiskCostPerMille is < 0 or > 1000) return CheatSettingsVerdict.DiskCostOutOfRange;
        if (ColludersPerMille is < 0 or > 333) return CheatSettingsVerdict.ColludersOutOfRange;
        bool isNetworkUsable = LossPerMille is >= 0 and < 1000 && RepeatAfter >= Duration.FromSeconds(1) && RestartLongest >= Duration.Zero;
        return isNetworkUsable ? CheatSettingsVerdict.Accepted : CheatSettingsVerdict.NetworkOutOfRange;
    }
}

/// <summary>What came of a strategy.</summary>
/// <param name="Detected">Trials in which the cheater was refused or convicted at its first try; for an honest peer, false faults.</param>
/// <param name="ProfitPerMille">Mean gain over honesty at one try, in thousandths of an honest reward for it.</param>
public sealed record CheatRow(string Strategy, int Trials, int Detected, long ProfitPerMille)
{
    public override string ToString() => $"{Strategy,-58} {Trials,8} {Detected,8} {ProfitPerMille,9}";
}
