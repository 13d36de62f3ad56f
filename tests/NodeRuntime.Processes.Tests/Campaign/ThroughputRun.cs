using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Api;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Processes.Tests.Net;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Runtime.Consensus;
using NodeRuntime.Runtime.Transactions;

namespace NodeRuntime.Processes.Tests.Campaign;

/// <summary>
/// <c>-- throughput --seconds 60</c>: four real validators on this machine, and a member that hands each a quarter of a stream of transfers signed
/// beforehand, as fast as they are finalized. The limit is what the machine's processors verify where each peer verifies each signature once.
/// </summary>
internal static class ThroughputRun
{
    public const string Word = "throughput";

    private const int Senders = 2_000;

    // Enough for several blocks; the pool has places for half as many again in the lane of transfers.
    private const int WaitingMax = 8_000;

    // What a peer looks at of one member a second, with something to spare.
    private const int PerPeerMax = 3_900;

    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(15);
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task<int> MainAsync(string[] arguments)
    {
        int seconds = 60;
        if (arguments is not [] && !(arguments is ["--seconds", var text] && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seconds) && seconds > 0))
        {
            await Console.Error.WriteLineAsync($"usage: {Word} [--seconds N]");
            return 2;
        }

        SystemSignatures signatures = SystemSignatures.Open(RandomNumberGenerator.GetBytes(SystemSignatures.EntropyByteCount));
        ISigner[] senders = [.. Enumerable.Range(0, Senders).Select(_ =>
            signatures.CreateSigner(KeyPair.Generate(KeyAlgorithm.Secp256k1, RandomNumberGenerator.GetBytes(KeyPair.EntropyByteCountMin))))];
        double verifiesPerSecond = VerifyRate(signatures, senders[0]);
        PeerNet net = new(new NetOptions { IsDirect = true, Accounts = [.. senders.Select(static sender => KeyPolicy.Single(sender.PublicKey).ToAccountId())] });
        try
        {
            await net.InitializeAsync();
            int total = (int)((WarmUp.TotalSeconds + seconds + 5) * PerPeerMax * net.Count);
            byte[][] signed = Sign(net, senders, total);
            await Console.Error.WriteLineAsync($"{total} transfers of {signed[0].Length} bytes are signed");
            object report = await RunAsync(net, signed, TimeSpan.FromSeconds(seconds), verifiesPerSecond, signatures.Backend);
            Console.WriteLine(JsonSerializer.Serialize(report, Indented));
            return 0;
        }
        finally
        {
            await net.DisposeAsync();
        }
    }

    // Whoever sends them takes turns: what waits of one is a few.
    private static byte[][] Sign(PeerNet net, ISigner[] senders, int total)
    {
        byte[][] signed = new byte[total][];
        AccountId to = KeyPolicy.Single(senders[0].PublicKey).ToAccountId();
        Parallel.For(0, total, i => signed[i] = TransactionBuilder.Sign(
            senders[i % Senders], net.Genesis.ChainId, (ulong)(i / Senders), net.Genesis.Parameters.TransactionFee, new Height(1_000_000),
            [new Message.Transfer(to, new Amount(1))]).Encode());
        return signed;
    }

    private static async Task<object> RunAsync(PeerNet net, byte[][] signed, TimeSpan length, double verifiesPerSecond, string library)
    {
        using CancellationTokenSource stop = new();
        Task<int> feeding = FeedAsync(net, signed, stop.Token);
        await Task.Delay(WarmUp);
        ulong first = await net.TipAsync();
        double[] before = CpuSeconds(net);
        long start = Stopwatch.GetTimestamp();
        await Task.Delay(length);
        ulong last = await net.TipAsync();
        double wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double[] after = CpuSeconds(net);
        await stop.CancelAsync();
        int sent = await feeding;

        List<StoredBlock> blocks = [.. net.BlocksOf(0).Where(stored => stored.Block.Header.Height.Number > first && stored.Block.Header.Height.Number <= last)];
        int finalized = blocks.Sum(static stored => stored.Block.Transactions.Length);
        double rate = finalized / wall;
        double limit = verifiesPerSecond * Environment.ProcessorCount / net.Count;
        double[] micros = [.. after.Zip(before, (end, begin) => Math.Round((end - begin) * 1e6 / Math.Max(1, finalized), 1))];
        return new
        {
            TransactionsPerSecond = Math.Round(rate),
            VerifyBound = Math.Round(limit),
            Ratio = Math.Round(rate / limit, 3),
            Seconds = Math.Round(wall, 1),
            Finalized = finalized,
            Blocks = blocks.Count,
            TransactionsPerBlock = finalized / Math.Max(1, blocks.Count),
            BytesEach = signed[0].Length,
            Sent = sent,
            Library = library,
            Processors = Environment.ProcessorCount,
            MicrosecondsOfPeersEach = micros[..net.Count],
            MicrosecondsOfSender = micros[net.Count],
            MicrosecondsOfVerifyingEach = Math.Round(1e6 / verifiesPerSecond, 1),
            ProcessorsBusy = Math.Round(after.Zip(before, static (end, begin) => end - begin).Sum() / wall, 2),
        };
    }

    // In step with what is finalized: what waits at the fullest peer, and what it was sent since it said so, stays below the bound.
    private static async Task<int> FeedAsync(PeerNet net, byte[][] signed, CancellationToken stop)
    {
        int next = 0;
        double allowed = 0;
        int waiting = 0;
        long asked = 0;
        using PeriodicTimer timer = new(Beat);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                allowed = Math.Min(allowed + (PerPeerMax * net.Count * Beat.TotalSeconds), 1_000);
                if (asked == 0 || Stopwatch.GetElapsedTime(asked).TotalMilliseconds > 50)
                {
                    asked = Stopwatch.GetTimestamp();
                    waiting = 0;
                    for (int peer = 0; peer < net.Count; peer++) waiting = Math.Max(waiting, (await net.StatusAsync(peer))?.TransactionsPending ?? WaitingMax);
                }

                int count = Math.Min((int)allowed, Math.Min(WaitingMax - waiting, signed.Length - next));
                if (count <= 0) continue;
                List<ReadOnlyMemory<byte>>[] shares = [.. Enumerable.Range(0, net.Count).Select(static _ => new List<ReadOnlyMemory<byte>>())];
                // A sender's transfers all go one way, so that none overtakes another.
                for (int i = next; i < next + count; i++) shares[i % Senders % net.Count].Add(signed[i]);
                for (int peer = 0; peer < net.Count; peer++) Say(net, peer, shares[peer]);
                next += count;
                waiting += count;
                allowed -= count;
            }
        }
        catch (OperationCanceledException)
        {
            // It is over.
        }

        return next;
    }

    private static void Say(PeerNet net, int peer, List<ReadOnlyMemory<byte>> transactions)
    {
        const int Batch = 200;
        for (int from = 0; from < transactions.Count; from += Batch)
        {
            TransactionMessage.Bodies bodies = new([.. transactions.Skip(from).Take(Batch)]);
            net.Witness.Say(peer, FrameClass.Transactions, bodies.Encode());
        }
    }

    // One thread, by its processor time: other programs take nothing away.
    private static double VerifyRate(SystemSignatures signatures, ISigner signer)
    {
        const int Count = 20_000;
        Hash256 digest = new(RandomNumberGenerator.GetBytes(Hash256.ByteCount));
        Signature signature = signer.Sign(digest);
        for (int i = 0; i < 1_000; i++) Assert.Equal(SignatureVerdict.Accepted, signatures.Verify(signer.PublicKey, digest, signature));
        TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
        for (int i = 0; i < Count; i++) _ = signatures.Verify(signer.PublicKey, digest, signature);
        return Count / (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
    }

    // Of each peer, and last of this process.
    private static double[] CpuSeconds(PeerNet net) =>
        [.. Enumerable.Range(0, net.Count).Select(peer => CpuSecondsOf(net.ProcessOf(peer).Id)), CpuSecondsOf(Environment.ProcessId)];

    private static double CpuSecondsOf(int process)
    {
        const double TicksPerSecond = 100;
        string stat = File.ReadAllText($"/proc/{process}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (ulong.Parse(fields[11], CultureInfo.InvariantCulture) + ulong.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }
}
