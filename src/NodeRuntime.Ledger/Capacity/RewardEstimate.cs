using System;
using NodeRuntime.Capacity;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Ledger.Capacity;

/// <summary>What units would earn by the ledger's own schedule, if nothing changed for a day and none was at fault.</summary>
/// <param name="Others">Units that others prove in the same period.</param>
/// <param name="Pool">Of a period, halvings done.</param>
/// <param name="PerUnit">In a period.</param>
/// <param name="PerPeriod">For all <paramref name="Units"/>.</param>
/// <param name="IsCapped">A unit earns its cap; else the pool is shared out, and whoever comes takes from everybody.</param>
/// <param name="DaysToHalving">Days of ledger time; 0 where the pool is at its tail and halves no more.</param>
public sealed record RewardEstimate(
    CapacityKind Kind, uint Units, ulong Others, Duration Period, Amount Pool, Amount Cap, Amount PerUnit, Amount PerPeriod, Amount PerDay, bool IsCapped,
    uint DaysToHalving)
{
    private static readonly Duration Day = Duration.FromMinutes(24 * 60);

    /// <param name="first">The chain's first period: halvings are counted from it.</param>
    /// <param name="period">That the pool is taken of; not before the first.</param>
    public static RewardEstimate Of(CapacityTerms terms, CapacityKind kind, uint first, uint period, uint units, ulong others)
    {
        CapacitySchedule schedule = CapacitySchedule.Of(terms, kind);
        Amount pool = RewardSchedule.PoolOf(terms, schedule, first, period);
        Amount cap = terms.Of(kind).CapPerUnit;
        Amount rate = RewardSchedule.RateOf(terms, schedule, first, period, others + units);
        Amount perPeriod = rate * units;
        ulong periodsPerDay = (ulong)(Day.Milliseconds / schedule.Period.Milliseconds);
        return new RewardEstimate(
            kind, units, others, schedule.Period, pool, cap, rate, perPeriod, perPeriod * periodsPerDay, rate == cap, DaysTo(terms, schedule, first, period, pool));
    }

    private static uint DaysTo(CapacityTerms terms, CapacitySchedule schedule, uint first, uint period, Amount pool)
    {
        if (pool.Units <= terms.Of(schedule.Kind).PoolPerPeriod.Units * terms.TailPerMille / 1000) return 0;
        long days = (schedule.StartOf(period) - schedule.StartOf(first)).Seconds / Day.Seconds;
        return (uint)(terms.HalvingDays - (days % terms.HalvingDays));
    }
}
