using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using NodeRuntime.Primitives;
using NodeRuntime.Sandbox.Protocol;
using NodeRuntime.Wasm;

namespace NodeRuntime.Sandbox.Child;

/// <summary>The guest in production: a WASI program from the job's folder.</summary>
internal static class WasmGuest
{
    public static SandboxMessage.Report Run(SandboxRequest request, string folder, SandboxVoice voice)
    {
        ModuleLoad load = Module.Load(File.ReadAllBytes(Path.Combine(folder, SandboxFolder.ModuleName)), ModuleLimits.Default);
        if (load.Module is not { } module) return SandboxVoice.Report(VerdictOf(load.Verdict), load.Detail);
        List<FileInput> files = [];
        try
        {
            // Compiled now, by asking for something that needs it: nobody is charged for compilation.
            _ = module.SlowFunctions;
            WasiJob job = JobOf(request, folder, voice, files);
            voice.Say(new SandboxMessage.Ready());
            return ReportOf(WasiRunner.Run(module, job), voice);
        }
        finally
        {
            foreach (FileInput file in files) file.Dispose();
        }
    }

    private static WasiJob JobOf(SandboxRequest request, string folder, SandboxVoice voice, List<FileInput> files)
    {
        ImmutableArray<GuestFile>.Builder inputs = ImmutableArray.CreateBuilder<GuestFile>();
        foreach (string name in request.Inputs)
        {
            inputs.Add(new GuestFile(name, Open(Path.Combine(folder, SandboxFolder.InputsName, name), files)));
        }

        return new WasiJob
        {
            Arguments = request.Arguments,
            Environment = request.Variables,
            Inputs = inputs.ToImmutable(),
            StandardInput = request.HasStandardInput ? Open(Path.Combine(folder, SandboxFolder.StandardInputName), files) : null,
            StandardOutput = new VoiceOutput(voice, 1),
            StandardError = new VoiceOutput(voice, 2),
            FuelMax = request.FuelMax,
            MemoryPagesMax = request.MemoryPagesMax,
            CallDepthMax = request.CallDepthMax,
            OutputBytesMax = request.OutputBytesMax,
            Seed = request.Seed,
            StartTime = request.StartTime,
        };
    }

    private static FileInput Open(string path, List<FileInput> files)
    {
        FileInput file = new(path);
        files.Add(file);
        return file;
    }

    private static SandboxMessage.Report ReportOf(WasiOutcome outcome, SandboxVoice voice)
    {
        ProcessVerdict verdict = VerdictOf(outcome);
        string trap = outcome.Trap?.ToString() ?? string.Empty;
        if (verdict != ProcessVerdict.Succeeded)
        {
            return SandboxVoice.Report(verdict, outcome.Detail, trap: trap, fuelUsed: outcome.FuelUsed);
        }

        GuestOutputFile[] files = [.. outcome.OutputFiles];
        Array.Sort(files, static (left, right) => string.CompareOrdinal(left.Name, right.Name));
        if (WhyRefused(files) is { } reason)
        {
            return SandboxVoice.Report(ProcessVerdict.OutputExceeded, reason, fuelUsed: outcome.FuelUsed);
        }

        foreach (GuestOutputFile file in files) voice.File(file.Name, file.Bytes);
        return SandboxVoice.Report(verdict, outcome.Detail, outcome.ExitCode, fuelUsed: outcome.FuelUsed);
    }

    // The parent asks the same; asked here, it is the guest's fault and not the host's.
    private static string? WhyRefused(GuestOutputFile[] files)
    {
        if (files.Length > Limits.JobOutputsMax) return "more than " + Limits.JobOutputsMax + " output files";
        foreach (GuestOutputFile file in files)
        {
            if (!JobFileName.IsValid(file.Name)) return "an output file has a name that no file may have";
        }

        return null;
    }

    private static ProcessVerdict VerdictOf(ModuleVerdict verdict) => verdict switch
    {
        ModuleVerdict.LimitExceeded or ModuleVerdict.Unsupported => ProcessVerdict.ModuleRefused,
        ModuleVerdict.Malformed or ModuleVerdict.Invalid => ProcessVerdict.ModuleMalformed,
        ModuleVerdict.Accepted => Invariant.Unreachable<ProcessVerdict>("an accepted module is there"),
    };

    private static ProcessVerdict VerdictOf(WasiOutcome outcome) => outcome.Status switch
    {
        WasiStatus.Exited => ProcessVerdict.Succeeded,
        WasiStatus.JobRefused => ProcessVerdict.JobRefused,
        WasiStatus.LinkFailed => ProcessVerdict.LinkFailed,
        WasiStatus.HostStackExhausted => ProcessVerdict.LaunchFailed,
        WasiStatus.Cancelled => Invariant.Unreachable<ProcessVerdict>("a sandbox is ended with its process"),
        WasiStatus.Trapped => outcome.Trap switch
        {
            Trap.OutOfFuel => ProcessVerdict.OutOfFuel,
            Trap.MemoryLimitExceeded or Trap.TableLimitExceeded => ProcessVerdict.MemoryExceeded,
            Trap.OutputLimitExceeded => ProcessVerdict.OutputExceeded,
            Trap.Unreachable or Trap.OutOfBoundsMemory or Trap.OutOfBoundsTable or Trap.UndefinedElement or Trap.UninitializedElement
                or Trap.IndirectCallTypeMismatch or Trap.IntegerOverflow or Trap.IntegerDivideByZero or Trap.InvalidConversion
                or Trap.CallDepthExceeded or Trap.HostCallLimitExceeded or null => ProcessVerdict.Trapped,
        },
    };
}
