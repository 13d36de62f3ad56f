using System;
using System.Threading;
using System.Threading.Tasks;

namespace NodeRuntime.Processes.Tests.Running;

/// <summary>
/// One net of processes starts at a time. A start is compilation, which takes all processors; what comes behind it is mostly
/// waiting. So groups of tests beside each other cost little, and starts beside each other would only be late together.
/// </summary>
internal static class Startup
{
    private static readonly SemaphoreSlim One = new(1);

    public static async Task<T> AloneAsync<T>(Func<Task<T>> start)
    {
        await One.WaitAsync();
        try
        {
            return await start();
        }
        finally
        {
            One.Release();
        }
    }

    public static Task AloneAsync(Func<Task> start) => AloneAsync(async () =>
    {
        await start();
        return true;
    });
}
