using System.Runtime.InteropServices;
using NodeRuntime.Primitives;
using NodeRuntime.Sandbox.Linux;

namespace NodeRuntime.Sandbox.Tests;

/// <summary>What follows where a kernel lacks something: each question answered no, one by one.</summary>
public sealed class SandboxCapabilitiesTests
{
    private static readonly SandboxProbes AllOffered = new()
    {
        IsLinux = true,
        Architecture = Architecture.X64,
        SeccompKill = static () => new KernelResult(0, 0),
        LandlockVersion = static () => new KernelResult(4, 0),
        NoNewPrivileges = static () => new KernelResult(0, 0),
        ParentDeathSignal = static () => new KernelResult(0, 0),
        CloseRange = static () => new KernelResult(0, 0),
    };

    [Fact]
    public void Strangers_are_accepted_where_everything_is_offered()
    {
        SandboxCapabilities capabilities = SandboxCapabilities.Probe(AllOffered);
        Assert.Equal(StrangerVerdict.Accepted, capabilities.Strangers);
        Assert.Equal(4, capabilities.LandlockAbi);
        Assert.Equal("ABI 4", capabilities.Landlock.Detail);
    }

    [Fact]
    public void Each_lack_is_named_and_carries_the_kernels_reason()
    {
        Assert.Equal(StrangerVerdict.SeccompMissing, Strangers(AllOffered with { SeccompKill = Lacks }));
        Assert.Equal(StrangerVerdict.LandlockMissing, Strangers(AllOffered with { LandlockVersion = Lacks }));
        Assert.Equal(StrangerVerdict.LandlockMissing, Strangers(AllOffered with { LandlockVersion = static () => new KernelResult(0, 0) }));
        Assert.Equal(StrangerVerdict.NoNewPrivilegesMissing, Strangers(AllOffered with { NoNewPrivileges = Lacks }));
        Assert.Equal(StrangerVerdict.ParentDeathSignalMissing, Strangers(AllOffered with { ParentDeathSignal = Lacks }));
        Assert.Equal(StrangerVerdict.CloseRangeMissing, Strangers(AllOffered with { CloseRange = Lacks }));
        Assert.Equal(StrangerVerdict.ArchitectureUnknown, Strangers(AllOffered with { Architecture = Architecture.RiscV64 }));
        Assert.Equal(StrangerVerdict.ArchitectureUnknown, Strangers(AllOffered with { IsLinux = false }));
        Assert.Equal("Function not implemented", SandboxCapabilities.Probe(AllOffered with { SeccompKill = Lacks }).Seccomp.Detail);
    }

    [Fact]
    public void Unknown_architecture_is_asked_nothing()
    {
        SandboxProbes probes = AllOffered with
        {
            Architecture = Architecture.RiscV64,
            SeccompKill = static () => throw new InvariantException("asked"),
        };
        Assert.False(SandboxCapabilities.Probe(probes).Seccomp.Offered);
    }

    [Fact]
    public void Strangers_job_is_refused_as_unsupported_with_the_reason()
    {
        using Workshop workshop = new()
        {
            Sandbox = new SandboxProcesses(Workshop.Command, SandboxCapabilities.Probe(AllOffered with { LandlockVersion = Lacks }), 1),
        };
        ProcessReport report = workshop.Run("tell", "nothing").Report;
        Assert.Equal(ProcessVerdict.Unsupported, report.Verdict);
        Assert.Equal("LandlockMissing", report.Detail);
    }

    [RequiredFact(Requirement.Seccomp)]
    public void Operators_own_job_runs_without_filters_where_the_kernel_has_none()
    {
        SandboxProbes poor = SandboxProbes.OfThisKernel with { LandlockVersion = Lacks, SeccompKill = Lacks };
        using Workshop workshop = new() { Sandbox = new SandboxProcesses(Workshop.Command, SandboxCapabilities.Probe(poor), 1) };
        Assert.Equal(ProcessVerdict.Unsupported, workshop.Run("tell", "nothing").Report.Verdict);
        Told told = workshop.Run(workshop.Job("tell", "nothing") with { Trust = ProcessTrust.Operator });
        Assert.Equal(ProcessVerdict.Succeeded, told.Report.Verdict);
    }

    private static KernelResult Lacks() => new(-1, Kernel.ENoSys);

    private static StrangerVerdict Strangers(SandboxProbes probes) => SandboxCapabilities.Probe(probes).Strangers;
}
