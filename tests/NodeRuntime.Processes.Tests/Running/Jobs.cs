using System;
using System.Collections.Concurrent;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Client;
using NodeRuntime.Client.Jobs;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Processes.Tests.Running;

/// <summary>Jobs from bytes, by the client that everybody uses.</summary>
internal static class Jobs
{
    private static int _count;

    public static async Task<PreparedJob> PrepareAsync(Devnet devnet, byte[] module, byte[]? input = null, ulong fuel = 100_000_000_000)
    {
        string folder = devnet.Place.PathOf("job-" + Interlocked.Increment(ref _count).ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(folder);
        await File.WriteAllBytesAsync(Path.Combine(folder, "module.wasm"), module);
        JobDescription description = new()
        {
            Module = "module.wasm",
            Limits = new JobLimitsSection { Fuel = fuel, MemoryMiB = 256, OutputMiB = 1, Seconds = 20 },
            ReadyWithin = 6,
            ExpiresAfter = 120,
        };
        if (input is not null)
        {
            await File.WriteAllBytesAsync(Path.Combine(folder, "input.bin"), input);
            description.Inputs["input.bin"] = "input.bin";
        }

        return await JobSpecFile.PrepareAsync(description, Path.Combine(folder, "job.yaml"), TimeProvider.System, CancellationToken.None);
    }

    /// <summary>To its settlement.</summary>
    public static async Task<JobReport> RunAsync(Devnet devnet, PreparedJob job, OrderId order, double seconds, Action<JobEvent>? tell = null)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(seconds));
        ConcurrentQueue<JobEvent> events = [];
        try
        {
            return await devnet.Owner.RunAsync(order, job, devnet.Place.PathOf("out-" + order), happened =>
            {
                if (happened is not JobEvent.Uploaded) events.Enqueue(happened);
                tell?.Invoke(happened);
            }, patience.Token);
        }
        catch (OperationCanceledException exception)
        {
            throw new TimeoutException($"no settlement within {seconds} s; there was:\n{string.Join('\n', events)}", exception);
        }
    }
}
