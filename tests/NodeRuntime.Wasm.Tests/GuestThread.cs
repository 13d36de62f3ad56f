using System;
using System.Runtime.ExceptionServices;
using System.Threading;

namespace NodeRuntime.Wasm.Tests;

/// <summary>Runs guests on a thread with the stack they may need.</summary>
internal static class GuestThread
{
    public static T Run<T>(Func<T> work, int stackBytes = 64 * 1024 * 1024)
    {
        T result = default!;
        ExceptionDispatchInfo? thrown = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    result = work();
                }
                catch (Exception exception)
                {
                    thrown = ExceptionDispatchInfo.Capture(exception);
                }
            },
            stackBytes);
        thread.Start();
        thread.Join();
        thrown?.Throw();
        return result;
    }

    public static WasiOutcome Run(Module module, WasiJob job) =>
        Run(() => WasiRunner.Run(module, job), (int)WasiRunner.StackBytes(job.CallDepthMax) + (256 * 1024));
}
