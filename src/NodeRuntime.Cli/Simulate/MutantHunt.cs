using System;
using System.Collections.Generic;
using System.Threading;
using NodeRuntime.Simulation.Agreement;

namespace NodeRuntime.Cli.Simulate;

/// <summary>
/// For each error made on purpose, the first seed that finds it and finds nothing in the same run without it. One that lives is a hole in
/// the seeds or in the oracle; a run that breaks without its error is a finding of another kind, and named.
/// </summary>
internal static class MutantHunt
{
    public static IEnumerable<HuntedMutant> Run(SimulateOptions options, CancellationToken cancellation)
    {
        foreach (Mutant mutant in Enum.GetValues<Mutant>())
        {
            if (mutant == Mutant.None || (options.Mutant != Mutant.None && mutant != options.Mutant)) continue;
            if (cancellation.IsCancellationRequested) yield break;
            yield return Hunt(options with { Mutant = mutant }, cancellation);
        }
    }

    private static HuntedMutant Hunt(SimulateOptions options, CancellationToken cancellation)
    {
        long runs = 0;
        List<ulong> guilty = [];
        for (ulong seed = options.FirstSeed; seed <= options.LastSeed && !cancellation.IsCancellationRequested; seed++)
        {
            SeedOutcome outcome = SeedRun.Of(options, seed);
            runs++;
            if (outcome.Violations.IsEmpty) continue;
            if (SeedRun.Innocent(options, seed).Violations.IsEmpty)
            {
                return new HuntedMutant(options.Mutant.ToString(), seed, runs, outcome.Violations[0], outcome.Replay, guilty);
            }

            guilty.Add(seed);
        }

        return new HuntedMutant(options.Mutant.ToString(), null, runs, "lives", string.Empty, guilty);
    }
}

/// <param name="Seed">The seed that found it; null where it lives.</param>
/// <param name="BrokenWithout">Seeds whose run breaks something without the error too.</param>
internal sealed record HuntedMutant(string Mutant, ulong? Seed, long Runs, string Finding, string Replay, IReadOnlyList<ulong> BrokenWithout);
