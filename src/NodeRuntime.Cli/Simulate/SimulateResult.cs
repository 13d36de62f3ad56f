using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeRuntime.Cli.Simulate;

/// <summary>What <c>simulate</c> prints for programs.</summary>
internal sealed record SimulateResult(
    int Peers, int Validators, ulong Seed, long SimulatedSeconds, double WallSeconds, ulong FinalizedHeight, int Violations, string Digest,
    int JobsSubmitted, int JobsSettled, int Crashes, int Partitions, string[] Details);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SimulateResult))]
internal sealed partial class SimulateJson : JsonSerializerContext;
