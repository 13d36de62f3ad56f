using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Wasm;
using NodeRuntime.Wasm.Specification;

namespace NodeRuntime.Cli.Wasm;

/// <summary><c>noderuntime wasm spec</c>: the official tests of WebAssembly, as wabt's wast2json makes them.</summary>
internal static class WasmSpecVerb
{
    public static Command Build(CliWorld world, GlobalOptions options)
    {
        Argument<string> path = new("PATH") { Description = "A folder, or a .tar or .tar.gz of one: scripts of wast2json, each with its modules beside it" };
        Option<string?> without = new("--without") { Description = "Features that the scripts' year did not know: simd, tail-calls, multi-memory, extended-const; a script whose path names one keeps it", HelpName = "NAMES" };
        Option<Executor> executor = new("--executor") { Description = "compiled, or stepping: the slow one that can stop anywhere", DefaultValueFactory = static _ => Executor.Compiled };
        Command command = new("spec", "Run the official test suite") { path, without, executor };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            string source = parsed.GetRequiredValue(path);
            ImmutableArray<string> absent = ParseFeatures(parsed.GetValue(without));
            SortedDictionary<string, byte[]> files = ScriptFiles.Read(source);
            ImmutableArray<string> scripts = ScriptSuite.Scripts(files);
            if (scripts.IsEmpty)
            {
                throw new CliException(
                    ExitCode.NotFound, "ScriptsMissing", $"{source} holds no script of wast2json", "make them with `wast2json i32.wast -o i32.json`, a folder for each or one for all");
            }

            List<ScriptReport> reports = [];
            foreach (string script in scripts)
            {
                cancellation.ThrowIfCancellationRequested();
                reports.Add(await DeepStack.RunAsync(ScriptSuite.StackBytes, () => ScriptSuite.Run(script, files, FeaturesOf(script, absent), parsed.GetValue(executor))));
            }

            return Tell(session, reports);
        });
    }

    private static ImmutableArray<string> ParseFeatures(string? without)
    {
        string[] names = (without ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (string name in names)
        {
            if (FeatureOf(name) != WasmFeatures.None) continue;
            throw new CliException(
                ExitCode.Usage, "FeatureUnknown", $"--without: there is no feature '{name}'", "name simd, tail-calls, multi-memory or extended-const, with commas between");
        }

        return [.. names];
    }

    /// <summary>A proposal's own scripts stand in the official suite under its name, and need it.</summary>
    private static WasmFeatures FeaturesOf(string script, ImmutableArray<string> absent)
    {
        WasmFeatures features = WasmFeatures.All;
        foreach (string name in absent)
        {
            if (!script.Contains(name, StringComparison.Ordinal)) features &= ~FeatureOf(name);
        }

        return features;
    }

    private static WasmFeatures FeatureOf(string name) => name switch
    {
        "simd" => WasmFeatures.Simd,
        "tail-calls" => WasmFeatures.TailCalls,
        "multi-memory" => WasmFeatures.MultiMemory,
        "extended-const" => WasmFeatures.ExtendedConstants,
        _ => WasmFeatures.None,
    };

    private static ExitCode Tell(Session session, List<ScriptReport> reports)
    {
        int passed = reports.Sum(static report => report.Passed);
        int skipped = reports.Sum(static report => report.Skipped);
        WasmSpecFailure[] failures =
        [
            .. reports.SelectMany(static report => report.Failures)
                .Select(static failure => new WasmSpecFailure(failure.Script, failure.Line, failure.Command, failure.Message)),
        ];
        WasmSpecResult result = new(reports.Count, passed + failures.Length + skipped, passed, failures.Length, skipped, failures);
        session.Display.Answer(result, WasmJson.Default.WasmSpecResult, (console, answer) =>
        {
            foreach (WasmSpecFailure failure in answer.Failures)
            {
                session.Display.Line(string.Create(CultureInfo.InvariantCulture, $"{failure.Script}:{failure.Line} {failure.Command}: {failure.Message}"));
            }

            Display.Pairs(
                console,
                ("scripts", answer.Scripts.ToString(CultureInfo.InvariantCulture)),
                ("assertions", answer.Assertions.ToString(CultureInfo.InvariantCulture)),
                ("passed", answer.Passed.ToString(CultureInfo.InvariantCulture)),
                ("failed", answer.Failed.ToString(CultureInfo.InvariantCulture)),
                ("skipped", answer.Skipped.ToString(CultureInfo.InvariantCulture)));
        });
        return failures.Length == 0 ? ExitCode.Ok : ExitCode.Failed;
    }
}
