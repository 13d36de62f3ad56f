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
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
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

    // More than a machine with two processors can verify; it bounds what is signed beforehand.
    private const int PerSecondMax = 7_000;

    private static readonly TimeSpan VerifyTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(60);
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
        PeerNet net = new(new NetOptions { IsDirect = true, CompilesTwice = true, Accounts = [.. senders.Select(static sender => KeyPolicy.Single(sender.PublicKey).ToAccountId())] });
        try
        {
            await net.InitializeAsync();
            int total = (int)((WarmUp.TotalSeconds + seconds + 5) * PerSecondMax);
            byte[][] signed = Sign(net, senders, total);
            await Console.Error.WriteLineAsync($"{total} transfers of {signed[0].Length} bytes are signed");
            object report = await RunAsync(net, signed, TimeSpan.FromSeconds(seconds), () => VerifyRate(signatures, senders[0]), signatures.Backend);
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
        ChainId chain = net.Genesis.ChainId;
        AccountId to = KeyPolicy.Single(senders[0].PublicKey).ToAccountId();
        Parallel.For(0, total, i => signed[i] = TransactionBuilder.Sign(
            senders[i % Senders], chain, (ulong)(i / Senders), net.Genesis.Parameters.TransactionFee, new Height(1_000_000),
            [new Message.Transfer(to, new Amount(1))]).Encode());
        return signed;
    }

    private static async Task<object> RunAsync(PeerNet net, byte[][] signed, TimeSpan length, Func<double> verifyRate, string library)
    {
        double verifiesBefore = verifyRate();
        using CancellationTokenSource stop = new();
        TransferFeed feed = new(net, signed, Senders);
        Task feeding = feed.RunAsync(stop.Token);
        await Task.Delay(WarmUp);
        ulong first = await net.TipAsync();
        double[] before = CpuSeconds(net);
        long start = Stopwatch.GetTimestamp();
        await Task.Delay(length);
        ulong last = await net.TipAsync();
        double wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double[] after = CpuSeconds(net);
        await stop.CancelAsync();
        await feeding;

        List<StoredBlock> blocks = [.. net.BlocksOf(0).Where(stored => stored.Block.Header.Height.Number > first && stored.Block.Header.Height.Number <= last)];
        int finalized = blocks.Sum(static stored => BlockBody.Split(stored.Block.Transactions).Transactions.Length);
        for (int peer = 0; peer < net.Count; peer++) await net.StopAsync(peer);
        // A machine that is shared is not as fast at the end as it was at the beginning.
        double verifiesPerSecond = (verifiesBefore + verifyRate()) / 2;
        double rate = finalized / wall;
        double limit = verifiesPerSecond / net.Count;
        double[] micros = [.. after.Zip(before, (end, begin) => Math.Round((end - begin) * 1e6 / Math.Max(1, finalized), 1))];
        return new
        {
            TransactionsPerSecond = Math.Round(rate),
            VerifyBound = Math.Round(limit),
            Ratio = Math.Round(rate / limit, 3),
            Seconds = Math.Round(wall, 1),
            Finalized = finalized,
            Blocks = blocks.Count,
            Views = blocks.Count == 0 ? 0 : blocks[^1].Block.Header.View.Number - blocks[0].Block.Header.View.Number + 1,
            TransactionsPerBlock = finalized / Math.Max(1, blocks.Count),
            BytesEach = signed[0].Length,
            feed.Sent,
            feed.SentAgain,
            Library = library,
            Processors = Environment.ProcessorCount,
            MicrosecondsOfPeersEach = micros[..net.Count],
            MicrosecondsOfSender = micros[net.Count],
            MicrosecondsOfVerifyingEach = Math.Round(1e6 * Environment.ProcessorCount / verifiesPerSecond, 1),
            ProcessorsBusy = Math.Round(after.Zip(before, static (end, begin) => end - begin).Sum() / wall, 2),
        };
    }

    // All processors at once, as peers use them: what two threads verify on two processors that share a core is less than twice what one does.
    private static double VerifyRate(SystemSignatures signatures, ISigner signer)
    {
        Hash256 digest = new(RandomNumberGenerator.GetBytes(Hash256.ByteCount));
        Signature signature = signer.Sign(digest);
        Assert.Equal(SignatureVerdict.Accepted, signatures.Verify(signer.PublicKey, digest, signature));
        long verified = 0;
        long start = Stopwatch.GetTimestamp();
        Thread[] threads = new Thread[Environment.ProcessorCount];
        for (int i = 0; i < threads.Length; i++) threads[i] = new Thread(Work);
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        return verified / Stopwatch.GetElapsedTime(start).TotalSeconds;

        void Work()
        {
            while (Stopwatch.GetElapsedTime(start) < VerifyTime)
            {
                for (int i = 0; i < 100; i++) _ = signatures.Verify(signer.PublicKey, digest, signature);
                Interlocked.Add(ref verified, 100);
            }
        }
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
