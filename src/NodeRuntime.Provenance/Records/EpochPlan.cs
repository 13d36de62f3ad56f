using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Provenance.Records;

/// <summary>Who signs checkpoints of the calendar, and with what weight.</summary>
public readonly record struct PlanValidator(PublicKey Key, ulong Weight);

/// <summary>
/// The shape of the trees and the signers of the calendar from a round on. Each <see cref="RoundLeaf"/> names its plan by <see cref="Root"/>.
/// <code>
/// [1, 305, chain, epoch, genesis round, first round, [+ slots], [+ [key, weight]]]
/// </code>
/// The number of levels is fixed here: an event that is made to look like an <see cref="AggregationLeaf"/> cannot add one.
/// </summary>
/// <param name="GenesisRound">The round of the calendar's leaf 0, the same in every plan of a chain.</param>
/// <param name="FirstRound">The first that follows this plan.</param>
/// <param name="Slots">Leaves of every tree of level 1, 2, ...; the last is the topmost, whose root stands in the calendar.</param>
public sealed record EpochPlan(
    ChainId Chain, Epoch Epoch, Round GenesisRound, Round FirstRound, ImmutableArray<int> Slots, ImmutableArray<PlanValidator> Validators)
{
    private const int Fields = 6;

    /// <summary>What names the plan in the calendar: the root of a tree with the plan as its only leaf.</summary>
    public Hash256 Root => RecordHash.Leaf(Encode());

    public int Levels => Slots.Length;

    public ulong TotalWeight
    {
        get
        {
            ulong total = 0;
            foreach (PlanValidator validator in Validators) total = checked(total + validator.Weight);
            return total;
        }
    }

    /// <summary>The least weight that decides, as in consensus: W - floor((W - 1) / 3).</summary>
    public ulong Quorum => TotalWeight - ((TotalWeight - 1) / 3);

    public RecordVerdict Check()
    {
        if (GenesisRound.Second > Round.SecondMax || FirstRound.Second > Round.SecondMax) return RecordVerdict.RoundOutOfRange;
        if (FirstRound < GenesisRound) return RecordVerdict.PreviousRoundWrong;
        if (Slots.Length is 0 or > Limits.ProvenanceLevelsMax) return RecordVerdict.NoLevels;
        foreach (int slots in Slots)
        {
            if (slots is < 1 or > Limits.ProvenanceSlotsMax) return RecordVerdict.SlotsOutOfRange;
        }

        if (Validators.IsEmpty) return RecordVerdict.NoValidators;
        SortedSet<PublicKey> keys = [];
        foreach (PlanValidator validator in Validators)
        {
            if (validator.Weight is 0 or > ValidatorSet.WeightMax) return RecordVerdict.NoValidators;
            if (!keys.Add(validator.Key)) return RecordVerdict.ValidatorTwice;
        }

        return RecordVerdict.Accepted;
    }

    public byte[] Encode()
    {
        Invariant.Holds(Check() == RecordVerdict.Accepted);
        WireWriter writer = new();
        writer.Record(WireType.EpochPlan, Fields).Hash(Chain.Hash).UInt64(Epoch.Number).UInt64(GenesisRound.Second).UInt64(FirstRound.Second);
        writer.Array(Slots.Length);
        foreach (int slots in Slots) writer.UInt64((ulong)slots);
        writer.End().Array(Validators.Length);
        foreach (PlanValidator validator in Validators) writer.Array(2).Bytes(validator.Key.AsSpan()).UInt64(validator.Weight).End();
        return writer.End().End().ToArray();
    }

    /// <summary>Never throws.</summary>
    public static RecordVerdict TryDecode(ReadOnlyMemory<byte> bytes, out EpochPlan? plan)
    {
        plan = null;
        if (bytes.Length > Limits.EpochPlanBytesMax) return RecordVerdict.TooLarge;
        WireReader reader = new(bytes);
        reader.Record(WireType.EpochPlan, Fields);
        EpochPlan read = new(
            new ChainId(reader.Hash()), new Epoch(reader.UInt32()), new Round(reader.UInt64()), new Round(reader.UInt64()),
            reader.List(Limits.ProvenanceLevelsMax, static r => (int)Math.Min(r.UInt64(), int.MaxValue)),
            reader.List(Limits.ValidatorsMax, ReadValidator));
        reader.End();
        if (!reader.Succeeded) return RecordVerdict.Malformed;
        RecordVerdict verdict = read.Check();
        if (verdict == RecordVerdict.Accepted) plan = read;
        return verdict;
    }

    private static PlanValidator ReadValidator(WireReader reader)
    {
        if (reader.Array(2) != 2) reader.Fail();
        PlanValidator validator = new(PublicKey.Read(reader), reader.UInt64());
        reader.End();
        return validator;
    }
}
