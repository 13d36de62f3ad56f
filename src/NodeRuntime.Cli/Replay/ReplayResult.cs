using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeRuntime.Cli.Replay;

/// <summary>What <c>replay</c> prints for programs.</summary>
/// <param name="Equal">Everything that was replayed asked for what it had asked for then.</param>
/// <param name="TornBytes">Over all files: what crashes left behind the last whole steps.</param>
internal sealed record ReplayResult(bool Equal, int Segments, long Inputs, long TornBytes, ReplaySegment[] Files, ReplayDifference? FirstDifference);

internal sealed record ReplaySegment(
    string File, string Machine, string Chain, string Peer, string Version, bool OtherBuild, int Inputs, int TornBytes, string Digest, string Standing);

/// <param name="Step">From 0, in its file.</param>
/// <param name="At">Microseconds of Unix time, by the peer's clock.</param>
/// <param name="Effect">The place of the first effect that differs, in both lists.</param>
internal sealed record ReplayDifference(
    string File, int Step, long At, string Input, int Effect, string[] Recorded, string RecordedFailure, string[] Replayed, string ReplayedFailure);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ReplayResult))]
internal sealed partial class ReplayJson : JsonSerializerContext;
