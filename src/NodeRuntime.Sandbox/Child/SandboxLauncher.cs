using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using NodeRuntime.Primitives;
using NodeRuntime.Sandbox.Linux;
using NodeRuntime.Sandbox.Protocol;

namespace NodeRuntime.Sandbox.Child;

/// <summary>
/// The first stage: a process of this program that takes everything from itself and then executes the second one.
/// <code>
///   peer --fork--> sandbox-launch --restricts its thread, execve--> sandbox-child --seals, loads, runs--> report
/// </code>
/// Landlock, seccomp and capabilities belong to a thread. The runtime has several, and could not be caught whole once it runs; but
/// execution ends all threads but the caller and keeps what the caller gave up, so the second runtime is born inside.
/// What fails is reported and nothing is executed.
/// </summary>
internal static class SandboxLauncher
{
    /// <summary>sysexits.h: a system error, as a fork that failed.</summary>
    public const int ExitCodeOnFailure = 71;

    // The runtime keeps a descriptor for each assembly it has loaded, about forty in all; each input of the job needs one more.
    private const ulong OpenFilesMax = 256;

    // Threads of the runtime (tiering, finaliser, signals, timers) are about ten; counted per user, so only for one of its own.
    private const ulong ThreadsMax = 64;

    // The runtime sizes the file behind its executable memory (W^X) with one ftruncate of 2 GiB. The child then sets 0.
    private const ulong FileBytesAtStart = 2UL << 30;

    public static int Run(string folder)
    {
        using SandboxVoice voice = new();
        try
        {
            byte[] bytes = File.ReadAllBytes(Path.Combine(folder, SandboxFolder.RequestName));
            SandboxRequest request = SandboxRequest.Decode(bytes) ?? throw new LaunchException("the request is malformed");
            Execute(request, folder);
        }
        catch (Exception exception) when (exception is LaunchException or IOException or UnauthorizedAccessException)
        {
            voice.Say(SandboxVoice.Report(ProcessVerdict.LaunchFailed, exception.Message));
        }

        return ExitCodeOnFailure;
    }

    private static void Execute(SandboxRequest request, string folder)
    {
        SandboxCommand command = SandboxCommand.OfThisProcess();
        SandboxSurroundings surroundings = SandboxSurroundings.Of(command, folder);
        SandboxMemory memory = SandboxMemory.For(request.MemoryPagesMax, request.OutputBytesMax);
        nint file = CString(command.Executable);
        nint arguments = CStrings([command.Executable, .. command.Arguments, SandboxCommand.ChildVerb, folder]);
        nint environment = CStrings(SandboxEnvironment.OfChild(surroundings.RuntimeRoot, memory));
        byte[] filter = SeccompPolicy.AtLaunch(
            RuntimeInformation.ProcessArchitecture, Environment.ProcessId, (ulong)file, (ulong)arguments, (ulong)environment);
        nint ruleset = request.LandlockAbi > 0 ? Landlock.Ruleset(request.LandlockAbi, surroundings.Rules) : 0;

        PreferToDie();
        Kernel.Call(Syscalls.SetSid).OrFail("setsid");
        bool ownUser = false;
        if (Privileges.IsRoot)
        {
            Privileges.DropBoundingSet();
            if (request.UserId != 0) ownUser = Privileges.BecomeOther(request.UserId, surroundings.Needed) != 0;
        }

        Privileges.DropCapabilities();
        // After the change of user, which would clear it.
        ThreadRestrictions.DieWithParent(request.ParentProcessId);
        ThreadRestrictions.RenouncePrivileges();
        ResourceLimits.Set(ResourceLimit.CoreBytes, 0);
        ResourceLimits.Set(ResourceLimit.MessageQueueBytes, 0);
        ResourceLimits.Set(ResourceLimit.LockedBytes, 0);
        ResourceLimits.Set(ResourceLimit.OpenFiles, OpenFilesMax + (ulong)request.Inputs.Length);
        ResourceLimits.Set(ResourceLimit.FileBytes, FileBytesAtStart);
        ResourceLimits.Set(ResourceLimit.CpuSeconds, request.CpuSecondsMax);
        if (ownUser) ResourceLimits.Set(ResourceLimit.Processes, ThreadsMax);
        if (ruleset != 0) Landlock.RestrictThisThread(ruleset);
        CloseAllButStandardOnExecute();
        if (request.Seccomp) ThreadRestrictions.Filter(filter, everyThread: false);
        // Last: this runtime is far above its successor's ceiling and could not compile another method.
        ResourceLimits.Set(ResourceLimit.DataBytes, memory.DataBytesMax);
        ResourceLimits.Set(ResourceLimit.AddressSpaceBytes, memory.AddressSpaceBytesMax);
        Kernel.Call(Syscalls.ExecVe, file, arguments, environment).OrFail("execve " + command.Executable);
    }

    // Where the machine runs out of memory a guest goes before the peer.
    private static void PreferToDie() => File.WriteAllText("/proc/self/oom_score_adj", "1000");

    private static void CloseAllButStandardOnExecute()
    {
        const nint first = 3;
        const nint closeOnExecute = 4;
        Kernel.Call(Syscalls.CloseRange, first, unchecked((nint)uint.MaxValue), closeOnExecute).OrFail("close_range");
    }

    // These strings belong to the next program: never freed, and at an address the filter knows.
    private static unsafe nint CStrings(IReadOnlyList<string> texts)
    {
        nint* pointers = (nint*)NativeMemory.AllocZeroed((nuint)(texts.Count + 1), (nuint)sizeof(nint));
        for (int i = 0; i < texts.Count; i++) pointers[i] = CString(texts[i]);
        return (nint)pointers;
    }

    private static unsafe nint CString(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        byte* copy = (byte*)NativeMemory.AllocZeroed((nuint)(bytes.Length + 1));
        bytes.CopyTo(new Span<byte>(copy, bytes.Length));
        return (nint)copy;
    }
}
