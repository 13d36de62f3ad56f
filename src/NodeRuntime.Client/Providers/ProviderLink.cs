using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Network;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;

namespace NodeRuntime.Client.Providers;

/// <summary>One connection with a provider and the leases that talk over it; frames go to the lease that they name.</summary>
internal sealed class ProviderLink : IAsyncDisposable
{
    /// <summary>Messages that wait for one lease; then the connection waits, and at last the provider.</summary>
    private const int UnheardMax = 64;

    private readonly PeerConnection _connection;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<LeaseId, ProviderLine> _lines = [];
    private readonly Task _reading;
    private bool _isClosed;

    public ProviderLink(PeerConnection connection)
    {
        _connection = connection;
        _reading = ReadAsync();
    }

    public PeerId Peer => _connection.Peer;

    /// <summary>A line for the lease; null where the connection has ended.</summary>
    public ProviderLine? TryOpen(LeaseId lease)
    {
        lock (_gate)
        {
            if (_isClosed || _lines.ContainsKey(lease)) return null;
            ProviderLine line = new(this, lease, Channel.CreateBounded<JobMessage>(UnheardMax));
            _lines.Add(lease, line);
            return line;
        }
    }

    /// <summary>True where it was the last line: nobody opens another on this link.</summary>
    public bool Close(ProviderLine line)
    {
        lock (_gate)
        {
            _lines.Remove(line.Lease);
            line.Inbox.Writer.TryComplete();
            if (_lines.Count == 0) _isClosed = true;
            return _lines.Count == 0;
        }
    }

    /// <summary>False where the connection has ended.</summary>
    public async Task<bool> SendAsync(JobMessage message, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_isClosed) return false;
        }

        return await _connection.SendAsync(FrameClass.Bulk, message.Encode(), cancellation).ConfigureAwait(false) == SendVerdict.Accepted;
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _connection.DisposeAsync().ConfigureAwait(false);
        _closing.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _connection.ReceiveAsync(_closing.Token).ConfigureAwait(false) is { } received)
            {
                // What is no message, or of no lease of ours, is not heard: the lease's own deadlines decide about its provider.
                if (received.FrameClass != FrameClass.Bulk || JobMessage.Decode(received.Frame) is not { } message) continue;
                if (Find(message.Lease) is { } line) await DeliverAsync(line, message).ConfigureAwait(false);
            }
        }
        finally
        {
            lock (_gate)
            {
                _isClosed = true;
                foreach (ProviderLine line in _lines.Values) line.Inbox.Writer.TryComplete();
            }
        }
    }

    private ProviderLine? Find(LeaseId lease)
    {
        lock (_gate) return _lines.GetValueOrDefault(lease);
    }

    private async Task DeliverAsync(ProviderLine line, JobMessage message)
    {
        try
        {
            await line.Inbox.Writer.WriteAsync(message, _closing.Token).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            // The lease was closed while its message waited: nobody is left to hear it.
        }
    }
}

/// <summary>One lease's share of a connection.</summary>
internal sealed record ProviderLine(ProviderLink Link, LeaseId Lease, Channel<JobMessage> Inbox);
