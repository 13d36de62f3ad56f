using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Security.Cryptography;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;
using NodeRuntime.Api;
using NodeRuntime.Client;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Processes.Tests.Net;
using NodeRuntime.Processes.Tests.Running;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Processes.Tests.Campaign;

/// <summary>
/// <c>-- events --seconds 60 --peers 4</c>: real validators on this machine, and an application that enters events at one of them, one at a time: how long
/// until a promise, until the calendar, and for a receipt on demand, beside what the disk takes to make as many bytes durable.
/// </summary>
internal static class EventsRun
{
    public const string Word = "events";

    // What a batch of one event is in the journal, about.
    private const int RecordByteCount = 512;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task<int> MainAsync(string[] arguments)
    {
        SortedDictionary<string, int> options = new(StringComparer.Ordinal) { ["--seconds"] = 60, ["--peers"] = PeerNet.Peers };
        bool isUnderstood = arguments.Length % 2 == 0;
        for (int i = 0; isUnderstood && i < arguments.Length; i += 2)
        {
            isUnderstood = options.ContainsKey(arguments[i]) && int.TryParse(arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0;
            if (isUnderstood) options[arguments[i]] = int.Parse(arguments[i + 1], CultureInfo.InvariantCulture);
        }

        if (!isUnderstood)
        {
            await Console.Error.WriteLineAsync($"usage: {Word} [--seconds N] [--peers N]");
            return 2;
        }

        SystemSignatures signatures = SystemSignatures.Open(RandomNumberGenerator.GetBytes(SystemSignatures.EntropyByteCount));
        ISigner owner = signatures.CreateSigner(KeyPair.Generate(KeyAlgorithm.Secp256k1, RandomNumberGenerator.GetBytes(KeyPair.EntropyByteCountMin)));
        PeerNet net = new(new NetOptions { Peers = options["--peers"], IsDirect = true, CompilesTwice = true, Accounts = [KeyPolicy.Single(owner.PublicKey).ToAccountId()] });
        try
        {
            await net.InitializeAsync();
            ClientContext context = new([net.ApiOf(0)], net.Genesis.ChainId);
            await using ClusterClient client = new(context, owner, signatures, TimeProvider.System);
            await Deadline.UntilAsync("a promise", Patience.TotalSeconds, async () => await TryAddAsync(client) is not null);
            _ = await RunAsync(client, WarmUp);
            EventTimes times = await RunAsync(client, TimeSpan.FromSeconds(options["--seconds"]));
            Console.WriteLine(JsonSerializer.Serialize(times.ToReport(FsyncTimes(net.FolderOf(0))), Indented));
            return 0;
        }
        finally
        {
            await net.DisposeAsync();
        }
    }

    // One after another; one of each second is followed into the calendar, and one of all that are there is asked for.
    private static async Task<EventTimes> RunAsync(ClusterClient client, TimeSpan length)
    {
        EventTimes times = new();
        long start = Stopwatch.GetTimestamp();
        List<ulong> settled = [];
        Task<ulong>? following = null;
        while (Stopwatch.GetElapsedTime(start) < length)
        {
            long asked = Stopwatch.GetTimestamp();
            if (await TryAddAsync(client) is { } id)
            {
                times.Promises.Add(Stopwatch.GetElapsedTime(asked));
                following ??= FollowAsync(client, id, asked, times);
            }
            else
            {
                times.Refused++;
            }

            if (following is { IsCompleted: true })
            {
                settled.Add(await following);
                following = null;
            }

            if (settled.Count > 0)
            {
                asked = Stopwatch.GetTimestamp();
                _ = await client.GetEventReceiptAsync(settled[RandomNumberGenerator.GetInt32(settled.Count)], CancellationToken.None);
                times.Receipts.Add(Stopwatch.GetElapsedTime(asked));
            }

            await Task.Delay(Pause);
        }

        if (following is not null) _ = await following;
        return times;
    }

    private static async Task<ulong?> TryAddAsync(ClusterClient client)
    {
        try
        {
            string content = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Hash256.ByteCount));
            EventsAnswer answer = await client.AddEventsAsync(ImmutableArray.Create(new EventRequest("store", content)), CancellationToken.None);
            return answer.Events[0].Id;
        }
        catch (ClientException)
        {
            return null;
        }
    }

    private static async Task<ulong> FollowAsync(ClusterClient client, ulong id, long since, EventTimes times)
    {
        while (true)
        {
            try
            {
                _ = await client.GetEventReceiptAsync(id, CancellationToken.None);
                times.Rounds.Add(Stopwatch.GetElapsedTime(since));
                return id;
            }
            catch (ClientException) when (Stopwatch.GetElapsedTime(since) < Patience)
            {
                await Task.Delay(Pause);
            }
        }
    }

    private static List<TimeSpan> FsyncTimes(string folder)
    {
        const int Count = 200;
        List<TimeSpan> times = [];
        byte[] record = RandomNumberGenerator.GetBytes(RecordByteCount);
        using SafeFileHandle file = File.OpenHandle(Path.Combine(folder, "fsync"), FileMode.Create, FileAccess.Write, FileShare.None, FileOptions.DeleteOnClose);
        for (int i = 0; i < Count; i++)
        {
            long start = Stopwatch.GetTimestamp();
            RandomAccess.Write(file, record, (long)i * RecordByteCount);
            RandomAccess.FlushToDisk(file);
            times.Add(Stopwatch.GetElapsedTime(start));
        }

        return times;
    }
}

/// <summary>How long each took, as the application saw it.</summary>
internal sealed class EventTimes
{
    public List<TimeSpan> Promises { get; } = [];

    /// <summary>From the event until its receipt is in a round.</summary>
    public List<TimeSpan> Rounds { get; } = [];

    public List<TimeSpan> Receipts { get; } = [];

    public int Refused { get; set; }

    public object ToReport(List<TimeSpan> fsyncs) => new
    {
        Events = Promises.Count,
        Refused,
        PromiseMs = Spread(Promises),
        RoundMs = Spread(Rounds),
        ReceiptMs = Spread(Receipts),
        FsyncMs = Spread(fsyncs),
        Processors = Environment.ProcessorCount,
    };

    private static object Spread(List<TimeSpan> times)
    {
        times.Sort();
        return new { times.Count, P50 = At(50), P99 = At(99), Max = At(100) };

        double At(int percent) => times.Count == 0 ? 0 : Math.Round(times[(times.Count - 1) * percent / 100].TotalMilliseconds, 2);
    }
}
