using System;
using System.IO;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using NodeRuntime.Sandbox.Linux;
using NodeRuntime.Sandbox.Protocol;
using NodeRuntime.Wasm;

namespace NodeRuntime.Sandbox.Child;

/// <summary>
/// The second stage, born inside the restrictions. It makes sure of them, gives up what only the runtime's start needed, and only
/// then reads the first byte of the stranger's module. What breaks the engine itself is not caught: the process ends, and the parent
/// says so.
/// </summary>
internal static class SandboxChild
{
    // On top of what the engine asks for: the frames of the runtime itself.
    private const long StackMarginBytes = 1 << 20;

    public static int Run(string folder, SandboxGuest guest)
    {
        using SandboxVoice voice = new();
        SandboxMessage.Report report;
        try
        {
            byte[] bytes = File.ReadAllBytes(Path.Combine(folder, SandboxFolder.RequestName));
            SandboxRequest request = SandboxRequest.Decode(bytes) ?? throw new LaunchException("the request is malformed");
            Confirm(request);
            Seal(request);
            report = OnLargeStack(request, () => guest(request, folder, voice));
        }
        catch (OutOfMemoryException)
        {
            report = SandboxVoice.Report(ProcessVerdict.ProcessMemoryExceeded, "the process reached its memory limit");
        }
        catch (Exception exception) when (exception is LaunchException or IOException or UnauthorizedAccessException)
        {
            report = SandboxVoice.Report(ProcessVerdict.LaunchFailed, exception.Message);
        }

        voice.Say(report);
        return report.Verdict == ProcessVerdict.LaunchFailed ? SandboxLauncher.ExitCodeOnFailure : 0;
    }

    /// <summary>Trusts no stage before it: started by hand, without a launcher, nothing runs.</summary>
    private static void Confirm(SandboxRequest request)
    {
        if (ThreadRestrictions.HasRenouncedPrivileges().Value != 1) throw new LaunchException("started without no_new_privs");
        if (ThreadRestrictions.ParentDeathSignal().Value == 0) throw new LaunchException("started without a parent death signal");
        if (request.Seccomp && ThreadRestrictions.SeccompMode().Value != 2) throw new LaunchException("started without a seccomp filter");
        if (request.LandlockAbi > 0 && CanOpenRoot()) throw new LaunchException("started without Landlock");
    }

    private static void Seal(SandboxRequest request)
    {
        ResourceLimits.Set(ResourceLimit.FileBytes, 0);
        if (request.Seccomp) ThreadRestrictions.Filter(SeccompPolicy.WhenReady(RuntimeInformation.ProcessArchitecture), everyThread: true);
    }

    private static unsafe bool CanOpenRoot()
    {
        const int currentDirectory = -100;
        fixed (byte* path = "/\0"u8) return Kernel.Call(Syscalls.OpenAt, currentDirectory, (nint)path).Succeeded;
    }

    private static SandboxMessage.Report OnLargeStack(SandboxRequest request, Func<SandboxMessage.Report> run)
    {
        SandboxMessage.Report? report = null;
        ExceptionDispatchInfo? failure = null;
        long stack = WasiRunner.StackBytes(request.CallDepthMax) + StackMarginBytes;
        if (stack > int.MaxValue) throw new LaunchException("a call depth of " + request.CallDepthMax + " has no stack");
        Thread thread = new(
            () =>
            {
                try
                {
                    report = run();
                }
                catch (Exception exception) when (exception is OutOfMemoryException or LaunchException)
                {
                    failure = ExceptionDispatchInfo.Capture(exception);
                }
            },
            (int)stack);
        thread.Start();
        thread.Join();
        failure?.Throw();
        return report ?? throw new LaunchException("the guest's thread ended without a report");
    }
}
