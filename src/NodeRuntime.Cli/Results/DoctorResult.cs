using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace NodeRuntime.Cli.Results;

internal sealed record DoctorResult(bool IsHealthy, ImmutableArray<CheckResult> Checks);

/// <param name="Hint">What to do; empty where nothing is wrong.</param>
internal sealed record CheckResult(string Name, CheckState State, string Detail, string Hint);

[JsonConverter(typeof(JsonStringEnumConverter<CheckState>))]
internal enum CheckState
{
    Ok,

    /// <summary>Works, but not as well as it could.</summary>
    Warning,
    Failed,

    /// <summary>Could not be asked: what it needs is not there.</summary>
    Skipped,
}
