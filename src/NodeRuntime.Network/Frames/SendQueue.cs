using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Network.Frames;

internal readonly record struct OutgoingFrame(FrameKind Kind, ReadOnlyMemory<byte> Payload);

/// <summary>
/// What waits to be sent to one peer: a lane for each class, each with a budget of its own, so that a stalled bulk transfer
/// cannot crowd out a vote. Votes first, then signs of life, then blocks, transactions, bulk, always; order holds inside a lane.
/// Many writers, one reader.
/// </summary>
internal sealed class SendQueue : IDisposable
{
    // Pings are few and small. Behind transactions or a long sync they would be late, and whoever has much to say would look dead.
    private static ReadOnlySpan<byte> LeavingOrder =>
    [
        (byte)FrameClass.Consensus, (byte)FrameClass.Membership, (byte)FrameClass.Sync, (byte)FrameClass.Transactions, (byte)FrameClass.Bulk,
    ];

    private readonly Lock _gate = new();
    private readonly Queue<OutgoingFrame>[] _lanes = new Queue<OutgoingFrame>[FrameKinds.ClassCount];
    private readonly long[] _laneBytes = new long[FrameKinds.ClassCount];
    private readonly NetworkConfig _config;
    private readonly SendBudget _shared;
    private readonly SemaphoreSlim _signal = new(0, 1);
    private long _bytes;
    private bool _keepAliveDue;
    private bool _closed;
    private TaskCompletionSource? _room;

    public SendQueue(NetworkConfig config, SendBudget shared)
    {
        _config = config;
        _shared = shared;
        for (int i = 0; i < _lanes.Length; i++) _lanes[i] = new Queue<OutgoingFrame>();
    }

    public SendVerdict TryEnqueue(FrameClass frameClass, ReadOnlyMemory<byte> frame)
    {
        if (frame.Length > Limits.FrameBytesMax) return SendVerdict.FrameTooLarge;
        int lane = (int)frameClass;
        ClassBudget budget = _config.Budget(frameClass);
        long cost = frame.Length + FrameReader.HeaderByteCount;
        lock (_gate)
        {
            if (_closed) return SendVerdict.NotConnected;
            if (_lanes[lane].Count >= budget.QueueFramesMax) return SendVerdict.QueueFull;
            if (_laneBytes[lane] + cost > budget.QueueBytesMax) return SendVerdict.QueueFull;
            if (!_shared.TryTake(cost, _bytes + cost <= _config.SendBytesShare)) return SendVerdict.QueueFull;
            _lanes[lane].Enqueue(new OutgoingFrame(frameClass.ToKind(), frame));
            _laneBytes[lane] += cost;
            _bytes += cost;
            Wake();
            return SendVerdict.Accepted;
        }
    }

    /// <summary>A sign of life, where nothing else waits to be one.</summary>
    public void EnqueueKeepAlive()
    {
        lock (_gate)
        {
            if (_closed || _bytes > 0) return;
            _keepAliveDue = true;
            Wake();
        }
    }

    public bool TryDequeue(out OutgoingFrame frame)
    {
        lock (_gate)
        {
            foreach (byte lane in LeavingOrder)
            {
                if (!_lanes[lane].TryDequeue(out frame)) continue;
                long cost = frame.Payload.Length + FrameReader.HeaderByteCount;
                _laneBytes[lane] -= cost;
                _bytes -= cost;
                _shared.Give(cost);
                _keepAliveDue = false;
                _room?.TrySetResult();
                _room = null;
                return true;
            }

            frame = new OutgoingFrame(FrameKind.KeepAlive, default);
            bool isDue = _keepAliveDue;
            _keepAliveDue = false;
            return isDue;
        }
    }

    /// <summary>Completes when something has left since, or the queue was closed: for senders that may wait.</summary>
    public Task WaitForRoomAsync()
    {
        lock (_gate)
        {
            if (_closed) return Task.CompletedTask;
            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task;
        }
    }

    /// <summary>Nothing waits; what left last may still be on its way into the socket.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate) return _bytes == 0;
        }
    }

    /// <summary>Returns when there may be something to take.</summary>
    public Task WaitAsync(CancellationToken cancellation) => _signal.WaitAsync(cancellation);

    /// <summary>Takes no more and gives back what it held.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _shared.Give(_bytes);
            _bytes = 0;
            foreach (Queue<OutgoingFrame> lane in _lanes) lane.Clear();
            _room?.TrySetResult();
        }
    }

    public void Dispose() => _signal.Dispose();

    private void Wake()
    {
        if (_signal.CurrentCount == 0) _signal.Release();
    }
}
