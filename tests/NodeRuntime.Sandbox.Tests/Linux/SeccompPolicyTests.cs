using System.Runtime.InteropServices;
using NodeRuntime.Sandbox.Linux;

namespace NodeRuntime.Sandbox.Tests.Linux;

/// <summary>The filters as programs, on both architectures: which call ends how.</summary>
public sealed class SeccompPolicyTests
{
    private const int Self = 4711;
    private const ulong File = 0x7f12_3456_7890;
    private const ulong Arguments = 0x7f12_3456_8000;
    private const ulong Environment = 0x7f12_3456_9000;
    private const uint Refused = 0x0005_0001;
    private const uint Unknown = 0x0005_0026;

    public static TheoryData<Architecture> Architectures => [Architecture.X64, Architecture.Arm64];

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Runtime_may_map_read_wait_and_exit(Architecture architecture)
    {
        Syscall[] calls = [Syscalls.MMap, Syscalls.Read, Syscalls.Futex, Syscalls.ExitGroup, Syscalls.OpenAt, Syscalls.Rseq];
        foreach (Syscall syscall in calls)
        {
            Assert.Equal(SeccompAction.Allow, AtLaunch(architecture, syscall));
        }
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Network_and_processes_are_refused(Architecture architecture)
    {
        Syscall[] calls = [Syscalls.Socket, Syscalls.Connect, Syscalls.Bind, Syscalls.SetSid, Syscalls.CapSet, Syscalls.SetPriority];
        foreach (Syscall syscall in calls)
        {
            Assert.Equal(Refused, AtLaunch(architecture, syscall));
        }
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Attack_kills(Architecture architecture)
    {
        Syscall[] calls = [Syscalls.Ptrace, Syscalls.Bpf, Syscalls.Mount, Syscalls.IoUringSetup, Syscalls.ExecVeAt, Syscalls.Unshare];
        foreach (Syscall syscall in calls)
        {
            Assert.Equal(SeccompAction.KillProcess, AtLaunch(architecture, syscall));
        }
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Number_nobody_has_named_is_refused(Architecture architecture)
    {
        for (int number = 600; number < 2000; number++)
        {
            Assert.Equal(Refused, Launch(architecture, number));
        }
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void One_execution_is_allowed_and_only_with_the_launchers_pointers(Architecture architecture)
    {
        Assert.Equal(SeccompAction.Allow, AtLaunch(architecture, Syscalls.ExecVe, File, Arguments, Environment));
        for (int bit = 0; bit < 64; bit++)
        {
            ulong flip = 1UL << bit;
            Assert.Equal(Refused, AtLaunch(architecture, Syscalls.ExecVe, File ^ flip, Arguments, Environment));
            Assert.Equal(Refused, AtLaunch(architecture, Syscalls.ExecVe, File, Arguments ^ flip, Environment));
            Assert.Equal(Refused, AtLaunch(architecture, Syscalls.ExecVe, File, Arguments, Environment ^ flip));
        }

        byte[] ready = SeccompPolicy.WhenReady(architecture);
        uint audit = SeccompPolicy.AuditArchitecture(architecture);
        int number = Syscalls.ExecVe.NumberOn(architecture);
        Assert.Equal(SeccompAction.KillProcess, BpfInterpreter.Run(ready, audit, number, File, Arguments, Environment));
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Thread_may_be_cloned_and_nothing_else(Architecture architecture)
    {
        // What the C library asks for a thread: VM, FS, FILES, SIGHAND, THREAD, SYSVSEM, SETTLS, PARENT_SETTID, CHILD_CLEARTID.
        const ulong thread = 0x003d_0f00;
        Assert.Equal(SeccompAction.Allow, AtLaunch(architecture, Syscalls.Clone, thread));
        Assert.Equal(Refused, AtLaunch(architecture, Syscalls.Clone, 17));
        Assert.Equal(Refused, AtLaunch(architecture, Syscalls.Clone, thread & ~0x0001_0000UL));
        foreach (ulong space in (ulong[])[0x0002_0000, 0x0200_0000, 0x0400_0000, 0x0800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000])
        {
            Assert.Equal(Refused, AtLaunch(architecture, Syscalls.Clone, thread | space));
        }

        Assert.Equal(Unknown, AtLaunch(architecture, Syscalls.Clone3, 0x1000, 88));
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Signals_limits_and_affinity_reach_this_process_alone(Architecture architecture)
    {
        Assert.Equal(SeccompAction.Allow, AtLaunch(architecture, Syscalls.TgKill, Self, 4712, 34));
        Assert.Equal(Refused, AtLaunch(architecture, Syscalls.TgKill, 1, 1, 9));
        Assert.Equal(Refused, AtLaunch(architecture, Syscalls.Kill, 0, 9));
        Assert.Equal(Refused, AtLaunch(architecture, Syscalls.Kill, ulong.MaxValue, 9));
        Assert.Equal(SeccompAction.Allow, AtLaunch(architecture, Syscalls.PRLimit64, 0, 7));
        Assert.Equal(Refused, AtLaunch(architecture, Syscalls.PRLimit64, 1, 7));
        Assert.Equal(Refused, AtLaunch(architecture, Syscalls.SchedSetaffinity, 1, 8));
        // F_SETOWN and F_SETSIG: a readable pipe may not signal others either.
        Assert.Equal(Refused, AtLaunch(architecture, Syscalls.FCntl, 1, 8, 1));
        Assert.Equal(Refused, AtLaunch(architecture, Syscalls.FCntl, 1, 10, 9));
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Promises_can_be_asked_after_and_not_taken_back(Architecture architecture)
    {
        Assert.Equal(SeccompAction.Allow, AtLaunch(architecture, Syscalls.PrCtl, 39));
        Assert.Equal(Refused, AtLaunch(architecture, Syscalls.PrCtl, 1, 0));
        Assert.Equal(Refused, AtLaunch(architecture, Syscalls.PrCtl, 4, 1));
        Assert.Equal(Refused, AtLaunch(architecture, Syscalls.IoCtl, 0, 0x5412));
        Assert.Equal(SeccompAction.Allow, AtLaunch(architecture, Syscalls.IoCtl, 0, 0x5401));
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Call_of_another_architecture_kills(Architecture architecture)
    {
        byte[] program = Program(architecture);
        const uint i386 = 0x4000_0003;
        Assert.Equal(SeccompAction.KillProcess, BpfInterpreter.Run(program, i386, 3));
        Assert.Equal(SeccompAction.KillProcess, Launch(architecture, 0x4000_0001));
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Program_fits_the_kernels_bound(Architecture architecture) =>
        Assert.InRange(Program(architecture).Length / BpfProgram.InstructionBytes, 100, 512);

    private static uint AtLaunch(Architecture architecture, Syscall syscall, params ulong[] arguments) =>
        Launch(architecture, syscall.NumberOn(architecture), arguments);

    private static uint Launch(Architecture architecture, int number, params ulong[] arguments) =>
        BpfInterpreter.Run(Program(architecture), SeccompPolicy.AuditArchitecture(architecture), number, arguments);

    private static byte[] Program(Architecture architecture) => SeccompPolicy.AtLaunch(architecture, Self, File, Arguments, Environment);
}
