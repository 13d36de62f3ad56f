using System;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace NodeRuntime.Persistence.Plots;

/// <summary>How far a thread steps back.</summary>
public enum LowLevel
{
    /// <summary>Gets the processor and the disk when nobody else wants them: nice 19, the idle class.</summary>
    Idle,

    /// <summary>Has a deadline that costs its owner when it is missed: a third of what an ordinary thread gets beside it (nice 5), the last of the disk's ordinary class.</summary>
    Dated,
}

/// <summary>
/// A thread below the ordinary ones. Linux lowers a thread by number, and only one that knows never to rise again: so the thread is made for the work and ends
/// with it.
/// </summary>
public static class LowPriority
{
    private const int PriorityOfProcess = 0;

    // ioprio_set(IOPRIO_WHO_PROCESS, this thread, class and level): 251 and 30 are the call's numbers of x86-64 and of arm64.
    private const int IoOfProcess = 1;
    private const int IoClassIdle = 3 << 13;
    private const int IoLastOfBestEffort = (2 << 13) | 7;

    /// <summary>Starts the work. What it throws ends the process, as of every thread: plots answer with verdicts.</summary>
    public static Thread Start(string name, Action work, LowLevel level = LowLevel.Idle)
    {
        Thread thread = new(() =>
        {
            Lower(level);
            work();
        })
        {
            IsBackground = true,
            Name = name,
            Priority = level == LowLevel.Idle ? ThreadPriority.Lowest : ThreadPriority.BelowNormal,
        };
        thread.Start();
        return thread;
    }

    /// <summary>The same for work with an answer, and for whoever does not want to wait on a thread.</summary>
    public static Task<T> RunAsync<T>(string name, Func<T> work)
    {
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Start(name, () =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception exception)
            {
                // The waiter's to handle, as of every task.
                done.SetException(exception);
            }
        });
        return done.Task;
    }

    // A kernel that refuses leaves the thread as it was: slower for others, and right.
    private static void Lower(LowLevel level)
    {
        if (!OperatingSystem.IsLinux()) return;
        (int nice, int io) = level switch
        {
            LowLevel.Idle => (19, IoClassIdle),
            LowLevel.Dated => (5, IoLastOfBestEffort),
        };
        // Who started us may stand lower: a search of a trial.
        if (GetPriority(PriorityOfProcess, 0) >= nice) return;
        _ = SetPriority(PriorityOfProcess, 0, nice);
        int number = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => 251,
            Architecture.Arm64 => 30,
            _ => 0,
        };
        if (number != 0) _ = SystemCall(number, IoOfProcess, 0, io);
    }

    [DllImport("libc", EntryPoint = "getpriority", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetPriority(int which, int who);

    [DllImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetPriority(int which, int who, int priority);

    [DllImport("libc", EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint SystemCall(nint number, int which, int who, int value);
}
