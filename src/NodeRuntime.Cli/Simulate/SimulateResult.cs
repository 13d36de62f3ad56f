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

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SimulateResult))]
[JsonSerializable(typeof(SeedsResult))]
[JsonSerializable(typeof(MutantsResult))]
internal sealed partial class SimulateJson : JsonSerializerContext;
