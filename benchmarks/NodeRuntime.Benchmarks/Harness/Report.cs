using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text.Json;

namespace NodeRuntime.Benchmarks.Harness;

/// <summary>The rows as a table for people or as JSON for programs.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
    };

    public static void WriteJson(TextWriter output, IReadOnlyList<BenchmarkRow> rows) =>
        output.WriteLine(JsonSerializer.Serialize(rows, Options));

    public static void WriteHead(TextWriter output) =>
        output.WriteLine(Line("group", "name", "value", "limit", "unit", "limit's name", "ratio"));

    public static void WriteLine(TextWriter output, BenchmarkRow row) => output.WriteLine(Line(
        row.Group, row.Name, Number(row.Value), Number(row.Limit), row.Unit, row.LimitName, Number(row.Ratio)));

    private static string Line(string group, string name, string value, string limit, string unit, string limitName, string ratio) =>
        string.Create(CultureInfo.InvariantCulture, $"{group,-10} {name,-38} {value,14} {limit,14} {unit,-15} {limitName,-21} {ratio,8}");

    /// <summary>About three digits that mean something: a shared machine gives no more.</summary>
    private static string Number(double value) => Math.Abs(value) switch
    {
        >= 1000 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("F1", CultureInfo.InvariantCulture),
        >= 0.1 => value.ToString("F2", CultureInfo.InvariantCulture),
        _ => value.ToString("F4", CultureInfo.InvariantCulture),
    };
}
