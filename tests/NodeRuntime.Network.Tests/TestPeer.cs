using System;
using System.Collections.Concurrent;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Network.Tests;

/// <summary>A real network on loopback with its events in a channel; waiting for one has a deadline and says what came instead.</summary>
internal sealed class TestPeer : IAsyncDisposable
{
    public static readonly ChainId Chain = new(new Hash256(Convert.FromHexString(new string('a', 64))));
    public static readonly ChainId OtherChain = new(new Hash256(Convert.FromHexString(new string('b', 64))));
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);

    private readonly Channel<NetworkEvent> _events = Channel.CreateUnbounded<NetworkEvent>();
    private readonly ConcurrentQueue<NetworkEvent> _skipped = new();
    private readonly TestLog _log;

    private TestPeer(TlsNetwork network, TestSigner signer, TestLog log)
    {
        Network = network;
        Signer = signer;
        _log = log;
    }

    public TlsNetwork Network { get; }

    public TestSigner Signer { get; }

    public PeerId Id => Signer.Peer;

    public string Address => Network.ListenAddress;

    /// <summary>Called in the sink, before the event is queued: a test may block here.</summary>
    public Action<NetworkEvent>? OnEvent { get; set; }

    public static NetworkConfig Config => new()
    {
        Listen = "127.0.0.1:0",
        LingerTimeout = Duration.FromMilliseconds(300),
    };

    public static TestPeer Start(NetworkConfig? config = null, ChainId? chain = null, TestSigner? signer = null, TimeProvider? time = null)
    {
        TestSigner key = signer ?? new TestSigner();
        TestLog log = new();
        TlsNetwork network = TlsNetwork.Open(
            config ?? Config, key, TestSigner.Signatures, chain ?? Chain, time ?? TimeProvider.System, log);
        TestPeer peer = new(network, key, log);
        network.Start(peer.Sink);
        return peer;
    }

    public async Task<T> Next<T>(Func<T, bool>? where = null) where T : NetworkEvent
    {
        using CancellationTokenSource deadline = new(Deadline);
        try
        {
            while (true)
            {
                NetworkEvent happened = await _events.Reader.ReadAsync(deadline.Token);
                if (happened is T wanted && (where is null || where(wanted))) return wanted;
                _skipped.Enqueue(happened);
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"no {typeof(T).Name}; instead: {string.Join("; ", _skipped)}");
        }
    }

    public async Task ConnectTo(TestPeer other)
    {
        Network.Dial(other.Address);
        await Next<NetworkEvent.Connected>(connected => connected.Peer == other.Id);
        await other.Next<NetworkEvent.Connected>(connected => connected.Peer == Id);
    }

    /// <summary>The next line of the log with these words: for what is no event, such as a stranger that was refused.</summary>
    public Task<string> NextLog(string words) => _log.Next(words);

    public async ValueTask DisposeAsync()
    {
        await Network.DisposeAsync().AsTask().WaitAsync(Deadline);
        Assert.Empty(_log.Defects);
    }

    private void Sink(NetworkEvent happened)
    {
        OnEvent?.Invoke(happened);
        _events.Writer.TryWrite(happened);
    }
}
