using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Membership;

/// <summary>A standing connection with a peer.</summary>
internal sealed class Link(PeerId peer, PublicKey nodeKey, string address, bool outbound, Instant now)
{
    /// <summary>Records that a peer may make us check at once: a joiner is told of thousands in one go.</summary>
    private const long RecordsBurst = 4096;
    private const long RecordsPerSecond = 256;

    private long _recordMicroTokens = RecordsBurst * 1_000_000;
    private Instant _recordsRefilledAt = now;

    public PeerId Peer { get; } = peer;

    public PublicKey NodeKey { get; } = nodeKey;

    public string Address { get; } = address;

    public bool Outbound { get; } = outbound;

    public Instant ConnectedAt { get; } = now;

    /// <summary>Its record is known and PeerReady was told.</summary>
    public bool IsReady { get; set; }

    /// <summary>We let it go, and have not heard that it went.</summary>
    public bool IsLetGo { get; set; }

    public Instant NextPingAt { get; set; } = now;

    /// <summary>The nonce of the ping that waits for its answer.</summary>
    public ulong? PingNonce { get; set; }

    public Instant PingSentAt { get; set; }

    public bool TryTakeRecord(Instant at)
    {
        long elapsed = long.Clamp((at - _recordsRefilledAt).Microseconds, 0, 60_000_000);
        _recordsRefilledAt = at;
        _recordMicroTokens = long.Min(RecordsBurst * 1_000_000, _recordMicroTokens + (elapsed * RecordsPerSecond));
        if (_recordMicroTokens < 1_000_000) return false;
        _recordMicroTokens -= 1_000_000;
        return true;
    }
}
