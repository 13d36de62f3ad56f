using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using NodeRuntime.Primitives;

namespace NodeRuntime.Sandbox.Tests;

/// <summary>Real processes: what is started, stopped, limited, killed, and what the parent makes of their words.</summary>
public sealed class SandboxProcessesTests : IDisposable
{
    private readonly Workshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Outputs_are_written_and_hashed_by_the_parent()
    {
        ProcessJob job = _workshop.Job("lie", "honest-files");
        Told told = _workshop.Run(job);
        Assert.Equal(ProcessVerdict.Succeeded, told.Report.Verdict);
        Assert.Equal(3, told.Report.ExitCode);
        Assert.Equal(5UL, told.Report.FuelUsed);
        Assert.Equal("to the error stream", told.Error);
        Assert.Equal(new ProcessOutput("stderr", 19, new Hash256(SHA256.HashData("to the error stream"u8))), told.Report.StandardError);
        Assert.Equal<ProcessOutput[]>(
            [
                new ProcessOutput("empty", 0, new Hash256(SHA256.HashData([]))),
                new ProcessOutput("large", 200_000, new Hash256(SHA256.HashData(new byte[200_000]))),
                new ProcessOutput("text", 5, new Hash256(SHA256.HashData("hello"u8))),
            ],
            [.. told.Report.Outputs]);
        Assert.Equal("hello", File.ReadAllText(job.Folder.OutputPath("text")!));
        Assert.Equal(200_000, new FileInfo(job.Folder.OutputPath("large")!).Length);
        Assert.Equal(19 + 200_000 + 5, told.Report.OutputBytes);
        Assert.IsType<ProcessEvent.Ready>(told.Events[0]);
        Assert.IsType<ProcessEvent.Finished>(told.Events[^1]);
    }

    [RequiredTheory(Requirement.Seccomp, Requirement.Landlock)]
    [InlineData("garbage", ProcessVerdict.ReportMalformed, "not a message")]
    [InlineData("huge-length", ProcessVerdict.ReportMalformed, "not a message")]
    [InlineData("half", ProcessVerdict.ReportMalformed, "not a message")]
    [InlineData("silence", ProcessVerdict.ChildDied, "exited with 0")]
    [InlineData("log-before-ready", ProcessVerdict.ReportMalformed, "BeforeReady")]
    [InlineData("ready-twice", ProcessVerdict.ReportMalformed, "ReadyTwice")]
    [InlineData("parents-verdict", ProcessVerdict.ReportMalformed, "ReportOutOfPlace")]
    [InlineData("success-without-ready", ProcessVerdict.ReportMalformed, "ReportOutOfPlace")]
    [InlineData("too-much-fuel", ProcessVerdict.ReportMalformed, "ReportImplausible")]
    [InlineData("climbing-name", ProcessVerdict.ReportMalformed, "FileNameRefused")]
    [InlineData("unfinished-file", ProcessVerdict.ReportMalformed, "FileIncomplete")]
    public void Child_that_lies_is_not_believed(string lie, ProcessVerdict verdict, string detail)
    {
        ProcessJob job = _workshop.Job("lie", lie);
        Told told = _workshop.Run(job);
        Assert.Equal(verdict, told.Report.Verdict);
        Assert.Contains(detail, told.Report.Detail, StringComparison.Ordinal);
        Assert.Empty(told.Report.Outputs);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(job.Folder.Path, "out")));
        Assert.False(Path.Exists(Path.Combine(_workshop.Root, "escaped")));
    }

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Child_that_crashes_leaves_printable_last_words()
    {
        ProcessReport report = _workshop.Run("lie", "crash").Report;
        Assert.Equal(ProcessVerdict.ChildDied, report.Verdict);
        Assert.Contains("as by signal 6", report.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', report.Detail);
    }

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Guest_that_never_ends_meets_the_wall_clock()
    {
        ProcessReport report = _workshop.Run(_workshop.Job("waste", "time") with { WallClockMax = new Duration(300_000) }).Report;
        Assert.Equal(ProcessVerdict.WallClockExceeded, report.Verdict);
        // Within a millisecond, which is what a system timer counts in.
        Assert.InRange(report.WallClock.Microseconds, 299_000, 20_000_000);
    }

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Guest_that_takes_all_memory_loses_it()
    {
        ProcessReport report = _workshop.Run("waste", "memory").Report;
        Assert.Equal(ProcessVerdict.ProcessMemoryExceeded, report.Verdict);
    }

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Guest_that_writes_without_end_is_cut_at_its_limit()
    {
        Told told = _workshop.Run("waste", "output");
        Assert.Equal(ProcessVerdict.ReportMalformed, told.Report.Verdict);
        Assert.Equal("message refused: OutputExceeded", told.Report.Detail);
        Assert.Equal(1 << 20, told.Report.OutputBytes);
        Assert.Equal(1 << 20, told.Output.Length);
    }

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Run_is_stopped_by_its_owner()
    {
        Told told = new();
        ProcessRun run = _workshop.Sandbox.Start(_workshop.Job("waste", "sleep"), told.Hear);
        told.WaitUntilReady();
        int child = run.ProcessId!.Value;
        run.Stop();
        told.Wait();
        Assert.Equal(ProcessVerdict.Stopped, told.Report.Verdict);
        Assert.False(Directory.Exists("/proc/" + child));
    }

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Run_stopped_before_its_process_is_there_still_finishes_as_stopped()
    {
        Told told = new();
        _workshop.Sandbox.Start(_workshop.Job("waste", "sleep"), told.Hear).Stop();
        told.Wait();
        Assert.Equal(ProcessVerdict.Stopped, told.Report.Verdict);
    }

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Job_beyond_the_slots_is_refused_as_busy_and_its_slot_comes_back()
    {
        using Workshop small = new() { Sandbox = new SandboxProcesses(Workshop.Command, SandboxCapabilities.Probe(), 1) };
        Told first = new();
        ProcessRun run = small.Sandbox.Start(small.Job("waste", "sleep"), first.Hear);
        Told second = small.Run(new ProcessJob
        {
            Folder = small.Folder([], "second"),
            FuelMax = 1,
            WallClockMax = new Duration(1_000_000),
        });
        Assert.Equal(ProcessVerdict.Busy, second.Report.Verdict);
        run.Stop();
        first.Wait();
        Assert.Equal(ProcessVerdict.Succeeded, small.Run("tell", "nothing").Report.Verdict);
    }

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Child_dies_with_its_parent()
    {
        string module = Path.Combine(_workshop.Root, "module");
        File.WriteAllBytes(module, []);
        ProcessStartInfo start = new(Workshop.Command.Executable) { RedirectStandardOutput = true };
        foreach (string argument in (string[])[Workshop.Command.Arguments[0], "parent", _workshop.Root, module])
        {
            start.ArgumentList.Add(argument);
        }

        using Process parent = Process.Start(start)!;
        string? line = parent.StandardOutput.ReadLine();
        Assert.True(int.TryParse(line, CultureInfo.InvariantCulture, out int child), line);
        using Process orphan = Process.GetProcessById(child);
        Assert.Contains("sandbox-child", File.ReadAllText("/proc/" + child + "/cmdline"), StringComparison.Ordinal);
        // SIGKILL: nothing of the parent's own can tell the child.
        parent.Kill();
        Assert.True(parent.WaitForExit(Workshop.Patience));
        Assert.True(SpinUntilGone(child), "the child outlived its parent");
    }

    [Fact]
    public void Program_that_is_no_sandbox_does_not_launch()
    {
        SandboxCommand nowhere = new("/nowhere/noderuntime", []);
        using Workshop wrong = new() { Sandbox = new SandboxProcesses(nowhere, SandboxCapabilities.Probe(), 1) };
        ProcessReport report = wrong.Run("tell", "nothing").Report;
        Assert.Equal(ProcessVerdict.LaunchFailed, report.Verdict);
    }

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Second_stage_without_the_first_refuses_to_run()
    {
        ProcessJob job = _workshop.Job("tell", "nothing");
        Assert.Equal(ProcessVerdict.Succeeded, _workshop.Run(job).Report.Verdict);
        ProcessStartInfo start = new(Workshop.Command.Executable) { RedirectStandardOutput = true };
        foreach (string argument in (string[])[Workshop.Command.Arguments[0], SandboxCommand.ChildVerb, job.Folder.Path])
        {
            start.ArgumentList.Add(argument);
        }

        using Process child = Process.Start(start)!;
        string said = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        Assert.Contains("started without no_new_privs", said, StringComparison.Ordinal);
        Assert.Equal(71, child.ExitCode);
    }

    // A zombie whose new parent has not reaped it yet is gone: it has no memory and runs nothing.
    private static bool SpinUntilGone(int process)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (waited.Elapsed < Workshop.Patience)
        {
            string path = "/proc/" + process + "/stat";
            try
            {
                if (File.ReadAllText(path).Contains(") Z ", StringComparison.Ordinal)) return true;
            }
            catch (IOException)
            {
                return true;
            }

            System.Threading.Thread.Yield();
        }

        return false;
    }
}
