using System;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace NodeRuntime.Persistence.Plots;

/// <summary>
/// A thread that gets the processor and the disk when nobody else wants them. Linux lowers a thread by number, and only one that knows never to rise again: so
/// the thread is made for the work and ends with it.
/// </summary>
public static class LowPriority
{
    private const int PriorityOfProcess = 0;
    private const int Nicest = 19;

    // ioprio_set(IOPRIO_WHO_PROCESS, this thread, class "idle"): 251 and 30 are the call's numbers of x86-64 and of arm64.
    private const int IoOfProcess = 1;
    private const int IoClassIdle = 3 << 13;

    /// <summary>Starts the work. What it throws ends the process, as of every thread: plots answer with verdicts.</summary>
    public static Thread Start(string name, Action work)
    {
        Thread thread = new(() =>
        {
            Lower();
            work();
        })
        {
            IsBackground = true,
            Name = name,
            Priority = ThreadPriority.Lowest,
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
    private static void Lower()
    {
        if (!OperatingSystem.IsLinux()) return;
        _ = SetPriority(PriorityOfProcess, 0, Nicest);
        int number = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => 251,
            Architecture.Arm64 => 30,
            _ => 0,
        };
        if (number != 0) _ = SystemCall(number, IoOfProcess, 0, IoClassIdle);
    }

    [DllImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetPriority(int which, int who, int priority);

    [DllImport("libc", EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint SystemCall(nint number, int which, int who, int value);
}
