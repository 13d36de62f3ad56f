using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using NodeRuntime.Primitives;

namespace NodeRuntime.Sandbox.Tests;

/// <summary>Real modules in real sandboxes.</summary>
public sealed class WasmGuestTests : IDisposable
{
    private readonly Workshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Program_runs_to_its_end_and_its_exit_code_comes_back()
    {
        ProcessReport report = Run(TinyModule.ThatExits(42)).Report;
        Assert.Equal(ProcessVerdict.Succeeded, report.Verdict);
        Assert.Equal(42, report.ExitCode);
        Assert.InRange(report.FuelUsed, 1UL, 1000UL);
    }

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void What_a_program_prints_reaches_its_owner()
    {
        Told told = Run(TinyModule.ThatPrints("hello from inside\n"));
        Assert.Equal(ProcessVerdict.Succeeded, told.Report.Verdict);
        Assert.Equal("hello from inside\n", told.Output);
        Assert.Equal(new Hash256(SHA256.HashData("hello from inside\n"u8)), told.Report.StandardOutput.Hash);
    }

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void File_that_a_program_leaves_is_an_output()
    {
        Told told = Run(TinyModule.ThatLeaves("result.bin"));
        Assert.Equal(ProcessVerdict.Succeeded, told.Report.Verdict);
        ProcessOutput output = Assert.Single(told.Report.Outputs);
        Assert.Equal(("result.bin", 1L), (output.Name, output.Length));
    }

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void File_by_a_name_that_no_result_may_hold_is_the_guests_fault()
    {
        ProcessReport report = Run(TinyModule.ThatLeaves("a:b")).Report;
        Assert.Equal(ProcessVerdict.OutputExceeded, report.Verdict);
        Assert.Empty(report.Outputs);
    }

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Endless_loop_uses_up_its_fuel()
    {
        ProcessReport report = Run(TinyModule.ThatLoopsForEver).Report;
        Assert.Equal(ProcessVerdict.OutOfFuel, report.Verdict);
        Assert.Equal(1_000_000_000UL, report.FuelUsed);
    }

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Endless_loop_with_endless_fuel_meets_the_wall_clock()
    {
        ProcessReport report = _workshop.Run(Job(TinyModule.ThatLoopsForEver) with
        {
            FuelMax = ulong.MaxValue,
            WallClockMax = Duration.FromMilliseconds(300),
        }).Report;
        Assert.Equal(ProcessVerdict.WallClockExceeded, report.Verdict);
    }

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Endless_printing_is_cut_by_the_engine_at_the_limit()
    {
        Told told = Run(TinyModule.ThatPrintsForEver(new string('x', 60_000)));
        Assert.Equal(ProcessVerdict.OutputExceeded, told.Report.Verdict);
        Assert.InRange(told.Output.Length, (1 << 20) - 60_000, 1 << 20);
    }

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Module_that_traps_starts_large_imports_the_unknown_or_is_garbage_is_told_apart()
    {
        Assert.Equal((ProcessVerdict.Trapped, "Unreachable"), Verdict(TinyModule.ThatTraps));
        Assert.Equal((ProcessVerdict.MemoryExceeded, "MemoryLimitExceeded"), Verdict(TinyModule.ThatStartsLarge(17)));
        Assert.Equal((ProcessVerdict.LinkFailed, ""), Verdict(TinyModule.ThatImports("sock_open_the_door")));
        Assert.Equal((ProcessVerdict.ModuleMalformed, ""), Verdict("garbage"u8.ToArray()));
        Assert.Equal((ProcessVerdict.ModuleMalformed, ""), Verdict([]));
        Assert.Equal((ProcessVerdict.ModuleMalformed, ""), Verdict(TinyModule.ThatTraps[..^1]));
    }

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Largest_job_starts_below_its_ceilings()
    {
        ProcessReport report = _workshop.Run(Job(TinyModule.ThatExits(0)) with
        {
            MemoryPagesMax = Limits.GuestMemoryPagesMax,
            OutputBytesMax = Limits.OutputBytesMax,
            CallDepthMax = ProcessJobRules.CallDepthMax,
        }).Report;
        Assert.Equal((ProcessVerdict.Succeeded, ""), (report.Verdict, report.Detail));
    }

    private (ProcessVerdict Verdict, string Trap) Verdict(byte[] module)
    {
        ProcessReport report = Run(module).Report;
        return (report.Verdict, report.Trap);
    }

    private Told Run(byte[] module) => _workshop.Run(Job(module));

    private ProcessJob Job(byte[] module) => _workshop.Job("program") with { Folder = _workshop.Folder(module) };
}
