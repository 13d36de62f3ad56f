using System.Text.Json;
using System.Text.Json.Serialization;
using NodeRuntime.Api;

namespace NodeRuntime.Cli.Posture;

/// <summary>What <c>posture baseline</c> prints for programs.</summary>
/// <param name="File">Where the list was written to; empty for nowhere.</param>
internal sealed record PostureBaselineResult(string Level, string Root, int Things, string File, PostureControlAnswer[] Controls);

/// <param name="Value">What it is; see docs/posture.md.</param>
internal sealed record PostureThing(string Class, string Name, string Value, string Leaf);

/// <summary>What <c>posture watch</c> prints for programs, when it is over.</summary>
internal sealed record PostureWatchResult(string Level, string Root, double Seconds, PostureEdgeAnswer[] Edges, PostureControlAnswer[] Controls);

/// <summary>What <c>posture benchmark</c> prints for programs.</summary>
/// <param name="Seen">Violations of a few milliseconds that were recorded, of <paramref name="Trials"/>.</param>
/// <param name="AlertP50Milliseconds">From the first write of a violation until a subscriber has its edge.</param>
/// <param name="FirstLookSeconds">From the start to the first full look at everything, of <paramref name="Bytes"/> bytes.</param>
/// <param name="SettlingSeconds">Until the runtime compiled nothing more; not part of the calm.</param>
/// <param name="CalmPerMille">Of one core, while nothing happens.</param>
internal sealed record PostureBenchmarkResult(
    string Level, int Trials, int Seen, double AlertP50Milliseconds, double AlertP99Milliseconds, double AlertMaxMilliseconds, int Things, long Bytes, double FirstLookSeconds,
    double SettlingSeconds, double CalmSeconds, double CalmPerMille, long MemoryBytes);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(PostureBaselineResult))]
[JsonSerializable(typeof(PostureThing[]))]
[JsonSerializable(typeof(PostureWatchResult))]
[JsonSerializable(typeof(PostureBenchmarkResult))]
[JsonSerializable(typeof(PostureAnswer))]
[JsonSerializable(typeof(PostureEdgesAnswer))]
internal sealed partial class PostureJson : JsonSerializerContext;
