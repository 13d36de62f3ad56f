namespace NodeRuntime.Sandbox.Linux;

/// <summary>The questions and promises of prctl(2) and seccomp(2), about the calling thread.</summary>
internal static class ThreadRestrictions
{
    private const nint PrSetParentDeathSignal = 1;
    private const nint PrGetParentDeathSignal = 2;
    private const nint PrGetSeccomp = 21;
    private const nint PrSetNoNewPrivileges = 38;
    private const nint PrGetNoNewPrivileges = 39;
    private const nint SignalKill = 9;
    private const nint SeccompSetModeFilter = 1;
    private const nint SeccompGetActionAvailable = 2;
    private const nint SeccompThreadSynchronise = 1;

    public static void RenouncePrivileges() => Kernel.Call(Syscalls.PrCtl, PrSetNoNewPrivileges, 1).OrFail("no_new_privs");

    public static KernelResult HasRenouncedPrivileges() => Kernel.Call(Syscalls.PrCtl, PrGetNoNewPrivileges);

    /// <summary>The thread's filter mode: 2 under a filter.</summary>
    public static KernelResult SeccompMode() => Kernel.Call(Syscalls.PrCtl, PrGetSeccomp);

    public static unsafe KernelResult KillActionAvailable()
    {
        uint action = SeccompAction.KillProcess;
        return Kernel.Call(Syscalls.Seccomp, SeccompGetActionAvailable, 0, (nint)(&action));
    }

    public static unsafe KernelResult ParentDeathSignal()
    {
        int signal = 0;
        KernelResult result = Kernel.Call(Syscalls.PrCtl, PrGetParentDeathSignal, (nint)(&signal));
        return result.Succeeded ? new KernelResult(signal, 0) : result;
    }

    /// <summary>
    /// Dies with the thread that started this process. Whoever died before the promise is found by asking who the parent is now:
    /// a reparented process has another one.
    /// </summary>
    public static void DieWithParent(int parentProcessId)
    {
        Kernel.Call(Syscalls.PrCtl, PrSetParentDeathSignal, SignalKill).OrFail("parent death signal");
        nint parent = Kernel.Call(Syscalls.GetPPid).OrFail("getppid");
        if (parent != parentProcessId) throw new LaunchException("the parent died before the launch");
    }

    /// <summary>Lays a filter over this thread, or over every thread of the process at once.</summary>
    public static unsafe void Filter(byte[] program, bool everyThread)
    {
        fixed (byte* instructions = program)
        {
            SocketFilterProgram description = new((ushort)(program.Length / BpfProgram.InstructionBytes), instructions);
            nint flags = everyThread ? SeccompThreadSynchronise : 0;
            Kernel.Call(Syscalls.Seccomp, SeccompSetModeFilter, flags, (nint)(&description)).OrFail("seccomp");
        }
    }

    // struct sock_fprog of linux/filter.h; the compiler pads as C does.
    private readonly unsafe struct SocketFilterProgram(ushort length, byte* instructions)
    {
        public readonly ushort Length = length;
        public readonly byte* Instructions = instructions;
    }
}
