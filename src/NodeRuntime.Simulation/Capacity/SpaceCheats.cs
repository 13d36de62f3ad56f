using System;
using System.Collections.Generic;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation.Capacity;

/// <summary>
/// Cheaters of row PoST, one epoch a trial. With a part of the rows a nonce's hits are Poisson with that part of K1: labels are many and a hit is rare. The
/// scan itself, on real rows, is the tests' of Capacity.
/// </summary>
public static class SpaceCheats
{
    // Rows a second of a core, and of a graphics card at 1 TB/s: 1 MiB of memory is written and read for each.
    private const long CoreRowsPerSecond = 3_000;
    private const long CardRowsPerSecond = 480_000;

    // Prices in micro-dollars: an hour of a core, an hour of such a card, a day of a GiB.
    private const long CoreHourPrice = 10_000;
    private const long CardHourPrice = 400_000;
    private const long DiskGibibyteDayPrice = 10;

    public static IEnumerable<CheatRow> Run(CheatSettings settings)
    {
        foreach (int keptPerMille in (int[])[990, 950, 900, 800, 500]) yield return Keep(settings, keptPerMille);
        foreach (int keptPerMille in (int[])[950, 900, 800, 500]) yield return FillUp(settings, keptPerMille);
        yield return SharePlot(settings);
        yield return Remake(settings, "a core", CoreRowsPerSecond, CoreHourPrice, units: 100);
        yield return Remake(settings, "a card", CardRowsPerSecond, CardHourPrice, units: 100);
        yield return Honest(settings);
    }

    /// <summary>Keeps a part of the rows, and gives a proof where some nonce reaches its hits by luck.</summary>
    private static CheatRow Keep(CheatSettings settings, int keptPerMille)
    {
        int failed = Count(settings, keptPerMille, static (parameters, best, _) => best < parameters.HitsNeeded);
        int unlucky = Count(settings, 1000, static (parameters, best, _) => best < parameters.HitsNeeded);
        long saved = settings.DiskCostPerMille * (1000L - keptPerMille) / 1000;
        // An honest peer is not paid either where it is unlucky.
        long profit = ((saved * settings.Trials) - (1000L * (failed - unlucky))) / settings.Trials;
        return new CheatRow($"keeps {keptPerMille / 10} % of the rows", settings.Trials, failed, profit);
    }

    /// <summary>Fills its best nonce up with labels that it does not hit.</summary>
    private static CheatRow FillUp(CheatSettings settings, int keptPerMille)
    {
        int convicted = Count(settings, keptPerMille, (parameters, best, prng) =>
        {
            int wrong = parameters.HitsNeeded - best;
            if (wrong <= 0) return false;
            for (int verifier = 0; verifier < settings.Parameters.Cpu.Verifiers; verifier++)
            {
                if (!prng.NextChance(settings.ColludersPerMille) && Sees(parameters, prng, wrong)) return true;
            }

            return false;
        });
        long saved = settings.DiskCostPerMille * (1000L - keptPerMille) / 1000;
        long lost = 1000L * (settings.CollateralEpochs + 1) * convicted / settings.Trials;
        return new CheatRow($"keeps {keptPerMille / 10} % and fills up with false labels", settings.Trials, convicted, saved - lost);
    }

    /// <summary>A second identity on the same rows: its own labels are other ones, so it has none.</summary>
    private static CheatRow SharePlot(CheatSettings settings)
    {
        int failed = Count(settings, keptPerMille: 0, static (parameters, best, _) => best < parameters.HitsNeeded);
        return new CheatRow("a second identity on one plot", settings.Trials, failed, settings.DiskCostPerMille - (1000L * failed / settings.Trials));
    }

    /// <summary>
    /// Keeps nothing and makes the rows again when the beacon names them. It passes with the part that it makes within the window; what it pays for it stands
    /// against the disk it saves.
    /// </summary>
    private static CheatRow Remake(CheatSettings settings, string by, long rowsPerSecond, long hourPrice, uint units)
    {
        SpaceParameters parameters = settings.Parameters.Space;
        long rows = units * (long)parameters.UnitRows * parameters.ScanPerMille / 1000;
        long made = Math.Min(rows, rowsPerSecond * parameters.Window.Seconds);
        int keptPerMille = (int)(made * 1000 / rows);
        int failed = Count(settings, keptPerMille, static (p, best, _) => best < p.HitsNeeded);
        long price = made * hourPrice / (rowsPerSecond * 3600);
        long disk = units * DiskGibibyteDayPrice * parameters.UnitByteCount / (1 << 30) * parameters.Epoch.Seconds / 86_400;
        // The disk is DiskCostPerMille of the reward, so that prices become parts of it.
        long profit = settings.DiskCostPerMille - (settings.DiskCostPerMille * price / Math.Max(1, disk)) - (1000L * failed / settings.Trials);
        return new CheatRow($"keeps nothing, makes {units} GiB again by {by} ({price / Math.Max(1, disk)} x disk)", settings.Trials, failed, profit);
    }

    /// <summary>An honest plot that has bad luck tries again in the next window without a penalty: a fault needs it twice in a row.</summary>
    private static CheatRow Honest(CheatSettings settings)
    {
        int faults = Count(settings, 1000, static (parameters, best, _) => best < parameters.HitsNeeded, times: 2);
        return new CheatRow("honest, unlucky twice in a row", settings.Trials, faults, 0);
    }

    private static int Count(CheatSettings settings, int keptPerMille, Func<SpaceParameters, int, Prng, bool> isDetected, int times = 1)
    {
        SpaceParameters parameters = settings.Parameters.Space;
        PoissonTable hits = new((long)parameters.HitsExpected * keptPerMille);
        Prng prng = new(settings.Seed);
        int detected = 0;
        for (int trial = 0; trial < settings.Trials; trial++)
        {
            bool isEvery = true;
            for (int i = 0; i < times && isEvery; i++) isEvery = isDetected(parameters, BestOf(parameters, hits, prng), prng);
            if (isEvery) detected++;
        }

        return detected;
    }

    private static int BestOf(SpaceParameters parameters, PoissonTable hits, Prng prng)
    {
        int best = 0;
        for (int nonce = 0; nonce < parameters.Nonces; nonce++) best = Math.Max(best, hits.Draw(prng));
        return best;
    }

    // One verifier's positions, one after the other without repetition.
    private static bool Sees(SpaceParameters parameters, Prng prng, int wrong)
    {
        for (int i = 0; i < parameters.LabelsVerified; i++)
        {
            if (prng.NextBelow(parameters.HitsNeeded - i) < wrong) return true;
        }

        return false;
    }
}
