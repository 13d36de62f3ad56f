using System.Collections.Generic;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeRuntime.Cli.Simulate;

/// <summary>What <c>simulate</c> of one seed of whole peers prints for programs.</summary>
internal sealed record SimulateResult(
    int Peers, int Validators, ulong Seed, long SimulatedSeconds, double WallSeconds, ulong FinalizedHeight, int Violations, string Digest,
    int JobsSubmitted, int JobsSettled, int Crashes, int Partitions, string[] Details);

/// <summary>What <c>simulate</c> of many seeds prints for programs.</summary>
/// <param name="Seeds">How many ran.</param>
/// <param name="Violations">How many of them broke an invariant.</param>
/// <param name="Failures">For each, what broke and the line that replays it.</param>
/// <param name="Missing">Classes of faults and rules that no seed met.</param>
/// <param name="Digest">Of all seeds in their order; empty for a campaign.</param>
internal sealed record SeedsResult(
    long Seeds, long Violations, long SimulatedSeconds, double WallSeconds, SeedFailure[] Failures, double Speed, RecoveryTimes? Recovery,
    SortedDictionary<string, long> Faults, SortedDictionary<string, long> Rules, string[] Missing, string Digest, bool Interrupted);

internal sealed record SeedFailure(ulong Seed, string[] Violations, string Plan, string Replay);

internal sealed record RecoveryTimes(long P50Ms, long P99Ms, long MaxMs);

internal sealed record MutantsResult(int Mutants, int Killed, HuntedMutant[] Hunted, double WallSeconds);

/// <summary>What <c>simulate bias</c> prints for programs.</summary>
internal sealed record BiasResult(int Trials, ulong Seed, BiasLine[] Lines);

/// <param name="Share">Of the trials, in which the bit was the one that was wanted.</param>
/// <param name="Error">Two standard deviations of a fair coin.</param>
/// <param name="Reference">1/2 and a quarter of the validator's share of the views.</param>
/// <param name="Bits">What is won of the one bit: 1 + log2 of the share.</param>
/// <param name="Withheld">Blocks kept back, in all trials.</param>
/// <param name="WithheldMost">For one trial.</param>
/// <param name="Penalties">That the ledger took.</param>
internal sealed record BiasLine(
    int Validators, string Strategy, double Share, double Error, double Reference, double Bits, int Withheld, int WithheldMost, ulong Penalties);

/// <summary>What <c>simulate cheats</c> prints for programs.</summary>
/// <param name="Paying">Strategies whose mean profit is above honesty's.</param>
internal sealed record CheatsResult(int Trials, ulong Seed, CheatLine[] Lines, int Paying);

/// <param name="Engine">shares or space.</param>
/// <param name="Detected">Trials that were refused or convicted at the first try; of an honest peer, false faults.</param>
/// <param name="ProfitPerMille">Mean gain over honesty at one try, in thousandths of an honest reward for it.</param>
internal sealed record CheatLine(string Engine, string Strategy, int Trials, int Detected, double DetectedPercent, long ProfitPerMille);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SimulateResult))]
[JsonSerializable(typeof(SeedsResult))]
[JsonSerializable(typeof(MutantsResult))]
[JsonSerializable(typeof(BiasResult))]
[JsonSerializable(typeof(CheatsResult))]
internal sealed partial class SimulateJson : JsonSerializerContext;
