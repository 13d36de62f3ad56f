using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Text.Json;
using System.Threading;
using NodeRuntime.Wasm.Fuzz.Comparison;
using NodeRuntime.Wasm.Fuzz.Execution;

namespace NodeRuntime.Wasm.Fuzz;

/// <summary>The campaign as a command; docs/wasm-fuzzing.md tells its options and figures.</summary>
internal static class Program
{
    private const string Usage =
        "usage: --modules N --seed S [--first I] [--findings FOLDER] | --replay FILE [--seed S --first I] | --parser N --seed S | --measure FILE";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static int Main(string[] arguments)
    {
        if (FuzzOptions.Parse(arguments) is not { } options)
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }

        if (options.Parser > 0) return RunParser(options);
        return options.Measure.Length > 0 ? OnGuestStack(() => Measure(options)) : Compare(options);
    }

    private static int Compare(FuzzOptions options)
    {
        if (Tools.Node is { } node && Tools.WasmOpt is { } wasmOpt) return OnGuestStack(() => Run(options, node, wasmOpt));
        Console.Error.WriteLine("needs node (package nodejs) and wasm-opt (package binaryen) in the PATH");
        return 2;
    }

    private static int OnGuestStack(Func<int> work)
    {
        int code = 0;
        var thread = new Thread(() => code = work(), (int)WasiRunner.StackBytes(Subject.Depth) + (1024 * 1024));
        thread.Start();
        thread.Join();
        return code;
    }

    private static int Run(FuzzOptions options, string node, string wasmOpt)
    {
        using var campaign = new Campaign(node, wasmOpt, suite: true);
        if (options.Replay.Length > 0)
        {
            Outcome outcome = campaign.Compare(new FuzzCase(options.Seed, options.First, options.Replay, File.ReadAllBytes(options.Replay)));
            Findings.Write(outcome, Console.Out);
            return outcome.Judgement.Agreement == Agreement.Different ? 1 : 0;
        }

        Console.Error.WriteLine("the module at work is in " + campaign.Running);
        var clock = Stopwatch.StartNew();
        TimeSpan shown = TimeSpan.Zero;
        var summary = new CampaignSummary();
        campaign.Run(options.Seed, options.First, options.Modules, outcome =>
        {
            summary.Add(outcome);
            if (outcome.Judgement.Agreement == Agreement.Different)
            {
                Console.Error.WriteLine(Findings.Keep(outcome, options.Folder) + ": " + outcome.Judgement.Detail);
            }

            if (clock.Elapsed - shown < TimeSpan.FromSeconds(10)) return;
            shown = clock.Elapsed;
            Console.Error.WriteLine(summary.Line(clock.Elapsed));
        });
        Console.WriteLine(summary.ToJson(options.Seed, options.First, clock.Elapsed).ToJsonString(Indented));
        return summary.Differences == 0 ? 0 : 1;
    }

    private static int Measure(FuzzOptions options)
    {
        Console.WriteLine(Measurement.Take(options.Measure).ToJsonString());
        return 0;
    }

    private static int RunParser(FuzzOptions options)
    {
        var clock = Stopwatch.StartNew();
        ParserSummary summary = ParserFuzz.Run(options.Seed, options.First, options.Parser, suite: true);
        Console.WriteLine(summary.ToJson(options.Seed, options.First, clock.Elapsed).ToJsonString(Indented));
        foreach (string finding in summary.Findings) Console.Error.WriteLine(finding);
        return summary.Findings.Count == 0 ? 0 : 1;
    }
}
