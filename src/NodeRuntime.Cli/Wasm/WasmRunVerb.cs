using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm;

namespace NodeRuntime.Cli.Wasm;

/// <summary><c>noderuntime wasm run</c>: a WASI program on this machine's files, as a job would run it.</summary>
internal static class WasmRunVerb
{
    private const ulong DefaultFuel = 100_000_000_000;

    public static Command Build(CliWorld world, GlobalOptions options)
    {
        Argument<string> file = new("FILE") { Description = "A WebAssembly module, a WASI preview 1 command" };
        Argument<string[]> arguments = new("ARGS") { Description = "The program's arguments; write -- before those that begin with a dash", Arity = ArgumentArity.ZeroOrMore };
        Option<string[]> directories = new("--dir") { Description = "A folder that it sees; ro is the default; may be given several times", HelpName = "FOLDER[:PATH][:ro|rw]" };
        Option<string[]> variables = new("--env") { Description = "A variable of its environment; may be given several times", HelpName = "NAME=VALUE" };
        Option<ulong> fuel = new("--fuel") { Description = "The most work, about a unit for each instruction", DefaultValueFactory = static _ => DefaultFuel };
        Option<int> pages = new("--memory-pages") { Description = "The most memory, in pages of 64 KiB", DefaultValueFactory = static _ => 16_384 };
        Option<int> depth = new("--call-depth") { Description = "The most nested calls", DefaultValueFactory = static _ => 16_384 };
        Option<long> output = new("--output-bytes") { Description = "The most that it writes, to files and streams together", DefaultValueFactory = static _ => Limits.OutputBytesMax };
        Option<ulong> seed = new("--seed") { Description = "Where its randomness begins", DefaultValueFactory = static _ => 0 };
        Option<string?> start = new("--start-time") { Description = "What its clock shows first, as 2026-01-31T12:00:00Z; default: now", HelpName = "TIME" };
        Option<bool> capture = new("--capture") { Description = "With --output json: what it prints becomes part of the object" };
        Option<Executor> executor = new("--executor") { Description = "compiled, or stepping: slower, with the same outcome", DefaultValueFactory = static _ => Executor.Compiled };
        Command command = new("run", "Run a WASI program with folders of this machine")
        {
            file, arguments, directories, variables, fuel, pages, depth, output, seed, start, capture, executor,
        };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            string path = parsed.GetRequiredValue(file);
            long compileStart = world.Time.GetTimestamp();
            Module module = await LoadAsync(path, cancellation);
            Executor chosen = parsed.GetValue(executor);
            if (chosen == Executor.Compiled) _ = module.SlowFunctions;
            double compiled = world.Time.GetElapsedTime(compileStart).TotalMilliseconds;
            List<MappedDirectory> mapped = [];
            try
            {
                foreach (string text in parsed.GetValue(directories) ?? []) mapped.Add(MappedDirectory.Parse(text));
                bool captures = session.Display.IsJson && parsed.GetValue(capture);
                using GuestStreams streams = GuestStreams.Open(world, session.Display.IsJson, captures);
                WasiJob job = new()
                {
                    Arguments = [Path.GetFileName(path), .. parsed.GetValue(arguments) ?? []],
                    Environment = [.. (parsed.GetValue(variables) ?? []).Select(ParseVariable)],
                    Directories = [.. mapped.Select(static directory => directory.ToGuest())],
                    StandardInput = streams.Input,
                    StandardOutput = streams.Output,
                    StandardError = streams.Error,
                    FuelMax = parsed.GetValue(fuel),
                    MemoryPagesMax = parsed.GetValue(pages),
                    CallDepthMax = parsed.GetValue(depth),
                    OutputBytesMax = parsed.GetValue(output),
                    Seed = parsed.GetValue(seed),
                    StartTime = ParseTime(parsed.GetValue(start), world),
                };
                long runStart = world.Time.GetTimestamp();
                WasiOutcome outcome = await RunAsync(module, job, chosen, cancellation);
                double ran = world.Time.GetElapsedTime(runStart).TotalMilliseconds;
                streams.Flush();
                foreach (MappedDirectory directory in mapped.Where(static directory => directory.IsWritable))
                {
                    directory.WriteBack(outcome.Directories.Single(left => left.Path == directory.GuestPath));
                }

                return Tell(session, outcome, streams, compiled, ran);
            }
            finally
            {
                foreach (MappedDirectory directory in mapped) directory.Dispose();
            }
        });
    }

    private static async Task<Module> LoadAsync(string path, CancellationToken cancellation)
    {
        if (!File.Exists(path)) throw new CliException(ExitCode.NotFound, "FileMissing", $"there is no file {path}", "name a WebAssembly module");
        ModuleLoad load = Module.Load(await File.ReadAllBytesAsync(path, cancellation), ModuleLimits.Default);
        return load.Module ?? throw new CliException(
            ExitCode.Usage, "Module" + load.Verdict, $"{path}: {load.Verdict}: {load.Detail}", "compile a program for wasm32-wasi, as config/samples/csv-report/build.sh does");
    }

    private static async Task<WasiOutcome> RunAsync(Module module, WasiJob job, Executor executor, CancellationToken cancellation)
    {
        int depth = Math.Clamp(job.CallDepthMax, 1, WasiRunner.CallDepthLimit);
        WasiOutcome outcome = await DeepStack.RunAsync(WasiRunner.StackBytes(depth), () => WasiRunner.RunOn(executor, module, job, cancellation));
        return outcome.Status switch
        {
            WasiStatus.Cancelled => throw new OperationCanceledException(cancellation),
            WasiStatus.JobRefused => throw new CliException(ExitCode.Usage, "JobRefused", outcome.Detail, "`noderuntime wasm run --help` lists the options"),
            WasiStatus.LinkFailed => throw new CliException(ExitCode.Usage, "LinkFailed", outcome.Detail, "only WASI preview 1 commands run here"),
            WasiStatus.Exited or WasiStatus.Trapped or WasiStatus.HostStackExhausted => outcome,
        };
    }

    /// <summary>The guest's exit code is the verb's, as far as a process has codes; what did not exit is a failure.</summary>
    private static ExitCode Tell(Session session, WasiOutcome outcome, GuestStreams streams, double compiled, double ran)
    {
        WasmRunResult result = new(
            outcome.Status.ToString(), outcome.ExitCode, outcome.Trap?.ToString(), outcome.Detail, [.. outcome.Backtrace.Select(static frame => frame.ToString())],
            outcome.FuelUsed, FuelSchedule.Version, Math.Round(compiled, 2), Math.Round(ran, 2), streams.CapturedOutput, streams.CapturedError);
        if (session.Display.IsJson) session.Display.Answer(result, WasmJson.Default.WasmRunResult, static (_, _) => { });
        if (outcome.Status == WasiStatus.Exited) return (ExitCode)(outcome.ExitCode & 0xFF);
        session.Display.Note("trap: " + outcome.Detail);
        foreach (GuestFrame frame in outcome.Backtrace) session.Display.Note("  at " + frame);
        session.Display.Note(string.Create(CultureInfo.InvariantCulture, $"fuel used: {outcome.FuelUsed}"));
        return ExitCode.Failed;
    }

    private static GuestVariable ParseVariable(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? new GuestVariable(text[..equals], text[(equals + 1)..])
            : throw new CliException(ExitCode.Usage, "VariableMalformed", $"--env: '{text}' is no variable", "write NAME=VALUE");
    }

    private static Instant ParseTime(string? text, CliWorld world)
    {
        if (text is null) return Instant.FromMilliseconds(world.Time.GetUtcNow().ToUnixTimeMilliseconds());
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? Instant.FromMilliseconds(time.ToUnixTimeMilliseconds())
            : throw new CliException(ExitCode.Usage, "TimeMalformed", $"--start-time: '{text}' is no time", "write it as 2026-01-31T12:00:00Z");
    }
}
