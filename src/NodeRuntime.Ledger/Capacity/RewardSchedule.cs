using System;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Ledger.Capacity;

/// <summary>How much is minted for proven capacity: a pool for each period, halved every so many days down to a tail, and a cap for each unit.</summary>
public static class RewardSchedule
{
    /// <summary>Minted for all units of a period, at most.</summary>
    public static Amount PoolOf(CapacityTerms terms, CapacitySchedule schedule, uint first, uint period)
    {
        Invariant.Holds(period >= first);
        KindTerms kind = terms.Of(schedule.Kind);
        long days = (schedule.StartOf(period) - schedule.StartOf(first)).Seconds / (24 * 3600);
        int halvings = (int)Math.Min(days / terms.HalvingDays, 127);
        Amount halved = new(kind.PoolPerPeriod.Units >> halvings);
        Amount tail = new(kind.PoolPerPeriod.Units * terms.TailPerMille / 1000);
        return halved > tail ? halved : tail;
    }

    /// <summary>What one unit earned in a period in which so many were proven: its part of the pool, at most the cap.</summary>
    public static Amount RateOf(CapacityTerms terms, CapacitySchedule schedule, uint first, uint period, ulong proven) => proven == 0
        ? Amount.Zero
        : Amount.Min(terms.Of(schedule.Kind).CapPerUnit, new Amount(PoolOf(terms, schedule, first, period).Units / proven));
}
