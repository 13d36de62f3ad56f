using System;
using System.Diagnostics;
using System.Threading.Tasks;

namespace NodeRuntime.Processes.Tests.Running;

/// <summary>Looks again and again until something is so, and fails with words when its time is over.</summary>
internal static class Deadline
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static async Task<T> UntilAsync<T>(string what, double seconds, Func<Task<T?>> look)
        where T : class
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            if (await look() is { } found) return found;
            if (Stopwatch.GetElapsedTime(start).TotalSeconds > seconds) throw new TimeoutException($"within {seconds} s there was not: {what}");
            await Task.Delay(Pause);
        }
    }

    public static Task UntilAsync(string what, double seconds, Func<bool> isSo) =>
        UntilAsync(what, seconds, () => Task.FromResult(isSo() ? what : null));

    public static Task UntilAsync(string what, double seconds, Func<Task<bool>> isSo) =>
        UntilAsync(what, seconds, async () => await isSo() ? what : null);
}
