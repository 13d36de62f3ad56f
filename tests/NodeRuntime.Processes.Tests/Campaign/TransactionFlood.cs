using System;
using System.Net.Http;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Processes.Tests.Net;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Processes.Tests.Campaign;

/// <summary>Noise, and transactions far ahead of their turn, at every peer's door. They expire soon, so that pools are empty again when it is over.</summary>
internal sealed class TransactionFlood : IDisposable
{
    private const ulong BlocksUntilExpiry = 30;

    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(2) };
    private readonly CancellationTokenSource _stop = new();
    private readonly PeerNet _net;
    private readonly ISigner _sender;
    private readonly Prng _prng;
    private int _rate;

    public TransactionFlood(PeerNet net, ISigner sender, ulong seed)
    {
        _net = net;
        _sender = sender;
        _prng = new Prng(seed);
        _ = RunAsync();
    }

    /// <summary>Transactions in a second, all peers together; zero for none.</summary>
    public int Rate
    {
        set => Volatile.Write(ref _rate, value);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        ulong sent = 0;
        ulong tip = 0;
        using PeriodicTimer timer = new(Beat);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                int rate = Volatile.Read(ref _rate);
                if (rate == 0) continue;
                for (int i = 0; i < Math.Max(1, rate / 10); i++) await PostAsync((int)(sent++ % (ulong)_net.Count), tip);
                // Of any peer: for an expiry that is near enough, an old height will do.
                tip = (await _net.StatusAsync((int)(sent % (ulong)_net.Count)))?.FinalizedHeight ?? tip;
            }
        }
        catch (OperationCanceledException)
        {
            // It is over.
        }
    }

    private async Task PostAsync(int peer, ulong tip)
    {
        byte[] bytes = new byte[1 + _prng.NextBelow(400)];
        _prng.Fill(bytes);
        if (!_prng.NextChance(300))
        {
            ulong sequence = 100_000 + _prng.NextBelow(1_000_000UL);
            AccountId to = KeyPolicy.Single(_sender.PublicKey).ToAccountId();
            bytes = TransactionBuilder.Sign(
                _sender, _net.Genesis.ChainId, sequence, _net.Genesis.Parameters.TransactionFee, new Height(tip + BlocksUntilExpiry),
                [new Message.Transfer(to, new Amount(1))]).Encode();
        }

        try
        {
            using ByteArrayContent body = new(bytes);
            using HttpResponseMessage answer = await _http.PostAsync(new Uri(_net.ApiOf(peer), Routes.Transactions), body, _stop.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException or SocketException or TaskCanceledException && !_stop.IsCancellationRequested)
        {
            // A door that is closed: the next one is tried.
        }
    }
}
