using System;
using System.Globalization;
using System.IO;
using System.Linq;

namespace NodeRuntime.Sandbox.Tests;

/// <summary>A guest that owns its process tries to leave it: each way is shut, one by one, by real kernels.</summary>
public sealed class EscapeTests : IDisposable
{
    private const int NotPermitted = 1;
    private const int AccessDenied = 13;
    private const int NotImplemented = 38;

    private readonly Workshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [RequiredTheory(Requirement.Landlock, Requirement.Seccomp)]
    [InlineData("/etc/passwd")]
    [InlineData("/etc/shadow")]
    [InlineData("/etc/hostname")]
    [InlineData("/")]
    [InlineData("/root")]
    [InlineData("/home")]
    [InlineData("/tmp")]
    [InlineData("/proc/1/environ")]
    [InlineData("/proc/cmdline")]
    [InlineData("/proc/self/environ")]
    [InlineData("/proc/self/mountinfo")]
    [InlineData("/proc/self/net/tcp")]
    [InlineData("/proc/self/mem")]
    [InlineData("/dev/mem")]
    [InlineData("/sys")]
    [InlineData("/usr/bin/env")]
    public void Host_file_cannot_be_read(string path)
    {
        Assert.True(Path.Exists(path) || path == "/dev/mem", path + " is not there to be refused");
        int error = Attack("read", path);
        Assert.True(error == AccessDenied || (error == 2 && !Path.Exists(path)), "error " + error);
    }

    [RequiredFact(Requirement.Landlock, Requirement.Seccomp)]
    public void Environment_and_memory_of_the_parent_cannot_be_read()
    {
        Assert.Equal(AccessDenied, Attack("read", "/proc/" + Environment.ProcessId + "/environ"));
        Assert.Equal(AccessDenied, Attack("read", "/proc/" + Environment.ProcessId + "/mem"));
        Assert.Equal(AccessDenied, Attack("read", "/proc/" + Environment.ProcessId + "/maps"));
    }

    [RequiredFact(Requirement.Landlock, Requirement.Seccomp)]
    public void Another_job_cannot_be_read()
    {
        SandboxFolder other = _workshop.Folder("a secret"u8, "other");
        File.SetUnixFileMode(other.ModulePath, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Equal(AccessDenied, Attack("read", other.ModulePath));
    }

    [RequiredTheory(Requirement.Landlock, Requirement.Seccomp)]
    [InlineData("/tmp/noderuntime-escaped")]
    [InlineData("/dev/shm/noderuntime-escaped")]
    [InlineData("/var/tmp/noderuntime-escaped")]
    public void Nothing_can_be_written_on_the_host(string path)
    {
        Assert.Equal(AccessDenied, Attack("create", path));
        Assert.False(File.Exists(path));
    }

    [RequiredTheory(Requirement.Landlock, Requirement.Seccomp)]
    [InlineData("out/own")]
    [InlineData("in/own")]
    [InlineData("module.wasm")]
    [InlineData("request")]
    public void Not_even_the_own_folder_can_be_written(string name)
    {
        ProcessJob job = _workshop.Job();
        string path = Path.Combine(job.Folder.Path, name);
        Told told = _workshop.Run(job with { Arguments = ["attack", "create", path] });
        Assert.Equal(ProcessVerdict.Succeeded, told.Report.Verdict);
        Assert.Equal(AccessDenied, told.Report.ExitCode);
    }

    [RequiredTheory(Requirement.Seccomp)]
    [InlineData("socket")]
    [InlineData("socket-unix")]
    [InlineData("connect")]
    [InlineData("bind")]
    [InlineData("fork")]
    [InlineData("vfork")]
    [InlineData("clone-process")]
    [InlineData("clone-namespace")]
    [InlineData("terminal-inject")]
    [InlineData("become-root")]
    [InlineData("outlive-parent")]
    [InlineData("raise-limit")]
    [InlineData("another-filter")]
    [InlineData("memory-file")]
    public void Call_is_refused(string attack) => Assert.Equal(NotPermitted, Attack(attack));

    [RequiredTheory(Requirement.Seccomp)]
    [InlineData("kill")]
    [InlineData("tgkill")]
    [InlineData("signal-by-pipe")]
    [InlineData("limit-other")]
    [InlineData("affinity-other")]
    public void Call_upon_the_parent_is_refused(string attack) =>
        Assert.Equal(NotPermitted, Attack(attack, Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));

    [RequiredTheory(Requirement.Seccomp)]
    [InlineData("change-mode")]
    [InlineData("change-owner")]
    public void Call_upon_the_own_folder_is_refused(string attack)
    {
        ProcessJob job = _workshop.Job();
        Assert.Equal(NotPermitted, _workshop.Run(job with { Arguments = ["attack", attack, job.Folder.Path] }).Report.ExitCode);
    }

    [RequiredFact(Requirement.Seccomp)]
    public void Clone3_is_unknown_so_that_libraries_use_what_the_filter_can_read() => Assert.Equal(NotImplemented, Attack("clone3"));

    [RequiredTheory(Requirement.Seccomp)]
    [InlineData("execve")]
    [InlineData("execveat")]
    [InlineData("ptrace")]
    [InlineData("process-vm-readv")]
    [InlineData("process-vm-writev")]
    [InlineData("mount")]
    [InlineData("chroot")]
    [InlineData("unshare")]
    [InlineData("setns")]
    [InlineData("bpf")]
    [InlineData("keyctl")]
    [InlineData("perf")]
    [InlineData("io-uring")]
    [InlineData("userfaultfd")]
    [InlineData("pidfd")]
    [InlineData("open-by-handle")]
    [InlineData("other-architecture")]
    public void Call_kills_its_caller(string attack)
    {
        Told told = _workshop.Run("attack", attack, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(ProcessVerdict.ChildDied, told.Report.Verdict);
        Assert.Equal("killed by its system call filter", told.Report.Detail);
    }

    [RequiredFact(Requirement.Seccomp)]
    public void Environment_holds_what_the_launcher_wrote_and_no_word_of_the_parents()
    {
        Environment.SetEnvironmentVariable("NODERUNTIME_TEST_SECRET", "hunter2");
        string[] lines = _workshop.Run("tell", "environment").Output.Split('\n');
        Assert.All(lines, static line => Assert.StartsWith("DOTNET_", line, StringComparison.Ordinal));
        Assert.Equal(7, lines.Length);
    }

    [RequiredFact(Requirement.Seccomp)]
    public void No_descriptor_is_inherited_but_the_three_pipes()
    {
        // Deliberately inheritable: the launcher must close it.
        using FileStream leak = new(Path.Combine(_workshop.Root, "leak"), FileMode.Create, FileAccess.Write, FileShare.Inheritable);
        Told told = _workshop.Run("tell", "descriptors");
        string[] lines = told.Output.Split('\n');
        Assert.DoesNotContain(lines, line => line.Contains(_workshop.Root, StringComparison.Ordinal));
        Assert.Equal(3, lines.Count(static line => line is ['0' or '1' or '2', ' ', 'p', 'i', 'p', 'e', ':', ..]));
        // The rest is the runtime's own: its signal pipe, the file behind its compiled code, its assemblies and the application's.
        string[] own = ["pipe:", "/memfd:doublemapper", Path.GetDirectoryName(Workshop.Command.Executable)!, AppContext.BaseDirectory];
        Assert.All(lines, line => Assert.Contains(own, start => line.Contains(' ' + start, StringComparison.Ordinal)));
    }

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Kernel_confirms_every_promise() => WhileAsleep(static child =>
    {
        string status = File.ReadAllText("/proc/" + child + "/status");
        Assert.Contains("NoNewPrivs:\t1\n", status, StringComparison.Ordinal);
        Assert.Contains("Seccomp:\t2\n", status, StringComparison.Ordinal);
        Assert.Contains("Seccomp_filters:\t2\n", status, StringComparison.Ordinal);
        foreach (string set in (string[])["CapInh", "CapPrm", "CapEff", "CapAmb"])
        {
            Assert.Contains(set + ":\t0000000000000000\n", status, StringComparison.Ordinal);
        }
    });

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Every_thread_of_the_child_is_filtered() => WhileAsleep(static child =>
    {
        foreach (string thread in Directory.EnumerateDirectories("/proc/" + child + "/task"))
        {
            Assert.Contains("Seccomp_filters:\t2\n", File.ReadAllText(thread + "/status"), StringComparison.Ordinal);
        }
    });

    [RequiredFact(Requirement.Root)]
    public void Root_gives_away_its_user_its_groups_and_its_bounding_set() => WhileAsleep(static child =>
    {
        string status = File.ReadAllText("/proc/" + child + "/status");
        Assert.Contains("CapBnd:\t0000000000000000\n", status, StringComparison.Ordinal);
        Assert.DoesNotContain("Uid:\t0\t", status, StringComparison.Ordinal);
        Assert.DoesNotContain("Gid:\t0\t", status, StringComparison.Ordinal);
        Assert.Contains("Groups:\t \n", status, StringComparison.Ordinal);
    });

    [RequiredFact(Requirement.Seccomp)]
    public void Limits_are_those_of_the_launcher() => WhileAsleep(static child =>
    {
        string limits = File.ReadAllText("/proc/" + child + "/limits");
        Assert.Matches("Max core file size +0 +0 ", limits);
        Assert.Matches("Max file size +0 +0 ", limits);
        Assert.Matches("Max open files +256 +256 ", limits);
        Assert.Matches("Max locked memory +0 +0 ", limits);
        Assert.DoesNotMatch("Max address space +unlimited", limits);
        Assert.DoesNotMatch("Max data size +unlimited", limits);
    });

    [RequiredFact(Requirement.Seccomp)]
    public void Child_leads_a_session_of_its_own_and_dies_first_when_memory_is_short() => WhileAsleep(static child =>
    {
        string[] fields = File.ReadAllText("/proc/" + child + "/stat").Split(' ');
        string id = child.ToString(CultureInfo.InvariantCulture);
        Assert.Equal(id, fields[4]);
        Assert.Equal(id, fields[5]);
        Assert.Equal("1000\n", File.ReadAllText("/proc/" + child + "/oom_score_adj"));
    });

    private void WhileAsleep(Action<int> look)
    {
        Told told = new();
        ProcessRun run = _workshop.Sandbox.Start(_workshop.Job("waste", "sleep"), told.Hear);
        told.WaitUntilReady();
        look(run.ProcessId!.Value);
        run.Stop();
        told.Wait();
    }

    private int Attack(params string[] words)
    {
        Told told = _workshop.Run(["attack", .. words]);
        Assert.Equal(ProcessVerdict.Succeeded, told.Report.Verdict);
        return told.Report.ExitCode;
    }
}
