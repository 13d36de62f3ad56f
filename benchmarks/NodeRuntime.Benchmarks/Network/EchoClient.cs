using System;
using System.Diagnostics;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Benchmarks.Harness;
using NodeRuntime.Network;
using NodeRuntime.Primitives;

namespace NodeRuntime.Benchmarks.Network;

/// <summary>This side of <see cref="EchoServer"/>: so many messages of 64 bytes always under way, by frames and by bare bytes.</summary>
internal sealed class EchoClient : IDisposable
{
    private const int PayloadBytes = 64;
    private const int HeaderBytes = 5;

    private readonly Process _server;
    private readonly TlsNetwork _network;
    private readonly TcpClient _client;
    private readonly SslStream _stream;
    private readonly PeerId _peer;
    private readonly byte[] _frame = new byte[PayloadBytes];
    private readonly ManualResetEventSlim _done = new();
    private readonly int _window;
    private int _unsent;
    private int _unanswered;

    public EchoClient(int window)
    {
        _window = window;
        _server = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. EntryOf(), EchoServer.Word])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        string[] words = _server.StandardOutput.ReadLine()!.Split(' ');
        _network = EchoServer.Open(string.Empty);
        using ManualResetEventSlim connected = new();
        PeerId? peer = null;
        _network.Start(happened =>
        {
            if (happened is NetworkEvent.Received) Answered();
            if (happened is not NetworkEvent.Connected m) return;
            peer = m.Peer;
            connected.Set();
        });
        _network.Dial("127.0.0.1:" + words[0]);
        connected.Wait();
        _peer = peer!.Value;
        _client = new TcpClient("127.0.0.1", int.Parse(words[1], CultureInfo.InvariantCulture)) { NoDelay = true };
        _stream = new SslStream(_client.GetStream(), leaveInnerStreamOpen: false, (_, shown, _, _) => shown?.GetCertHashString(HashAlgorithmName.SHA256) == words[2]);
        _stream.AuthenticateAsClient("echo");
    }

    /// <summary>A time is a message there and its answer back: two messages.</summary>
    public Work Frames() => new(
        times =>
        {
            _done.Reset();
            _unanswered = times;
            int first = Math.Min(times, _window);
            _unsent = times - first;
            for (int i = 0; i < first; i++) EchoServer.SendAll(_network, _peer, _frame);
            _done.Wait();
        },
        2);

    /// <summary>The same bytes without frames, queues or classes: written and read in pieces of up to a TLS record.</summary>
    public Work Bytes() => new(times => BytesAsync((long)times * (PayloadBytes + HeaderBytes)).GetAwaiter().GetResult(), 2);

    public void Dispose()
    {
        _stream.Dispose();
        _client.Dispose();
        _network.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _server.StandardInput.Close();
        _server.WaitForExit();
        _server.Dispose();
        _done.Dispose();
    }

    // On the connection's own reading loop, one at a time.
    private void Answered()
    {
        if (_unsent > 0)
        {
            _unsent--;
            EchoServer.SendAll(_network, _peer, _frame);
        }

        if (--_unanswered == 0) _done.Set();
    }

    private async Task BytesAsync(long bytes)
    {
        int window = _window * (PayloadBytes + HeaderBytes);
        using SemaphoreSlim room = new(0);
        long read = 0;
        Task reading = Task.Run(async () =>
        {
            byte[] buffer = new byte[16 * 1024];
            while (Volatile.Read(ref read) < bytes)
            {
                int count = await _stream.ReadAsync(buffer).ConfigureAwait(false);
                Volatile.Write(ref read, read + count);
                room.Release();
            }
        });
        byte[] chunk = new byte[Math.Min(window / 2, 16 * 1024)];
        for (long sent = 0; sent < bytes;)
        {
            int count = (int)Math.Min(chunk.Length, bytes - sent);
            while (sent + count - Volatile.Read(ref read) > window) await room.WaitAsync().ConfigureAwait(false);
            await _stream.WriteAsync(chunk.AsMemory(0, count)).ConfigureAwait(false);
            sent += count;
        }

        await reading.ConfigureAwait(false);
    }

    // "dotnet X.dll" has the assembly for its first argument, a program of its own has none.
    private static string[] EntryOf() =>
        System.IO.Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];
}
