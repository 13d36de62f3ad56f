using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Simulation.Atlas;

namespace NodeRuntime.Cli.Simulate;

/// <summary>What one seed showed, whichever layer it ran.</summary>
/// <param name="Recovery">From healing to the first new final block at everybody; null where nothing was healed.</param>
internal sealed record SeedOutcome(
    ulong Seed, ImmutableArray<string> Violations, Hash256 Digest, Duration Simulated, Duration? Recovery, Marks? Marks, string Plan, string Replay);
