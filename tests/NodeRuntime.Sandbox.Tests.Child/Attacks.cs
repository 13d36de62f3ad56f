using System;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using NodeRuntime.Sandbox.Linux;

namespace NodeRuntime.Sandbox.Tests.Child;

/// <summary>One forbidden call each; the answer is the kernel's error number, or 0 where the call was let through.</summary>
internal static class Attacks
{
    private const nint CurrentDirectory = -100;
    private const nint OpenRead = 0;
    private const nint OpenCreate = 0x40 | 1;

    public static unsafe int Try(string name, string[] words)
    {
        byte* scratch = stackalloc byte[256];
        new Span<byte>(scratch, 256).Clear();
        nint memory = (nint)scratch;
        KernelResult result = name switch
        {
            "read" => Open(words[0], OpenRead),
            "create" => Open(words[0], OpenCreate),
            "socket" => Kernel.Call(Syscalls.Socket, 2, 1),
            "socket-unix" => Kernel.Call(Syscalls.Socket, 1, 1),
            "connect" => Kernel.Call(Syscalls.Connect, 0, memory, 16),
            "bind" => Kernel.Call(Syscalls.Bind, 0, memory, 16),
            "fork" => Kernel.Call(Syscalls.Fork),
            "vfork" => Kernel.Call(Syscalls.Vfork),
            "clone-process" => Kernel.Call(Syscalls.Clone, 17),
            "clone-namespace" => Kernel.Call(Syscalls.Clone, 0x0001_0000 | 0x1000_0000),
            "clone3" => Kernel.Call(Syscalls.Clone3, memory, 64),
            "execve" => Kernel.Call(Syscalls.ExecVe, Path("/bin/true"), 0, 0),
            "execveat" => Kernel.Call(Syscalls.ExecVeAt, CurrentDirectory, Path("/bin/true"), 0, 0),
            "ptrace" => Kernel.Call(Syscalls.Ptrace, 16, Number(words[0])),
            "process-vm-readv" => Kernel.Call(Syscalls.ProcessVmReadV, Number(words[0]), memory, 1, memory, 1),
            "process-vm-writev" => Kernel.Call(Syscalls.ProcessVmWriteV, Number(words[0]), memory, 1, memory, 1),
            "kill" => Kernel.Call(Syscalls.Kill, Number(words[0]), 0),
            "tgkill" => Kernel.Call(Syscalls.TgKill, Number(words[0]), Number(words[0]), 0),
            "signal-by-pipe" => Kernel.Call(Syscalls.FCntl, 1, 8, Number(words[0])),
            "limit-other" => Kernel.Call(Syscalls.PRLimit64, Number(words[0]), 7, 0, memory),
            "affinity-other" => Kernel.Call(Syscalls.SchedSetaffinity, Number(words[0]), 8, memory),
            "mount" => Kernel.Call(Syscalls.Mount, Path("none"), Path("/tmp"), Path("tmpfs")),
            "chroot" => Kernel.Call(Syscalls.Chroot, Path("/tmp")),
            "unshare" => Kernel.Call(Syscalls.Unshare, 0x1000_0000),
            "setns" => Kernel.Call(Syscalls.SetNs, 0, 0),
            "bpf" => Kernel.Call(Syscalls.Bpf, 0, memory, 64),
            "keyctl" => Kernel.Call(Syscalls.Keyctl, 0, -3),
            "perf" => Kernel.Call(Syscalls.PerfEventOpen, memory, 0, -1, -1),
            "io-uring" => Kernel.Call(Syscalls.IoUringSetup, 8, memory),
            "userfaultfd" => Kernel.Call(Syscalls.Userfaultfd, 0),
            "pidfd" => Kernel.Call(Syscalls.PidFdOpen, Number(words[0])),
            "open-by-handle" => Kernel.Call(Syscalls.OpenByHandleAt, CurrentDirectory, memory, 0),
            "terminal-inject" => Kernel.Call(Syscalls.IoCtl, 0, 0x5412, memory),
            "change-mode" => Kernel.Call(FChModAt, CurrentDirectory, Path(words[0]), 0x1ff),
            "change-owner" => Kernel.Call(Syscalls.FChownAt, CurrentDirectory, Path(words[0]), 0, 0),
            "become-root" => Kernel.Call(Syscalls.SetResUid, 0, 0, 0),
            "outlive-parent" => Kernel.Call(Syscalls.PrCtl, 1, 0),
            "raise-limit" => Kernel.Call(Syscalls.PRLimit64, 0, 1, memory, 0),
            "another-filter" => Kernel.Call(Syscalls.Seccomp, 1, 0, 0),
            "memory-file" => Kernel.Call(Syscalls.MemFdCreate, Path("x"), 0),
            "other-architecture" => Kernel.Call(new Syscall("x32", 0x4000_0000, 0x4000_0000)),
            _ => throw new ArgumentException(name, nameof(name)),
        };
        return result.Error;
    }

    private static Syscall FChModAt { get; } = new("fchmodat", 268, 53);

    private static KernelResult Open(string path, nint flags) => Kernel.Call(Syscalls.OpenAt, CurrentDirectory, Path(path), flags, 0x180);

    private static nint Path(string path) => Marshal.StringToCoTaskMemUTF8(path);

    private static nint Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
