using System;
using System.IO;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Network.Frames;
using NodeRuntime.Primitives;

namespace NodeRuntime.Network.Handshakes;

/// <summary>An authenticated connection, as bytes: who is there, how to read frames from it and how to write them.</summary>
internal sealed class PeerLink : IAsyncDisposable
{
    /// <summary>A closing side reads and forgets so much at most while its last words travel.</summary>
    private const int DrainBytesMax = 1 << 20;

    private readonly Socket _socket;
    private readonly SslStream _tls;
    private readonly TimeProvider _time;

    public PeerLink(Socket socket, SslStream tls, TimeProvider time)
    {
        _socket = socket;
        _tls = tls;
        _time = time;
        Reader = new FrameReader(PipeReader.Create(tls, new StreamPipeReaderOptions(bufferSize: 16 * 1024, leaveOpen: true)));
        Writer = PipeWriter.Create(tls, new StreamPipeWriterOptions(minimumBufferSize: 16 * 1024, leaveOpen: true));
    }

    public FrameReader Reader { get; }

    public PipeWriter Writer { get; }

    public required PublicKey NodeKey { get; init; }

    public required PeerRole Role { get; init; }

    public required bool Outbound { get; init; }

    /// <summary>What was dialled, or what the other side's hello claims.</summary>
    public string Address { get; set; } = string.Empty;

    public PeerId Peer => NodeKey.ToPeerId();

    public async ValueTask WriteAsync(FrameKind kind, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        FrameWriter.Write(Writer, kind, payload.Span);
        await Writer.FlushAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>False where the connection broke or the time was up.</summary>
    public async Task<bool> TryWriteAsync(FrameKind kind, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        try
        {
            await WriteAsync(kind, payload, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (
            exception is IOException or SocketException or InvalidOperationException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>
    /// Says goodbye and closes, within the linger time. A socket closed over unread bytes answers with a reset that may
    /// overtake the goodbye: so what still comes is read and forgotten until the other side closes too.
    /// </summary>
    public async Task CloseAsync(DisconnectReason? goodbye, Duration linger)
    {
        using CancellationTokenSource deadline = new(linger.ToTimeSpan(), _time);
        try
        {
            if (goodbye is { } reason) await WriteAsync(FrameKind.Goodbye, Goodbye.Encode(reason), deadline.Token).ConfigureAwait(false);
            if (goodbye is not null)
            {
                await _tls.ShutdownAsync().WaitAsync(deadline.Token).ConfigureAwait(false);
                _socket.Shutdown(SocketShutdown.Send);
                await SocketDrain.RunAsync(_socket, DrainBytesMax, deadline.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (
            exception is IOException or SocketException or InvalidOperationException or OperationCanceledException)
        {
            // Last words are a courtesy: the other side is gone, or does not read, or a write was cut off. It will see the close.
        }

        await DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _tls.DisposeAsync().ConfigureAwait(false);
        _socket.Dispose();
    }
}
