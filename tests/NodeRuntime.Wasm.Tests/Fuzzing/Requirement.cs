using System;
using NodeRuntime.Wasm.Fuzz.Execution;

namespace NodeRuntime.Wasm.Tests.Fuzzing;

/// <summary>
/// What a test needs of the machine. Where the machine lacks it the test is skipped with the reason, unless the variable
/// NODERUNTIME_REQUIRE names it (a comma list): then the test runs, and fails, so that no run is green that meant to cover it.
/// </summary>
internal static class Requirement
{
    public const string Node = "node";
    public const string Binaryen = "binaryen";

    /// <summary>Null where the test may run.</summary>
    public static string? WhySkip(string requirement)
    {
        if (IsRequired(requirement)) return null;
        return requirement switch
        {
            Node => Tools.Node is null ? "needs node in the PATH (package nodejs)" : null,
            Binaryen => Tools.WasmOpt is null ? "needs wasm-opt in the PATH (package binaryen)" : null,
            _ => throw new ArgumentException("No such requirement: " + requirement, nameof(requirement)),
        };
    }

    private static bool IsRequired(string requirement)
    {
        string list = Environment.GetEnvironmentVariable("NODERUNTIME_REQUIRE") ?? string.Empty;
        return Array.IndexOf(list.Split(',', StringSplitOptions.TrimEntries), requirement) >= 0;
    }
}
