namespace NodeRuntime.Benchmarks.Harness;

/// <summary>
/// One measurement beside its limit. Every value is a rate, so the ratio is value over limit: 1 is the limit itself,
/// and more than 1 says that the work was avoided.
/// </summary>
internal sealed record BenchmarkRow(
    string Group, string Name, double Value, string Unit, double Limit, string LimitName, double Ratio);
