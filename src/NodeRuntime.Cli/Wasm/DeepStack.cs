using System;
using System.Threading;
using System.Threading.Tasks;

namespace NodeRuntime.Cli.Wasm;

/// <summary>The engine recurses with its guest: it needs a thread with the stack that the guest's depth may take.</summary>
internal static class DeepStack
{
    /// <summary>For what stands above the guest on the thread.</summary>
    private const long MarginBytes = 1024 * 1024;

    public static Task<T> RunAsync<T>(long stackBytes, Func<T> work)
    {
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Thread thread = new(
            () =>
            {
                try
                {
                    done.SetResult(work());
                }
                catch (Exception exception)
                {
                    // Carried over to whoever waits: nothing is lost on the thread.
                    done.SetException(exception);
                }
            },
            (int)Math.Min(stackBytes + MarginBytes, int.MaxValue))
        {
            IsBackground = true,
        };
        thread.Start();
        return done.Task;
    }
}
