using System;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Network.Sessions;
using NodeRuntime.Primitives;

namespace NodeRuntime.Network;

public readonly record struct ReceivedFrame(FrameClass FrameClass, ReadOnlyMemory<byte> Frame);

/// <summary>
/// A dialled connection for callers that await. Frames that are not received in time wait here, a few, and then at the sender.
/// </summary>
public sealed class PeerConnection : IAsyncDisposable
{
    private const int UnreceivedFramesMax = 16;

    private readonly PeerSession _session;
    private readonly TimeProvider _time;
    private readonly Channel<ReceivedFrame> _received = Channel.CreateBounded<ReceivedFrame>(UnreceivedFramesMax);
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _running;

    internal PeerConnection(PeerSession session, NetworkConfig config, TimeProvider time)
    {
        _session = session;
        _time = time;
        _running = Task.WhenAll(RunAsync(), KeepAliveAsync(config.KeepAliveInterval / 4));
    }

    public PeerId Peer => _session.Peer;

    /// <summary>The other side's proven key: its account may be checked against it.</summary>
    public PublicKey NodeKey => _session.Link.NodeKey;

    /// <summary>Why the connection ended; null while it stands.</summary>
    public DisconnectReason? EndReason { get; private set; }

    /// <summary>Queues a frame, waiting for room where the queue is full. NotConnected: the connection has ended.</summary>
    public async Task<SendVerdict> SendAsync(FrameClass frameClass, ReadOnlyMemory<byte> frame, CancellationToken cancellation)
    {
        while (true)
        {
            Task room = _session.WaitForRoomAsync();
            SendVerdict verdict = _session.Send(frameClass, frame);
            if (verdict != SendVerdict.QueueFull) return verdict;
            await room.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>The next frame, or null where the connection has ended and all that came was received.</summary>
    public async Task<ReceivedFrame?> ReceiveAsync(CancellationToken cancellation)
    {
        while (await _received.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false))
        {
            if (_received.Reader.TryRead(out ReceivedFrame frame)) return frame;
        }

        return null;
    }

    /// <summary>Sends what was queued, as far as the linger time allows, says goodbye and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        await _session.DrainAsync().ConfigureAwait(false);
        _session.Close(DisconnectReason.Closed);
        await _running.ConfigureAwait(false);
        _session.Dispose();
        _ended.Dispose();
    }

    private async Task RunAsync()
    {
        EndReason = await _session.RunAsync(
            (frameClass, frame, cancellation) => _received.Writer.WriteAsync(new ReceivedFrame(frameClass, frame), cancellation))
            .ConfigureAwait(false);
        _received.Writer.Complete();
        await _ended.CancelAsync().ConfigureAwait(false);
    }

    private async Task KeepAliveAsync(Duration interval)
    {
        while (!_ended.IsCancellationRequested)
        {
            await Task.Delay(interval.ToTimeSpan(), _time, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_ended.IsCancellationRequested) _session.Tick();
        }
    }
}
