using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Light;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>A plan and the peers behind its validators: slot i of the topmost tree is that of validator i.</summary>
public sealed record CalendarEpoch(EpochPlan Plan, ImmutableArray<PeerId> Parents)
{
    public static ImmutableArray<CalendarEpoch> Of(Genesis genesis, ImmutableArray<Seal> seals)
    {
        ImmutableArray<EpochPlan> plans = EpochPlans.Of(genesis, seals);
        ImmutableArray<CalendarEpoch>.Builder epochs = ImmutableArray.CreateBuilder<CalendarEpoch>(plans.Length);
        for (int i = 0; i < plans.Length; i++)
        {
            ValidatorSet set = i == 0 ? genesis.ValidatorSet : seals[i - 1].Next;
            epochs.Add(new CalendarEpoch(plans[i], [.. System.Linq.Enumerable.Select(set.Members, static it => it.Peer)]));
        }

        return epochs.MoveToImmutable();
    }
}

/// <summary>All plans that a peer knows; each is in force from its first round until that of the next.</summary>
public sealed record CalendarEpochs(ImmutableArray<CalendarEpoch> All)
{
    public CalendarEpoch Genesis => All[0];

    public CalendarEpoch At(Round round)
    {
        int at = All.Length - 1;
        while (at > 0 && round < All[at].Plan.FirstRound) at--;
        return All[at];
    }

    /// <summary>Null for an epoch that this peer does not know.</summary>
    public CalendarEpoch? Of(Epoch epoch) => epoch.Number < (uint)All.Length ? All[(int)epoch.Number] : null;
}
