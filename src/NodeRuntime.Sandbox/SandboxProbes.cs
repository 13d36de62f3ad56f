using System;
using System.Runtime.InteropServices;
using NodeRuntime.Sandbox.Linux;

namespace NodeRuntime.Sandbox;

/// <summary>The questions put to a kernel, each of them replaceable.</summary>
internal sealed record SandboxProbes
{
    // An empty range: from a number no descriptor has. A kernel that knows the call has nothing to do.
    private const nint NoDescriptor = int.MaxValue;
    private const nint CloseOnExecute = 4;

    public static SandboxProbes OfThisKernel { get; } = new();

    public bool IsLinux { get; init; } = OperatingSystem.IsLinux();

    public Architecture Architecture { get; init; } = RuntimeInformation.ProcessArchitecture;

    public Func<KernelResult> SeccompKill { get; init; } = ThreadRestrictions.KillActionAvailable;

    public Func<KernelResult> LandlockVersion { get; init; } = Linux.Landlock.Version;

    public Func<KernelResult> NoNewPrivileges { get; init; } = ThreadRestrictions.HasRenouncedPrivileges;

    public Func<KernelResult> ParentDeathSignal { get; init; } = ThreadRestrictions.ParentDeathSignal;

    public Func<KernelResult> CloseRange { get; init; } =
        static () => Kernel.Call(Syscalls.CloseRange, NoDescriptor, NoDescriptor, CloseOnExecute);
}
