using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Threading.Tasks;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm;

namespace NodeRuntime.Sandbox.Tests;

/// <summary>The port: a lease's blobs in, its report and its blobs out.</summary>
public sealed class ChildProcessSandboxTests : IDisposable
{
    private static readonly LeaseId Lease = new(new Hash256([.. new byte[31], 7]));

    private readonly Workshop _workshop = new();
    private readonly List<SandboxEvent> _events = [];
    private readonly TaskCompletionSource _ready = new();
    private readonly TaskCompletionSource<SandboxReport> _finished = new();

    public void Dispose() => _workshop.Dispose();

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Output_and_standard_output_become_sealed_blobs()
    {
        MemoryBlobs blobs = new() { [BlobArea.Module, ""] = TinyModule.ThatLeaves("result.bin") };
        SandboxReport report = Run(blobs, Task);
        Assert.Equal(SandboxVerdict.Exited, report.Verdict);
        Assert.Equal("result.bin", Assert.Single(report.Outputs).Name);
        Assert.Single(blobs[BlobArea.Output, "result.bin"]);
        Assert.Contains((BlobArea.Output, "result.bin"), blobs.Sealed);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_workshop.Root));
    }

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Log_is_told_and_kept()
    {
        MemoryBlobs blobs = new() { [BlobArea.Module, ""] = TinyModule.ThatPrints("hello\n") };
        SandboxReport report = Run(blobs, Task);
        Assert.Equal("hello\n", Encoding.UTF8.GetString(blobs[BlobArea.StandardOutput, ""]));
        Assert.Contains((BlobArea.StandardOutput, ""), blobs.Sealed);
        Assert.Equal(6UL, report.StandardOutput.Length);
        Assert.Equal(0UL, report.StandardError.Length);
        Assert.Equal(FuelSchedule.Version, report.FuelSchedule);
        Assert.IsType<SandboxEvent.Ready>(_events[0]);
        Assert.False(Assert.IsType<SandboxEvent.Log>(_events[1]).IsError);
    }

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Store_that_refuses_an_output_voids_the_run()
    {
        MemoryBlobs blobs = new() { [BlobArea.Module, ""] = TinyModule.ThatLeaves("result.bin"), OutputsEnd = BlobVerdict.DiskFull };
        SandboxReport report = Run(blobs, Task);
        Assert.Equal(SandboxVerdict.LaunchFailed, report.Verdict);
        Assert.Empty(report.Outputs);
    }

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Program_that_the_host_has_lost_is_the_hosts_fault_and_garbage_is_not()
    {
        Assert.Equal(SandboxVerdict.LaunchFailed, Run(new MemoryBlobs(), Task).Verdict);
        ChildProcessSandboxTests other = new();
        Assert.Equal(SandboxVerdict.ModuleRefused, other.Run(new MemoryBlobs { [BlobArea.Module, ""] = [1, 2, 3] }, Task).Verdict);
        other.Dispose();
    }

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Numbers_beyond_every_limit_are_refused_and_break_nothing()
    {
        SandboxTask task = Task with { MemoryPagesMax = uint.MaxValue, CallDepthMax = uint.MaxValue, OutputBytesMax = ulong.MaxValue };
        Assert.Equal(SandboxVerdict.ModuleRefused, Run(new MemoryBlobs(), task).Verdict);
    }

    [RequiredFact(Requirement.Seccomp, Requirement.Landlock)]
    public void Lease_is_stopped_by_its_id_and_unknown_ones_are_ignored()
    {
        MemoryBlobs blobs = new() { [BlobArea.Module, ""] = TinyModule.ThatLoopsForEver };
        ChildProcessSandbox sandbox = New(blobs);
        sandbox.Stop(new LeaseId(new Hash256([.. new byte[31], 9])));
        sandbox.Start(Task with { FuelMax = ulong.MaxValue }, Hear);
        Assert.True(_ready.Task.Wait(Workshop.Patience));
        sandbox.Stop(Lease);
        Assert.Equal(SandboxVerdict.Stopped, Report().Verdict);
        sandbox.Stop(Lease);
    }

    [Fact]
    public void Readiness_gives_the_reason()
    {
        SandboxProcesses none = new(Workshop.Command, SandboxCapabilities.Probe(SandboxProbes.OfThisKernel with { IsLinux = false }), 1);
        ChildProcessSandbox sandbox = new(none, new MemoryBlobs(), _workshop.Root);
        Assert.Equal(new SandboxReadiness(false, "ArchitectureUnknown"), sandbox.Readiness);
    }

    private static SandboxTask Task { get; } = new()
    {
        Lease = Lease,
        Arguments = ["program"],
        Environment = ["KEY=value=more"],
        Inputs = [],
        HasStandardInput = false,
        FuelMax = 1_000_000,
        MemoryPagesMax = 16,
        CallDepthMax = 1000,
        OutputBytesMax = 1 << 20,
        StartTime = default,
        Seed = 1,
        WallClockMax = Duration.FromSeconds(30),
    };

    private ChildProcessSandbox New(MemoryBlobs blobs) => new(_workshop.Sandbox, blobs, _workshop.Root);

    private SandboxReport Run(MemoryBlobs blobs, SandboxTask task)
    {
        New(blobs).Start(task, Hear);
        return Report();
    }

    private SandboxReport Report()
    {
        Assert.True(_finished.Task.Wait(Workshop.Patience), "never finished");
        return _finished.Task.Result;
    }

    private void Hear(SandboxEvent happened)
    {
        _events.Add(happened);
        if (happened is SandboxEvent.Ready) _ready.SetResult();
        if (happened is SandboxEvent.Finished finished) _finished.SetResult(finished.Report);
    }
}
