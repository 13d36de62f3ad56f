using System.Collections.Immutable;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Network;

/// <summary>What a person may set of the network; every number has a default that carries a devnet and a peer of 256.</summary>
public sealed record NetworkConfig
{
    /// <summary>host:port to listen on; port 0 takes any free one. Empty: only dial.</summary>
    public string Listen { get; init; } = "0.0.0.0:7070";

    /// <summary>host:port that others are told to dial; empty: the one that is listened on.</summary>
    public string Advertise { get; init; } = string.Empty;

    /// <summary>What this process is: its certificate says so.</summary>
    public PeerRole Role { get; init; } = PeerRole.Peer;

    /// <summary>Connections in all.</summary>
    public int ConnectionsMax { get; init; } = Limits.PeersMax;

    /// <summary>Of these, with peers that dialled us: the rest is kept for peers that we chose (eclipse resistance).</summary>
    public int InboundPeersMax { get; init; } = Limits.PeersMax / 2;

    /// <summary>Of these, with clients.</summary>
    public int ClientsMax { get; init; } = Limits.PeersMax / 4;

    /// <summary>Strangers that may be shaking hands at once.</summary>
    public int HandshakesMax { get; init; } = 128;

    /// <summary>Handshakes that one source (an IPv4 address, a /64 of IPv6) may begin at once; a whole devnet shares one.</summary>
    public int HandshakesPerSourceBurst { get; init; } = 256;

    public int HandshakesPerSourcePerSecond { get; init; } = 32;

    /// <summary>TLS and hello together, for whoever was accepted.</summary>
    public Duration HandshakeTimeout { get; init; } = Duration.FromSeconds(5);

    /// <summary>TCP, TLS and hello together, for whoever dials.</summary>
    public Duration DialTimeout { get; init; } = Duration.FromSeconds(10);

    /// <summary>Silence after which a ping is sent.</summary>
    public Duration KeepAliveInterval { get; init; } = Duration.FromSeconds(5);

    /// <summary>No whole frame in, or no progress of a frame out, for so long: the connection is dead.</summary>
    public Duration IdleTimeout { get; init; } = Duration.FromSeconds(20);

    /// <summary>How long a closing side waits for its last words to be read.</summary>
    public Duration LingerTimeout { get; init; } = Duration.FromMilliseconds(500);

    /// <summary>A certificate is replaced at half of this age.</summary>
    public Duration CertificateLifetime { get; init; } = Duration.FromMinutes(24 * 60);

    /// <summary>Bytes that may wait to be sent over all connections; each may always hold <see cref="SendBytesShare"/>.</summary>
    public long SendBytesMax { get; init; } = 256L << 20;

    public long SendBytesShare { get; init; } = 256 * 1024;

    /// <summary>One budget for each class, in the order of the classes.</summary>
    public ImmutableArray<ClassBudget> Budgets { get; init; } =
    [
        ClassBudget.Default(FrameClass.Consensus),
        ClassBudget.Default(FrameClass.Sync),
        ClassBudget.Default(FrameClass.Transactions),
        ClassBudget.Default(FrameClass.Membership),
        ClassBudget.Default(FrameClass.Bulk),
    ];

    public ClassBudget Budget(FrameClass frameClass) => Budgets[(int)frameClass];

    public NetworkConfig WithBudget(FrameClass frameClass, ClassBudget budget) =>
        this with { Budgets = Budgets.SetItem((int)frameClass, budget) };
}
