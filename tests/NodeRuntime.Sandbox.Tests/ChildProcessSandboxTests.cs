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
public sealed class ChildProcessSandboxTests : IDisposable
{
    private readonly Workshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Outputs_are_written_and_hashed_by_the_parent()
    {
        SandboxJob job = _workshop.Job("lie", "honest-files");
        Told told = _workshop.Run(job);
        Assert.Equal(SandboxVerdict.Succeeded, told.Report.Verdict);
        Assert.Equal(3, told.Report.ExitCode);
        Assert.Equal(5UL, told.Report.FuelUsed);
        Assert.Equal("to the error stream", told.Error);
        Assert.Equal<SandboxOutput[]>(
            [
                new SandboxOutput("empty", 0, new Hash256(SHA256.HashData([]))),
                new SandboxOutput("tables/large", 200_000, new Hash256(SHA256.HashData(new byte[200_000]))),
                new SandboxOutput("text", 5, new Hash256(SHA256.HashData("hello"u8))),
            ],
            [.. told.Report.Outputs]);
        Assert.Equal("hello", File.ReadAllText(job.Folder.OutputPath("text")!));
        Assert.Equal(200_000, new FileInfo(job.Folder.OutputPath("tables/large")!).Length);
        Assert.Equal(19 + 200_000 + 5, told.Report.OutputBytes);
        Assert.IsType<SandboxEvent.Ready>(told.Events[0]);
        Assert.IsType<SandboxEvent.Finished>(told.Events[^1]);
    }

    [RequiredTheory(Requirement.Seccomp, Requirement.Landlock)]
    [InlineData("garbage", SandboxVerdict.ReportMalformed, "not a message")]
    [InlineData("huge-length", SandboxVerdict.ReportMalformed, "not a message")]
    [InlineData("half", SandboxVerdict.ReportMalformed, "not a message")]
    [InlineData("silence", SandboxVerdict.ChildDied, "exited with 0")]
    [InlineData("log-before-ready", SandboxVerdict.ReportMalformed, "BeforeReady")]
    [InlineData("ready-twice", SandboxVerdict.ReportMalformed, "ReadyTwice")]
    [InlineData("parents-verdict", SandboxVerdict.ReportMalformed, "ReportOutOfPlace")]
    [InlineData("success-without-ready", SandboxVerdict.ReportMalformed, "ReportOutOfPlace")]
    [InlineData("too-much-fuel", SandboxVerdict.ReportMalformed, "ReportImplausible")]
    [InlineData("climbing-name", SandboxVerdict.ReportMalformed, "FileNameRefused")]
    [InlineData("unfinished-file", SandboxVerdict.ReportMalformed, "FileIncomplete")]
    [InlineData("file-under-file", SandboxVerdict.OutputExceeded, "under another output")]
    public void Child_that_lies_is_not_believed(string lie, SandboxVerdict verdict, string detail)
    {
        SandboxJob job = _workshop.Job("lie", lie);
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
        SandboxReport report = _workshop.Run("lie", "crash").Report;
        Assert.Equal(SandboxVerdict.ChildDied, report.Verdict);
        Assert.Contains("as by signal 6", report.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', report.Detail);
    }

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Guest_that_never_ends_meets_the_wall_clock()
    {
        SandboxReport report = _workshop.Run(_workshop.Job("waste", "time") with { WallClockMax = new Duration(300_000) }).Report;
        Assert.Equal(SandboxVerdict.WallClockExceeded, report.Verdict);
        Assert.InRange(report.WallClock.Microseconds, 300_000, 20_000_000);
    }

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Guest_that_takes_all_memory_loses_it()
    {
        SandboxReport report = _workshop.Run("waste", "memory").Report;
        Assert.Equal(SandboxVerdict.MemoryExceeded, report.Verdict);
    }

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Guest_that_writes_without_end_is_cut_at_its_limit()
    {
        Told told = _workshop.Run("waste", "output");
        Assert.Equal(SandboxVerdict.OutputExceeded, told.Report.Verdict);
        Assert.Equal(1 << 20, told.Report.OutputBytes);
        Assert.Equal(1 << 20, told.Output.Length);
    }

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Run_is_stopped_by_its_owner()
    {
        Told told = new();
        SandboxRun run = _workshop.Sandbox.Start(_workshop.Job("waste", "sleep"), told.Hear);
        told.WaitUntilReady();
        int child = run.ProcessId!.Value;
        run.Stop();
        told.Wait();
        Assert.Equal(SandboxVerdict.Stopped, told.Report.Verdict);
        Assert.False(Directory.Exists("/proc/" + child));
    }

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Run_stopped_before_its_process_is_there_still_finishes_as_stopped()
    {
        Told told = new();
        _workshop.Sandbox.Start(_workshop.Job("waste", "sleep"), told.Hear).Stop();
        told.Wait();
        Assert.Equal(SandboxVerdict.Stopped, told.Report.Verdict);
    }

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Job_beyond_the_slots_is_refused_as_busy_and_its_slot_comes_back()
    {
        using Workshop small = new() { Sandbox = new ChildProcessSandbox(Workshop.Command, SandboxCapabilities.Probe(), 1) };
        Told first = new();
        SandboxRun run = small.Sandbox.Start(small.Job("waste", "sleep"), first.Hear);
        Told second = small.Run(new SandboxJob
        {
            Folder = small.Folder([], "second"),
            FuelMax = 1,
            WallClockMax = new Duration(1_000_000),
        });
        Assert.Equal(SandboxVerdict.Busy, second.Report.Verdict);
        run.Stop();
        first.Wait();
        Assert.Equal(SandboxVerdict.Succeeded, small.Run("tell", "nothing").Report.Verdict);
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
        using Workshop wrong = new() { Sandbox = new ChildProcessSandbox(new SandboxCommand("/nowhere/noderuntime", []), SandboxCapabilities.Probe(), 1) };
        SandboxReport report = wrong.Run("tell", "nothing").Report;
        Assert.Equal(SandboxVerdict.LaunchFailed, report.Verdict);
    }

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Second_stage_without_the_first_refuses_to_run()
    {
        SandboxJob job = _workshop.Job("tell", "nothing");
        Assert.Equal(SandboxVerdict.Succeeded, _workshop.Run(job).Report.Verdict);
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
