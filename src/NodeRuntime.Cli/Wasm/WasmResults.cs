using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeRuntime.Cli.Wasm;

/// <summary>What <c>wasm run</c> tells programs.</summary>
/// <param name="Status">Exited, Trapped or HostStackExhausted.</param>
/// <param name="Trap">By name; null unless trapped.</param>
/// <param name="Backtrace">The innermost function first.</param>
/// <param name="Fuel">Units used; with <paramref name="FuelSchedule"/> they are the same on every machine.</param>
/// <param name="CompileMilliseconds">From bytes to code.</param>
/// <param name="Stdout">Null unless <c>--capture</c> was asked for: otherwise it goes to standard error, as this object is standard output.</param>
internal sealed record WasmRunResult(
    string Status, int ExitCode, string? Trap, string Detail, string[] Backtrace, ulong Fuel, int FuelSchedule, double CompileMilliseconds,
    double RunMilliseconds, string? Stdout, string? Stderr);

/// <summary>What <c>wasm spec</c> prints for programs.</summary>
/// <param name="Assertions">Passed, failed and skipped together.</param>
/// <param name="Skipped">About the text format, which this engine does not read.</param>
internal sealed record WasmSpecResult(int Scripts, int Assertions, int Passed, int Failed, int Skipped, WasmSpecFailure[] Failures);

internal sealed record WasmSpecFailure(string Script, int Line, string Command, string Message);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(WasmRunResult))]
[JsonSerializable(typeof(WasmSpecResult))]
internal sealed partial class WasmJson : JsonSerializerContext;
