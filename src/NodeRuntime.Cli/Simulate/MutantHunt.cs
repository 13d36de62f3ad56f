using System;
using System.Collections.Generic;
using System.Threading;
using NodeRuntime.Simulation.Agreement;

namespace NodeRuntime.Cli.Simulate;

/// <summary>For each error made on purpose, the first seed that finds it. One that lives is a hole in the seeds or in the oracle.</summary>
internal static class MutantHunt
{
    public static IEnumerable<HuntedMutant> Run(SimulateOptions options, CancellationToken cancellation)
    {
        foreach (Mutant mutant in Enum.GetValues<Mutant>())
        {
            if (mutant == Mutant.None) continue;
            if (cancellation.IsCancellationRequested) yield break;
            yield return Hunt(options with { Mutant = mutant }, cancellation);
        }
    }

    private static HuntedMutant Hunt(SimulateOptions options, CancellationToken cancellation)
    {
        long runs = 0;
        for (ulong seed = options.FirstSeed; seed <= options.LastSeed && !cancellation.IsCancellationRequested; seed++)
        {
            SeedOutcome outcome = SeedRun.Of(options, seed);
            runs++;
            if (!outcome.Violations.IsEmpty) return new HuntedMutant(options.Mutant.ToString(), seed, runs, outcome.Violations[0], outcome.Replay);
        }

        return new HuntedMutant(options.Mutant.ToString(), null, runs, "lives", string.Empty);
    }
}

/// <param name="Seed">The seed that found it; null where it lives.</param>
internal sealed record HuntedMutant(string Mutant, ulong? Seed, long Runs, string Finding, string Replay);
