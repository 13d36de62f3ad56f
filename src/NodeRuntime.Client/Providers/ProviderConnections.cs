using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Network;
using NodeRuntime.Primitives;

namespace NodeRuntime.Client.Providers;

/// <summary>
/// Connections to providers, one for each: a peer keeps one connection with each key, so that all leases that one client
/// has with one provider share it. Opened with the first lease, closed with the last.
/// </summary>
internal sealed class ProviderConnections(PeerDialer dialer) : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<PeerId, ProviderLink> _links = [];

    /// <summary>A line for one lease, or why there is none.</summary>
    public async Task<(ProviderLine? Line, string Reason)> OpenAsync(ProviderAddress provider, LeaseId lease, CancellationToken cancellation)
    {
        // One dial at a time: two at once to one provider would be taken for a duplicate.
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_links.TryGetValue(provider.Peer, out ProviderLink? standing) && standing.TryOpen(lease) is { } line) return (line, string.Empty);
            DialOutcome outcome = await dialer.ConnectAsync(provider.Address, provider.Peer, cancellation).ConfigureAwait(false);
            switch (outcome)
            {
                case DialOutcome.Connected connected:
                    ProviderLink link = new(connected.Connection);
                    if (_links.Remove(provider.Peer, out ProviderLink? old)) await old.DisposeAsync().ConfigureAwait(false);
                    _links.Add(provider.Peer, link);
                    return (link.TryOpen(lease), string.Empty);
                case DialOutcome.Failed failed:
                    return (null, failed.Reason is DisconnectReason.CertificateRefused
                        ? $"{provider.Address} is not the lease's provider: {failed.Detail}"
                        : $"{provider.Address}: {failed.Reason}: {failed.Detail}");
                default:
                    return Invariant.Unreachable<(ProviderLine?, string)>("a dial has two outcomes");
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Closes a lease's line, and the connection where it was the last.</summary>
    public async Task CloseAsync(ProviderLine line)
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            if (!line.Link.Close(line)) return;
            if (_links.TryGetValue(line.Link.Peer, out ProviderLink? link) && link == line.Link) _links.Remove(line.Link.Peer);
            await line.Link.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ProviderLink link in _links.Values) await link.DisposeAsync().ConfigureAwait(false);
        _links.Clear();
        _gate.Dispose();
    }
}
