using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors.Ports;

/// <summary>
/// Whole frames between authenticated parties. Who a party is was proven before its first frame is given up; that a
/// frame's contents are well-formed was not. Order is kept per peer and class, delivery is not promised.
/// </summary>
public interface INetwork
{
    /// <summary>Begins to deliver events to the sink, from any thread, one connection's events in order.</summary>
    void Start(Action<NetworkEvent> sink);

    /// <summary>Asks for a connection to host:port; answered by Connected or DialFailed. A second dial while one is under way is one.</summary>
    void Dial(string address);

    /// <summary>Queues a frame. Never blocks: a full queue sheds by class and says so.</summary>
    SendVerdict Send(PeerId peer, FrameClass frameClass, ReadOnlyMemory<byte> frame);

    /// <summary>Closes the connections with a peer and names why.</summary>
    void Disconnect(PeerId peer, DisconnectReason reason);
}

/// <summary>What a frame is for. Consensus leaves first, then Membership, Sync, Transactions, Bulk.</summary>
public enum FrameClass : byte
{
    Consensus = 0,
    Sync = 1,
    Transactions = 2,
    Membership = 3,
    Bulk = 4,
}

public enum SendVerdict
{
    Accepted,
    NotConnected,
    FrameTooLarge,
    QueueFull,
}

/// <summary>What the other side is: proven by its certificate's extension.</summary>
public enum PeerRole : byte
{
    /// <summary>Takes part: gossip, consensus, sync.</summary>
    Peer = 1,

    /// <summary>A cluster client: hands over jobs and nothing else.</summary>
    Client = 2,
}

public enum DisconnectReason
{
    Closed,
    ConnectionLost,
    Timeout,
    FrameTooLarge,
    FrameMalformed,
    RateExceeded,
    ScoreTooLow,
    WrongChain,
    VersionUnsupported,
    CertificateRefused,
    DuplicateConnection,
    TooManyPeers,
    SelfConnection,
}

/// <summary>Everything the network tells.</summary>
public abstract record NetworkEvent
{
    private NetworkEvent()
    {
    }

    /// <summary>A party proved its key. <paramref name="NodeKey"/> is its tagged public key, 34 bytes.</summary>
    public sealed record Connected(PeerId Peer, ReadOnlyMemory<byte> NodeKey, PeerRole Role, string Address, bool Outbound) : NetworkEvent;

    public sealed record Disconnected(PeerId Peer, DisconnectReason Reason) : NetworkEvent;

    public sealed record Received(PeerId Peer, FrameClass FrameClass, ReadOnlyMemory<byte> Frame) : NetworkEvent;

    /// <summary>A dial came to nothing; the reason names wrong chain, refused certificate and the like.</summary>
    public sealed record DialFailed(string Address, DisconnectReason Reason, string Detail) : NetworkEvent;
}
