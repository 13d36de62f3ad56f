using System.Runtime.InteropServices;

namespace NodeRuntime.Sandbox.Linux;

/// <summary>
/// The way into the kernel: libc's <c>syscall(2)</c> and nothing else. The C library's own wrappers are avoided on purpose: its
/// <c>setresuid</c> signals every thread of the process, where the launcher wants to change its own thread alone, and it
/// has no wrapper for Landlock or seccomp at all.
/// </summary>
internal static partial class Kernel
{
    public const int EPerm = 1;
    public const int ENoSys = 38;

    /// <summary>Calls the kernel: a result of zero or more, or an error number.</summary>
    public static KernelResult Call(Syscall syscall, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0)
    {
        int number = syscall.Number;
        if (number == Syscall.Absent) return new KernelResult(-1, ENoSys);
        nint value = Raw(number, a, b, c, d, e, f);
        return value == -1 ? new KernelResult(-1, Marshal.GetLastPInvokeError()) : new KernelResult(value, 0);
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial nint Raw(nint number, nint a, nint b, nint c, nint d, nint e, nint f);
}
