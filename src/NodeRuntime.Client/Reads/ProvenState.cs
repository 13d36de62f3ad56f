using System;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Client.Reads;

/// <summary>What stands under a key, proven; null where it is proven that nothing does.</summary>
/// <param name="Header">The finalized header whose parent's state this is.</param>
internal sealed record ProvenState(ReadOnlyMemory<byte>? Value, BlockHeader Header);

/// <summary>A record as the validators of the trusted chain finalized it.</summary>
/// <param name="Record">Null where its absence is proven.</param>
/// <param name="Height">Of the header that proves it.</param>
/// <param name="Time">Ledger time of that header.</param>
public sealed record ProvenRecord<T>(T? Record, Height Height, Instant Time) where T : class
{
    /// <summary>What others can be shown.</summary>
    public required StateEvidence Evidence { get; init; }
}

/// <summary>A finalized header, and a path under its parent's state root.</summary>
public sealed record StateEvidence(CertifiedHeader Certified, StateProof Proof);
