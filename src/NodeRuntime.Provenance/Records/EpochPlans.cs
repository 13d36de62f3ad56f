using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Light;

namespace NodeRuntime.Provenance.Records;

/// <summary>
/// The plan of each epoch follows from the chain's genesis and its seals, so that whoever can prove who votes can prove who signs the calendar. Two levels:
/// each validator is the parent of up to <see cref="Limits.ProvenanceChildrenMax"/> peers, and the topmost tree has a slot for each validator.
/// </summary>
public static class EpochPlans
{
    /// <summary>
    /// Seconds from a seal's time to the first round of its plan: by then every peer that is in step has the seal, and no second has two plans.
    /// </summary>
    public const ulong LeadSeconds = 10;

    public static EpochPlan OfGenesis(Genesis genesis)
    {
        Round first = RoundOf(genesis.Time);
        return Make(genesis.ChainId, first, first, genesis.ValidatorSet);
    }

    /// <param name="seal">The caller believes it.</param>
    public static EpochPlan After(EpochPlan plan, Seal seal) => After(plan.Chain, plan.GenesisRound, plan.FirstRound, seal.Certified.Header.Time, seal.Next);

    /// <param name="before">The first round of the plan before.</param>
    /// <param name="sealedAt">The time of the block that seals for this set.</param>
    public static EpochPlan After(ChainId chain, Round genesis, Round before, Instant sealedAt, ValidatorSet next)
    {
        ulong first = RoundOf(sealedAt).Second + LeadSeconds;
        return Make(chain, genesis, new Round(Math.Max(first, before.Second + 1)), next);
    }

    /// <summary>All plans of a chain, oldest first.</summary>
    public static ImmutableArray<EpochPlan> Of(Genesis genesis, ImmutableArray<Seal> seals)
    {
        ImmutableArray<EpochPlan>.Builder plans = ImmutableArray.CreateBuilder<EpochPlan>(seals.Length + 1);
        plans.Add(OfGenesis(genesis));
        foreach (Seal seal in seals) plans.Add(After(plans[^1], seal));
        return plans.MoveToImmutable();
    }

    /// <summary>The second that a moment lies in.</summary>
    public static Round RoundOf(Instant moment) => new((ulong)Math.Max(0, moment.Milliseconds / 1000));

    private static EpochPlan Make(ChainId chain, Round genesis, Round first, ValidatorSet set)
    {
        ImmutableArray<PlanValidator>.Builder validators = ImmutableArray.CreateBuilder<PlanValidator>(set.Count);
        foreach (ValidatorMember member in set.Members) validators.Add(new PlanValidator(member.Key, member.Weight));
        return new EpochPlan(chain, set.Epoch, genesis, first, [Limits.ProvenanceChildrenMax, set.Count], validators.MoveToImmutable());
    }
}
