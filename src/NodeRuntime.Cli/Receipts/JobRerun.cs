using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Cli.Results;
using NodeRuntime.Cli.Wasm;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Wasm;

namespace NodeRuntime.Cli.Receipts;

/// <summary>
/// Runs a receipt's job again, here, and compares. Every file must be the one that the specification names, whatever the
/// order they come in; the program then sees exactly what it saw at the provider, and must make the same bytes with the
/// same fuel. It runs in the engine's own confinement, without a process of its own: a user's choice, for a module that
/// the user names.
/// </summary>
internal static class JobRerun
{
    public static async Task<RerunResult> RunAsync(
        JobSpec spec, JobResult expected, string[] files, TimeProvider time, CancellationToken cancellation)
    {
        SortedDictionary<Hash256, byte[]> contents = [];
        foreach (string file in files)
        {
            byte[] bytes = await ReadAsync(file, cancellation);
            contents[Hasher.Sha256(bytes)] = bytes;
        }

        long start = time.GetTimestamp();
        int depth = (int)Math.Min(spec.CallDepthMax, WasiRunner.CallDepthLimit);
        JobResult actual = await DeepStack.RunAsync(WasiRunner.StackBytes(depth), () => Run(spec, expected.Salt, contents));
        long milliseconds = (long)time.GetElapsedTime(start).TotalMilliseconds;
        ImmutableArray<string> differences = Differences(expected, actual);
        Invariant.Holds(differences.IsEmpty == (expected.ResultHash == actual.ResultHash));
        return new RerunResult(differences.IsEmpty, actual.ResultHash.ToString(), differences, milliseconds);
    }

    private static async Task<byte[]> ReadAsync(string file, CancellationToken cancellation)
    {
        if (File.Exists(file)) return await File.ReadAllBytesAsync(file, cancellation);
        throw new CliException(ExitCode.NotFound, "FileMissing", $"--rerun: there is no file {file}", "name the module and every input file of the job");
    }

    private static JobResult Run(JobSpec spec, Salt salt, SortedDictionary<Hash256, byte[]> contents)
    {
        byte[] moduleBytes = Find("module", spec.Module, contents);
        ImmutableArray<GuestFile>.Builder inputs = ImmutableArray.CreateBuilder<GuestFile>(spec.Inputs.Length);
        foreach (JobInput input in spec.Inputs) inputs.Add(new GuestFile(input.Name, new MemoryInput(Find("input " + input.Name, input.Content, contents))));
        MemoryInput? standardInput = spec.StandardInput is { } content ? new MemoryInput(Find("standard input", content, contents)) : null;
        ModuleLoad load = Module.Load(moduleBytes, ModuleLimits.Default);
        if (load.Module is not { } module) return Refused(salt);
        using HashingOutput output = new();
        using HashingOutput error = new();
        WasiOutcome outcome = WasiRunner.Run(module, new WasiJob
        {
            Arguments = spec.Arguments,
            Environment = VariablesOf(spec),
            Inputs = inputs.MoveToImmutable(),
            StandardInput = standardInput,
            StandardOutput = output,
            StandardError = error,
            FuelMax = spec.FuelMax,
            MemoryPagesMax = (int)spec.MemoryPagesMax,
            CallDepthMax = (int)spec.CallDepthMax,
            OutputBytesMax = (long)spec.OutputBytesMax,
            Seed = spec.Seed,
            StartTime = spec.StartTime,
        });
        JobOutcome kind = KindOf(outcome);
        if (kind == JobOutcome.Exited && !AreOutputsAllowed(outcome)) kind = JobOutcome.OutputExceeded;
        return new JobResult
        {
            Salt = salt,
            Outcome = kind,
            ExitCode = kind == JobOutcome.Exited ? outcome.ExitCode : 0,
            FuelUsed = outcome.FuelUsed,
            FuelSchedule = FuelSchedule.Version,
            StandardOutput = output.Finish(),
            StandardError = error.Finish(),
            // A provider hands out what a program that ended well left behind, and nothing of one that did not.
            Outputs = kind == JobOutcome.Exited ? OutputsOf(outcome) : [],
        };
    }

    private static JobResult Refused(Salt salt) => new()
    {
        Salt = salt,
        Outcome = JobOutcome.ModuleRefused,
        ExitCode = 0,
        FuelUsed = 0,
        FuelSchedule = FuelSchedule.Version,
        StandardOutput = new ContentRef(Hasher.Sha256([]), 0),
        StandardError = new ContentRef(Hasher.Sha256([]), 0),
        Outputs = [],
    };

    private static byte[] Find(string what, ContentRef content, SortedDictionary<Hash256, byte[]> contents)
    {
        if (contents.TryGetValue(content.Hash, out byte[]? bytes)) return bytes;
        if (content.Hash == Hasher.Sha256([])) return [];
        throw new CliException(
            ExitCode.VerificationFailed,
            "RerunFileWrong",
            $"--rerun: none of the files is the {what} of the receipt, SHA-256 {content.Hash}, {content.Length} bytes",
            "name the module and every input file as they were at submission");
    }

    private static ImmutableArray<GuestVariable> VariablesOf(JobSpec spec)
    {
        ImmutableArray<GuestVariable>.Builder variables = ImmutableArray.CreateBuilder<GuestVariable>(spec.Environment.Length);
        foreach (string pair in spec.Environment)
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            variables.Add(equals < 0 ? new GuestVariable(pair, string.Empty) : new GuestVariable(pair[..equals], pair[(equals + 1)..]));
        }

        return variables.MoveToImmutable();
    }

    private static ImmutableArray<JobInput> OutputsOf(WasiOutcome outcome)
    {
        List<JobInput> outputs = [];
        foreach (GuestOutputFile file in outcome.OutputFiles)
        {
            outputs.Add(new JobInput(file.Name, new ContentRef(Hasher.Sha256(file.Bytes.Span), (ulong)file.Bytes.Length)));
        }

        outputs.Sort(static (left, right) => string.CompareOrdinal(left.Name, right.Name));
        return [.. outputs];
    }

    // As the provider's sandbox has it: too many files, or a name that no file may have, is the program's fault.
    private static bool AreOutputsAllowed(WasiOutcome outcome)
    {
        if (outcome.OutputFiles.Length > Limits.JobOutputsMax) return false;
        foreach (GuestOutputFile file in outcome.OutputFiles)
        {
            if (!JobSpec.IsFileName(file.Name)) return false;
        }

        return true;
    }

    private static JobOutcome KindOf(WasiOutcome outcome) => outcome.Status switch
    {
        WasiStatus.Exited => JobOutcome.Exited,
        WasiStatus.JobRefused => JobOutcome.ModuleRefused,
        WasiStatus.LinkFailed => JobOutcome.ModuleRefused,
        WasiStatus.HostStackExhausted or WasiStatus.Cancelled => JobOutcome.Inconclusive,
        WasiStatus.Trapped => outcome.Trap switch
        {
            Trap.OutOfFuel => JobOutcome.OutOfFuel,
            Trap.MemoryLimitExceeded or Trap.TableLimitExceeded => JobOutcome.MemoryExceeded,
            Trap.OutputLimitExceeded => JobOutcome.OutputExceeded,
            Trap.Unreachable or Trap.OutOfBoundsMemory or Trap.OutOfBoundsTable or Trap.UndefinedElement or Trap.UninitializedElement
                or Trap.IndirectCallTypeMismatch or Trap.IntegerOverflow or Trap.IntegerDivideByZero or Trap.InvalidConversion
                or Trap.CallDepthExceeded or Trap.HostCallLimitExceeded or null => JobOutcome.Trapped,
        },
    };

    private static ImmutableArray<string> Differences(JobResult expected, JobResult actual)
    {
        ImmutableArray<string>.Builder found = ImmutableArray.CreateBuilder<string>();
        if (expected.Outcome != actual.Outcome) found.Add($"outcome ({expected.Outcome} there, {actual.Outcome} here)");
        if (expected.ExitCode != actual.ExitCode) found.Add($"exit code ({expected.ExitCode} there, {actual.ExitCode} here)");
        if (expected.FuelUsed != actual.FuelUsed) found.Add($"fuel ({expected.FuelUsed} there, {actual.FuelUsed} here)");
        if (expected.FuelSchedule != actual.FuelSchedule) found.Add($"fuel schedule ({expected.FuelSchedule} there, {actual.FuelSchedule} here)");
        if (expected.StandardOutput != actual.StandardOutput) found.Add("standard output");
        if (expected.StandardError != actual.StandardError) found.Add("standard error");
        SortedDictionary<string, ContentRef> there = new(StringComparer.Ordinal);
        foreach (JobInput output in expected.Outputs) there[output.Name] = output.Content;
        foreach (JobInput output in actual.Outputs)
        {
            if (!there.Remove(output.Name, out ContentRef content) || content != output.Content) found.Add("output " + output.Name);
        }

        foreach (string missing in there.Keys) found.Add("output " + missing);
        return found.ToImmutable();
    }

    private sealed class HashingOutput : IGuestOutput, IDisposable
    {
        private readonly ContentHasher _hasher = new();

        public void Write(ReadOnlySpan<byte> bytes) => _hasher.Append(bytes);

        public ContentRef Finish()
        {
            ulong length = _hasher.Length;
            return new ContentRef(_hasher.Finish(), length);
        }

        public void Dispose() => _hasher.Dispose();
    }
}
