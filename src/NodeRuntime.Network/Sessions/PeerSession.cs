using System;
using System.IO;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Network.Frames;
using NodeRuntime.Network.Handshakes;
using NodeRuntime.Primitives;

namespace NodeRuntime.Network.Sessions;

/// <summary>
/// One authenticated connection at work: a reading loop that hands frames on one at a time, so that a slow receiver slows
/// this connection and no other; a writing loop that takes the most urgent frame; and one reason for the end, the first.
/// </summary>
internal sealed class PeerSession : IDisposable
{
    /// <summary>Bytes gathered before they are pushed into TLS: a few records, little enough for a vote to overtake.</summary>
    private const int FlushBytes = 32 * 1024;

    private readonly PeerLink _link;
    private readonly NetworkConfig _config;
    private readonly TimeProvider _time;
    private readonly NetworkMetrics _metrics;
    private readonly SendQueue _queue;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abort;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private DisconnectReason? _reason;
    private bool _tellsPeer;
    private bool _isWriteBroken;
    private long _heardAt;
    private long _spokeAt;
    private long _flushBegunAt = long.MaxValue;
    private volatile bool _isListening;

    public PeerSession(PeerLink link, NetworkConfig config, SendBudget budget, TimeProvider time, NetworkMetrics metrics)
    {
        _link = link;
        _config = config;
        _time = time;
        _metrics = metrics;
        _queue = new SendQueue(config, budget);
        _abort = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        Peer = link.Peer;
        _heardAt = _spokeAt = time.Monotonic().Microseconds;
    }

    public PeerId Peer { get; }

    public PeerLink Link => _link;

    public bool Outbound => _link.Outbound;

    public PeerRole Role => _link.Role;

    /// <summary>Completes when the end was told: what replaces this session may be announced then.</summary>
    public Task Completion => _completion.Task;

    public void Complete() => _completion.TrySetResult();

    public SendVerdict Send(FrameClass frameClass, ReadOnlyMemory<byte> frame)
    {
        SendVerdict verdict = _queue.TryEnqueue(frameClass, frame);
        if (verdict == SendVerdict.QueueFull) _metrics.Shed(frameClass);
        return verdict;
    }

    /// <summary>For senders that may wait: completes when the queue has moved.</summary>
    public Task WaitForRoomAsync() => _queue.WaitForRoomAsync();

    /// <summary>Waits until all that was queued has left, the session has ended, or the linger time is over.</summary>
    public async Task DrainAsync()
    {
        using CancellationTokenSource deadline = new(_config.LingerTimeout.ToTimeSpan(), _time);
        while (!deadline.IsCancellationRequested)
        {
            Task moved = _queue.WaitForRoomAsync();
            if (_queue.IsEmpty) return;
            await moved.WaitAsync(deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Ends the session; the first reason stands. Returns at once.</summary>
    public void Close(DisconnectReason reason, bool tellsPeer = true)
    {
        lock (_gate)
        {
            if (_reason is not null) return;
            _reason = reason;
            _tellsPeer = tellsPeer;
        }

        _queue.Close();
        _abort.CancelAfter(_config.LingerTimeout.ToTimeSpan());
        _stop.Cancel();
    }

    /// <summary>Called every now and then: signs of life, and the end of those who give none.</summary>
    public void Tick()
    {
        Instant now = _time.Monotonic();
        if (_isListening && now - new Instant(Volatile.Read(ref _heardAt)) > _config.IdleTimeout) Close(DisconnectReason.Timeout);
        long flushBegunAt = Volatile.Read(ref _flushBegunAt);
        bool isStuck = flushBegunAt != long.MaxValue && now - new Instant(flushBegunAt) > _config.IdleTimeout;
        if (isStuck) Close(DisconnectReason.Timeout, tellsPeer: false);
        if (now - new Instant(Volatile.Read(ref _spokeAt)) >= _config.KeepAliveInterval) _queue.EnqueueKeepAlive();
    }

    /// <summary>Works until the end and says why it came. <paramref name="receive"/> is awaited frame by frame.</summary>
    public async Task<DisconnectReason> RunAsync(Func<FrameClass, ReadOnlyMemory<byte>, CancellationToken, ValueTask> receive)
    {
        await Task.WhenAll(GuardAsync(ReadAsync(receive)), GuardAsync(WriteAsync())).ConfigureAwait(false);
        Invariant.Holds(_reason is not null);
        DisconnectReason reason = _reason.Value;
        await _link.CloseAsync(_tellsPeer && !_isWriteBroken ? reason : null, _config.LingerTimeout).ConfigureAwait(false);
        return reason;
    }

    public void Dispose()
    {
        // Whoever still holds this session finds it closed, not disposed.
        lock (_gate) _reason ??= DisconnectReason.Closed;
        _queue.Close();
        _stop.Dispose();
        _abort.Dispose();
        _queue.Dispose();
    }

    /// <summary>A loop ends by cancellation, which had its reason, or because the connection broke.</summary>
    private async Task GuardAsync(Task loop)
    {
        try
        {
            await loop.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Close was called and said why.
        }
        catch (Exception exception) when (
            exception is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            Close(DisconnectReason.ConnectionLost, tellsPeer: false);
        }
        catch
        {
            // The receiver threw: a defect of ours. The connection ends, and the exception goes to whoever awaits us.
            Close(DisconnectReason.Closed);
            throw;
        }
    }

    private async Task ReadAsync(Func<FrameClass, ReadOnlyMemory<byte>, CancellationToken, ValueTask> receive)
    {
        InboundMeter meter = new(_config, _time.Monotonic());
        while (true)
        {
            Volatile.Write(ref _heardAt, _time.Monotonic().Microseconds);
            _isListening = true;
            FrameRead frame = await _link.Reader.ReadAsync(Limits.FrameBytesMax, _stop.Token).ConfigureAwait(false);
            _isListening = false;
            if (!IsWelcome(frame, meter, out Duration pause)) return;
            if (frame.Kind.IsClass())
            {
                FrameClass frameClass = (FrameClass)(byte)frame.Kind;
                _metrics.Moved(frameClass, FrameReader.HeaderByteCount + frame.Payload.Length, outbound: false);
                await receive(frameClass, frame.Payload, _stop.Token).ConfigureAwait(false);
            }

            if (pause > Duration.Zero) await Task.Delay(pause.ToTimeSpan(), _time, _stop.Token).ConfigureAwait(false);
        }
    }

    /// <summary>False where the frame, or its absence, ends the session; why has been noted.</summary>
    private bool IsWelcome(FrameRead frame, InboundMeter meter, out Duration pause)
    {
        pause = Duration.Zero;
        switch (frame.Verdict)
        {
            case FrameReadVerdict.Accepted:
                break;
            case FrameReadVerdict.Ended:
            case FrameReadVerdict.Truncated:
                Close(DisconnectReason.ConnectionLost, tellsPeer: false);
                return false;
            case FrameReadVerdict.TooLarge:
                Close(DisconnectReason.FrameTooLarge);
                return false;
            case FrameReadVerdict.KindUnknown:
            default:
                Close(DisconnectReason.FrameMalformed);
                return false;
        }

        if (frame.Kind == FrameKind.Goodbye)
        {
            Close(Goodbye.Decode(frame.Payload.Span), tellsPeer: false);
            return false;
        }

        if (frame.Kind == FrameKind.Hello || (frame.Kind == FrameKind.KeepAlive && !frame.Payload.IsEmpty))
        {
            Close(DisconnectReason.FrameMalformed);
            return false;
        }

        if (meter.TryTake(frame.Kind, frame.Payload.Length, _time.Monotonic(), out pause)) return true;
        Close(DisconnectReason.RateExceeded);
        return false;
    }

    private async Task WriteAsync()
    {
        while (true)
        {
            await _queue.WaitAsync(_stop.Token).ConfigureAwait(false);
            while (!_stop.IsCancellationRequested && _queue.TryDequeue(out OutgoingFrame frame))
            {
                FrameWriter.Write(_link.Writer, frame.Kind, frame.Payload.Span);
                if (frame.Kind.IsClass())
                {
                    _metrics.Moved((FrameClass)(byte)frame.Kind, FrameReader.HeaderByteCount + frame.Payload.Length, outbound: true);
                }

                if (_link.Writer.UnflushedBytes >= FlushBytes) await FlushAsync().ConfigureAwait(false);
            }

            if (_link.Writer.UnflushedBytes > 0) await FlushAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Not cut off by a close at once: a frame cut in two could not be followed by a goodbye.</summary>
    private async Task FlushAsync()
    {
        Volatile.Write(ref _flushBegunAt, _time.Monotonic().Microseconds);
        _isWriteBroken = true;
        await _link.Writer.FlushAsync(_abort.Token).ConfigureAwait(false);
        _isWriteBroken = false;
        Volatile.Write(ref _flushBegunAt, long.MaxValue);
        Volatile.Write(ref _spokeAt, _time.Monotonic().Microseconds);
    }
}
