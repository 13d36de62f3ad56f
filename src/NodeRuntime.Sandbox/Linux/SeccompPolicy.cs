using System.Runtime.InteropServices;
using NodeRuntime.Primitives;

namespace NodeRuntime.Sandbox.Linux;

/// <summary>
/// Which system calls a sandbox may make. Everything that is not named is refused with EPERM; the runtime copes with that,
/// and a guest's escape does not. What no innocent runtime ever calls kills the process, so that an attempt is seen.
/// <para>
/// Two filters, because a filter must be there before the sandbox is executed and must yet let that one execution through:
/// <see cref="AtLaunch"/> allows <c>execve</c> with exactly the three pointers the launcher passes; <see cref="WhenReady"/> is
/// laid over it by the child on all its threads before it reads a byte of the module, and takes that away as well.
/// </para>
/// </summary>
internal static class SeccompPolicy
{
    // linux/sched.h: a thread of this process, in the namespaces of this process, is the only thing that may be cloned.
    private const uint CloneThread = 0x0001_0000;
    private const uint CloneNamespaces = 0x0002_0000 | 0x0200_0000 | 0x0400_0000 | 0x0800_0000 | 0x1000_0000 | 0x2000_0000 | 0x4000_0000;

    // Asked of the standard descriptors at the runtime's start: is it a terminal, how wide is it.
    private const uint TerminalGet = 0x5401;
    private const uint TerminalWindowSize = 0x5413;

    // Duplicate, flags, locks. Not F_SETOWN with F_SETSIG, by which a readable pipe sends any signal to any process of the same user.
    private static readonly uint[] FileControls = [0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030];

    // linux/prctl.h: thread names, and questions. Nothing that changes what the launcher has set.
    private const uint PrGetParentDeathSignal = 2;
    private const uint PrGetDumpable = 3;
    private const uint PrSetName = 15;
    private const uint PrGetName = 16;
    private const uint PrGetSeccomp = 21;
    private const uint PrGetNoNewPrivileges = 39;

    private static readonly Syscall[] Allowed =
    [
        Syscalls.Futex, Syscalls.Read, Syscalls.Write, Syscalls.MMap, Syscalls.MUnmap, Syscalls.MProtect, Syscalls.MAdvise,
        Syscalls.SchedYield, Syscalls.Membarrier, Syscalls.PRead64, Syscalls.OpenAt, Syscalls.Close,
        Syscalls.ReadV, Syscalls.WriteV, Syscalls.PReadV, Syscalls.LSeek,
        Syscalls.NewFStatAt, Syscalls.FStat, Syscalls.Stat, Syscalls.LStat, Syscalls.Statx,
        Syscalls.Access, Syscalls.FAccessAt, Syscalls.FAccessAt2, Syscalls.ReadLink, Syscalls.ReadLinkAt,
        Syscalls.GetDents64, Syscalls.GetCwd, Syscalls.StatFs, Syscalls.FStatFs,
        Syscalls.Flock, Syscalls.FAdvise64, Syscalls.FTruncate, Syscalls.Dup, Syscalls.Dup2, Syscalls.Dup3,
        Syscalls.Pipe, Syscalls.Pipe2, Syscalls.Poll, Syscalls.PPoll, Syscalls.Select, Syscalls.PSelect6,
        Syscalls.EpollCreate1, Syscalls.EpollCtl, Syscalls.EpollPwait, Syscalls.EpollWait, Syscalls.Eventfd2,
        Syscalls.MRemap, Syscalls.Brk, Syscalls.MInCore, Syscalls.MLock, Syscalls.MUnlock, Syscalls.GetMempolicy,
        Syscalls.Rseq, Syscalls.SetRobustList, Syscalls.GetRobustList, Syscalls.SetTidAddress, Syscalls.ArchPrCtl,
        Syscalls.SchedGetaffinity, Syscalls.SchedGetparam, Syscalls.SchedGetscheduler, Syscalls.SchedGetPriorityMax,
        Syscalls.SchedGetPriorityMin, Syscalls.GetPriority, Syscalls.Exit, Syscalls.ExitGroup,
        Syscalls.RtSigaction, Syscalls.RtSigprocmask, Syscalls.RtSigreturn, Syscalls.RtSigsuspend, Syscalls.RtSigtimedwait,
        Syscalls.RtSigpending, Syscalls.SigAltStack, Syscalls.RestartSyscall,
        Syscalls.ClockGettime, Syscalls.ClockGetres, Syscalls.ClockNanosleep, Syscalls.Nanosleep, Syscalls.GetTimeOfDay,
        Syscalls.Time, Syscalls.Times, Syscalls.GetRUsage, Syscalls.GetCpu,
        Syscalls.GetPid, Syscalls.GetTid, Syscalls.GetPPid, Syscalls.GetUid, Syscalls.GetEUid, Syscalls.GetGid, Syscalls.GetEGid,
        Syscalls.GetResUid, Syscalls.GetResGid, Syscalls.GetPGid, Syscalls.GetPGrp, Syscalls.GetSid,
        Syscalls.Uname, Syscalls.SysInfo, Syscalls.GetRandom, Syscalls.GetRLimit, Syscalls.Seccomp, Syscalls.MemFdCreate,
    ];

    private static readonly Syscall[] Attacks =
    [
        Syscalls.ExecVeAt, Syscalls.Ptrace, Syscalls.ProcessVmReadV, Syscalls.ProcessVmWriteV, Syscalls.ProcessMAdvise, Syscalls.Kcmp,
        Syscalls.Mount, Syscalls.Umount2, Syscalls.PivotRoot, Syscalls.Chroot, Syscalls.FsOpen, Syscalls.FsConfig, Syscalls.FsMount,
        Syscalls.FsPick, Syscalls.MoveMount, Syscalls.MountSetattr, Syscalls.OpenTree, Syscalls.SetNs, Syscalls.Unshare, Syscalls.Bpf,
        Syscalls.Keyctl, Syscalls.AddKey, Syscalls.RequestKey, Syscalls.PerfEventOpen, Syscalls.IoUringSetup, Syscalls.IoUringEnter,
        Syscalls.IoUringRegister, Syscalls.Userfaultfd, Syscalls.InitModule, Syscalls.FinitModule, Syscalls.DeleteModule,
        Syscalls.KexecLoad, Syscalls.KexecFileLoad, Syscalls.Reboot, Syscalls.Swapon, Syscalls.Swapoff, Syscalls.OpenByHandleAt,
        Syscalls.PidFdOpen, Syscalls.PidFdGetFd, Syscalls.PidFdSendSignal, Syscalls.Quotactl, Syscalls.Acct,
        Syscalls.SetTimeOfDay, Syscalls.ClockSettime, Syscalls.IoPl, Syscalls.IoPerm, Syscalls.ModifyLdt,
    ];

    /// <summary>The kernel's name of an architecture (linux/audit.h), 0 for one this assembly does not know.</summary>
    public static uint AuditArchitecture(Architecture architecture) => architecture switch
    {
        Architecture.X64 => 0xC000_003E,
        Architecture.Arm64 => 0xC000_00B7,
        _ => 0,
    };

    /// <param name="processId">Execution keeps it: signals may go to this process and to no other.</param>
    public static byte[] AtLaunch(Architecture architecture, int processId, ulong file, ulong arguments, ulong environment)
    {
        BpfProgram program = New(architecture);
        foreach (Syscall syscall in Allowed) program.Always(syscall.NumberOn(architecture), SeccompAction.Allow);
        foreach (Syscall syscall in Attacks) program.Always(syscall.NumberOn(architecture), SeccompAction.KillProcess);

        // clone3 hides its flags behind a pointer that a filter cannot follow. Told that there is none, the C library uses clone.
        program.Always(Syscalls.Clone3.NumberOn(architecture), SeccompAction.Refuse(Kernel.ENoSys));
        program.AllowMasked(Syscalls.Clone.NumberOn(architecture), 0, CloneThread | CloneNamespaces, CloneThread);
        program.AllowWordIn(Syscalls.TgKill.NumberOn(architecture), 0, (uint)processId);
        program.AllowWordIn(Syscalls.Kill.NumberOn(architecture), 0, (uint)processId);
        program.AllowWordIn(Syscalls.SchedSetaffinity.NumberOn(architecture), 0, 0, (uint)processId);
        program.AllowWordIn(Syscalls.FCntl.NumberOn(architecture), 1, FileControls);
        program.AllowWordIn(Syscalls.IoCtl.NumberOn(architecture), 1, TerminalGet, TerminalWindowSize);
        program.AllowWordIn(
            Syscalls.PrCtl.NumberOn(architecture),
            0,
            PrGetParentDeathSignal, PrGetDumpable, PrSetName, PrGetName, PrGetSeccomp, PrGetNoNewPrivileges);
        // On itself alone; and unprivileged, so that a limit can only sink.
        program.AllowWordIn(Syscalls.PRLimit64.NumberOn(architecture), 0, 0, (uint)processId);
        program.AllowExactly(Syscalls.ExecVe.NumberOn(architecture), file, arguments, environment);
        return program.End(SeccompAction.Refuse(Kernel.EPerm));
    }

    /// <summary>What the runtime needed to start and the job does not need to run.</summary>
    public static byte[] WhenReady(Architecture architecture)
    {
        BpfProgram program = New(architecture);
        program.Always(Syscalls.ExecVe.NumberOn(architecture), SeccompAction.KillProcess);
        program.Always(Syscalls.Seccomp.NumberOn(architecture), SeccompAction.Refuse(Kernel.EPerm));
        program.Always(Syscalls.MemFdCreate.NumberOn(architecture), SeccompAction.Refuse(Kernel.EPerm));
        program.Always(Syscalls.PRLimit64.NumberOn(architecture), SeccompAction.Refuse(Kernel.EPerm));
        return program.End(SeccompAction.Allow);
    }

    private static BpfProgram New(Architecture architecture)
    {
        uint audit = AuditArchitecture(architecture);
        Invariant.Holds(audit != 0);
        return new BpfProgram(audit);
    }
}
