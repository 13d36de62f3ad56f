using System.Collections.Generic;
using System.Threading;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Network.Sessions;

/// <summary>
/// Who is connected: at most one session with each party. Two peers that dial each other at the same moment must keep the
/// same connection without asking: the one dialled by the smaller PeerId.
/// <list type="bullet">
/// <item>A dialler reserves the party before it says hello; with any session standing it gives up instead, so that two of its own
/// dials never race and a standing connection is not churned.</item>
/// <item>An acceptor that has such a reservation of its own and the smaller id refuses: its own dial will be kept.</item>
/// <item>The same direction again: the newer replaces the older, whose other end must have died, or it would not dial.</item>
/// </list>
/// </summary>
internal sealed class PeerTable(PeerId self, NetworkConfig config)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<PeerId, PeerSession> _sessions = [];
    private readonly HashSet<PeerId> _dialling = [];

    /// <summary>Null, or why this dial must end before its hello. A success is undone by <see cref="Release"/>.</summary>
    public DisconnectReason? TryReserve(PeerId peer)
    {
        lock (_gate)
        {
            if (_sessions.ContainsKey(peer)) return DisconnectReason.DuplicateConnection;
            if (_sessions.Count + _dialling.Count >= config.ConnectionsMax) return DisconnectReason.TooManyPeers;
            return _dialling.Add(peer) ? null : DisconnectReason.DuplicateConnection;
        }
    }

    public void Release(PeerId peer)
    {
        lock (_gate) _dialling.Remove(peer);
    }

    /// <summary>Null, or why not. The caller closes what was replaced.</summary>
    public DisconnectReason? TryAdmit(PeerSession candidate, out PeerSession? replaced)
    {
        lock (_gate)
        {
            replaced = null;
            if (_sessions.TryGetValue(candidate.Peer, out PeerSession? standing))
            {
                if (!Replaces(candidate, standing)) return DisconnectReason.DuplicateConnection;
                replaced = standing;
            }
            else
            {
                bool isCrossed = !candidate.Outbound && _dialling.Contains(candidate.Peer);
                if (isCrossed && IsOurs(candidate.Peer)) return DisconnectReason.DuplicateConnection;
                if (!HasRoom(candidate)) return DisconnectReason.TooManyPeers;
            }

            _sessions[candidate.Peer] = candidate;
            return null;
        }
    }

    public PeerSession? Find(PeerId peer)
    {
        lock (_gate) return _sessions.GetValueOrDefault(peer);
    }

    /// <summary>Forgets a session, unless another took its place.</summary>
    public void Remove(PeerSession session)
    {
        lock (_gate)
        {
            if (_sessions.GetValueOrDefault(session.Peer) == session) _sessions.Remove(session.Peer);
        }
    }

    public PeerSession[] Snapshot()
    {
        lock (_gate) return [.. _sessions.Values];
    }

    private bool Replaces(PeerSession candidate, PeerSession standing)
    {
        if (candidate.Outbound == standing.Outbound) return !candidate.Outbound;
        return candidate.Outbound == IsOurs(candidate.Peer);
    }

    /// <summary>Whether the connection that we dial is the one to keep.</summary>
    private bool IsOurs(PeerId peer) => self.CompareTo(peer) < 0;

    private bool HasRoom(PeerSession candidate)
    {
        if (_sessions.Count >= config.ConnectionsMax) return false;
        if (candidate.Outbound) return true;
        int alike = 0;
        foreach (PeerSession session in _sessions.Values)
        {
            if (!session.Outbound && session.Role == candidate.Role) alike++;
        }

        return alike < (candidate.Role == PeerRole.Client ? config.ClientsMax : config.InboundPeersMax);
    }
}
