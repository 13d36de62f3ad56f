using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Light;

namespace NodeRuntime.Proofs.Chain;

/// <summary>An epoch that is over: who voted in it, and the time of the seal that ended it.</summary>
public sealed record PastEpoch(ValidatorSet Validators, Instant EndedAt);

/// <summary>
/// The epochs before the one in force, as far back as evidence may reach: an index in a vote means something in the set of its own epoch
/// alone. Whoever has the seals has these; a value, the youngest at the end, without gaps.
/// </summary>
public sealed record PastEpochs(ImmutableArray<PastEpoch> Epochs)
{
    public static PastEpochs None { get; } = new([]);

    /// <summary>From the seals since genesis, oldest first.</summary>
    public static PastEpochs Of(ValidatorSet genesis, IReadOnlyList<Seal> seals)
    {
        PastEpochs past = None;
        int first = seals.Count > Limits.EvidenceEpochsMax ? seals.Count - Limits.EvidenceEpochsMax : 0;
        for (int i = first; i < seals.Count; i++) past = past.And(i == 0 ? genesis : seals[i - 1].Next, seals[i].Certified.Header.Time);
        return past;
    }

    /// <summary>One more is over.</summary>
    public PastEpochs And(ValidatorSet validators, Instant endedAt)
    {
        Invariant.Holds(Epochs.IsEmpty || Epochs[^1].Validators.Epoch.Next == validators.Epoch);
        ImmutableArray<PastEpoch> epochs = Epochs.Add(new PastEpoch(validators, endedAt));
        return new PastEpochs(epochs.Length > Limits.EvidenceEpochsMax ? epochs[1..] : epochs);
    }

    /// <summary>Null where it is not over, or too long.</summary>
    public PastEpoch? Find(Epoch epoch)
    {
        if (Epochs.IsEmpty || epoch.CompareTo(Epochs[0].Validators.Epoch) < 0 || epoch.CompareTo(Epochs[^1].Validators.Epoch) > 0) return null;
        return Epochs[(int)(epoch.Number - Epochs[0].Validators.Epoch.Number)];
    }

    /// <summary>Who voted in an epoch, the one in force included; null where that is not known here.</summary>
    public ValidatorSet? VotersOf(Epoch epoch, ValidatorSet now) => epoch == now.Epoch ? now : Find(epoch)?.Validators;

    /// <summary>
    /// Whether evidence is young enough for a block: in the epoch in force by views; of one that is over for as long as a bond that was
    /// asked back as it ended is bound.
    /// </summary>
    /// <param name="now">Who votes on the block.</param>
    /// <param name="time">The block's.</param>
    public bool IsYoung(Evidence evidence, ValidatorSet now, View view, Instant time, ChainParameters parameters)
    {
        Epoch epoch = evidence.First.Slot.Epoch;
        if (epoch == now.Epoch) return parameters.Slashing.IsYoung(evidence.View, view);
        return parameters.Slashing.EvidenceViewsMax > 0 && Find(epoch) is { } past && time <= past.EndedAt + parameters.UnbondingTime;
    }
}
