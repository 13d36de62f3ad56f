using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Proofs.Light;

namespace NodeRuntime.Proofs.Forensics;

/// <summary>What somebody has of a chain.</summary>
/// <param name="Seals">From genesis to the epoch of the first link at least; none are needed where that is the first epoch.</param>
/// <param name="Links">Lowest block first, without gaps; they may begin above genesis. Read once, and no further than needed.</param>
public sealed record ChainExtract(ImmutableArray<Seal> Seals, IEnumerable<ChainLink> Links);
