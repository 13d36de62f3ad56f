using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>
/// Something that this peer did with data: published by whoever did it, entered as an event by the provenance supervisor.
/// </summary>
/// <param name="Content">SHA-256 of what it was done with.</param>
/// <param name="Custody">What belongs together, such as a lease: its events become a graph, each with those before it as parents.</param>
public sealed record PeerAct(EventKind Kind, Hash256 Content, Hash256 Custody)
{
    /// <summary>The custody of the peer's keys: each use follows the one before.</summary>
    public static Hash256 CustodyOfKeys { get; } = Hasher.Sha256("keys"u8);

    /// <summary>An account that had it done, and answers for it; null: the peer did it by itself. Such an act stands beside its custody, and nothing follows from it.</summary>
    public Hash256? Actor { get; init; }

    /// <summary>What it names as before it; null: the last of its custody.</summary>
    public ImmutableArray<Hash256>? Parents { get; init; }
}
