using System;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Client.Reads;

/// <summary>What stands under a key, proven; null where it is proven that nothing does.</summary>
/// <param name="Header">The finalized header whose parent's state this is.</param>
internal sealed record ProvenState(ReadOnlyMemory<byte>? Value, BlockHeader Header);

/// <summary>A record as the validators of the trusted chain finalized it.</summary>
/// <param name="Record">Null where its absence is proven.</param>
/// <param name="Height">Of the header that proves it.</param>
/// <param name="Time">Ledger time of that header.</param>
public sealed record ProvenRecord<T>(T? Record, Height Height, Instant Time) where T : class;
