using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace NodeRuntime.Wasm.Specification;

/// <summary>
/// The official tests of WebAssembly, as wabt's wast2json makes them of the specification's scripts: a JSON file for each script and its
/// modules beside it. Whoever has the files can ask this engine for the same counts that its authors saw.
/// </summary>
public static class ScriptSuite
{
    /// <summary>The stack that the calling thread must have free.</summary>
    public const int StackBytes = 64 * 1024 * 1024;

    /// <summary>The scripts among the files, in order.</summary>
    public static ImmutableArray<string> Scripts(SortedDictionary<string, byte[]> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        ImmutableArray<string>.Builder scripts = ImmutableArray.CreateBuilder<string>();
        foreach ((string name, byte[] bytes) in files)
        {
            if (name.EndsWith(".json", StringComparison.Ordinal) && IsScript(bytes)) scripts.Add(name);
        }

        return scripts.ToImmutable();
    }

    /// <summary>Runs one script. Files are named by their paths with forward slashes.</summary>
    /// <param name="features">What the script's year knew: more would make valid what it calls invalid.</param>
    public static ScriptReport Run(
        string script,
        SortedDictionary<string, byte[]> files,
        WasmFeatures features = WasmFeatures.All,
        Executor executor = Executor.Compiled)
    {
        ArgumentNullException.ThrowIfNull(script);
        ArgumentNullException.ThrowIfNull(files);
        using var runner = new ScriptRunner(script, files, features, executor);
        runner.Run();
        return new ScriptReport(script, runner.Passed, runner.Skipped, runner.RefusedOtherwise, [.. runner.Failures], [.. runner.FuelUsed]);
    }

    private static bool IsScript(byte[] bytes)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("commands", out _);
        }
        catch (JsonException)
        {
            // Some other file that lies there.
            return false;
        }
    }
}

/// <summary>What came of one script.</summary>
/// <param name="Passed">Assertions.</param>
/// <param name="Skipped">Assertions about the text format, which this engine does not read.</param>
/// <param name="RefusedOtherwise">Of the passed ones, modules refused as they should be, but for another of their faults.</param>
/// <param name="FuelUsed">By each command, in order: the same on every executor.</param>
public sealed record ScriptReport(
    string Script,
    int Passed,
    int Skipped,
    int RefusedOtherwise,
    ImmutableArray<ScriptFailure> Failures,
    ImmutableArray<long> FuelUsed);

/// <summary>An assertion that failed.</summary>
public sealed record ScriptFailure(string Script, int Line, string Command, string Message)
{
    public override string ToString() => Script + ":" + Line.ToString(CultureInfo.InvariantCulture) + " " + Command + ": " + Message;
}
