using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Processes.Tests.Net;

/// <summary>What a net may have beside its validators on loopback.</summary>
internal sealed record NetOptions
{
    /// <summary>All of them validators.</summary>
    public int Peers { get; init; } = PeerNet.Peers;

    /// <summary>Accounts with a thousand tokens each from the first block on, beside the validators' own.</summary>
    public ImmutableArray<AccountId> Accounts { get; init; } = [];

    /// <summary>The connection string of the peer that keeps its journal on a server; the others keep SQLite.</summary>
    public (int Peer, string ConnectionString)? Postgres { get; init; }

    /// <summary>Terms of a chain on which all are providers and prove a processor and a unit of space; null for none.</summary>
    public CapacityTerms? Capacity { get; init; }

    /// <summary>The peers' runtime compiles what is called often again, as it does where nobody told it otherwise: worth its price where they run for minutes.</summary>
    public bool CompilesTwice { get; init; }

    /// <summary>Nothing between the peers: links cannot be cut, and cost nothing.</summary>
    public bool IsDirect { get; init; }

    /// <summary>A network namespace for each peer, in place of the proxies.</summary>
    public Bridge? Bridge { get; init; }

    public string PostgresOf(int peer) => Postgres is { } postgres && postgres.Peer == peer ? postgres.ConnectionString : string.Empty;
}
