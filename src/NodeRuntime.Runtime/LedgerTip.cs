using System.Collections.Immutable;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Light;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Runtime;

/// <summary>
/// The finalized ledger as of now, published each time it advances. A value: whoever holds one may read it on any thread.
/// </summary>
public sealed record LedgerTip
{
    /// <summary>The youngest finalized header with its certificate; null at genesis.</summary>
    public required CertifiedHeader? Certified { get; init; }

    /// <summary>After that header's block.</summary>
    public required LedgerState State { get; init; }

    /// <summary>Before it: the state whose root the header carries, and which can be proven.</summary>
    public required LedgerState Proven { get; init; }

    /// <summary>What happened since the tip before. Empty after a start: read the records instead.</summary>
    public required ImmutableArray<LedgerEvent> Events { get; init; }

    /// <summary>The transactions of the blocks since the tip before. Empty after a start and after a jump.</summary>
    public ImmutableArray<TransactionId> Included { get; init; } = [];

    /// <summary>Seconds of the calendar of events that those blocks entered, the last ones of the calendar that the state has. Empty after a start.</summary>
    public ImmutableArray<RoundLeaf> Seconds { get; init; } = [];

    /// <summary>Every seal since genesis, oldest first: what proves who voted on the header.</summary>
    public required ImmutableArray<Seal> Seals { get; init; }

    /// <summary>
    /// The seals that lead to the set of <see cref="Certified"/>: a seal is finalized by the set before it.
    /// </summary>
    public SetProof Sets => new(Certified is { } tip ? Seals[..(int)tip.Header.Epoch.Number] : []);

    public Height Height => State.Height;
}
