using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Chain;

/// <summary>Who votes in an epoch. W = sum of weights, F = floor((W-1)/3), Q = W - F.</summary>
public sealed class ValidatorSet
{
    /// <summary>A hundred of these stay below 2^62.</summary>
    public const ulong WeightMax = 1UL << 54;

    private ulong _quorumShort;

    public ValidatorSet(Epoch epoch, ImmutableArray<GenesisValidator> members)
    {
        Invariant.Holds(members.Length > 0);
        Invariant.Holds(members.Length <= Limits.ValidatorsMax);
        Epoch = epoch;
        Members = members;
        foreach (GenesisValidator member in members) TotalWeight += member.Weight;
    }

    public Epoch Epoch { get; }

    public ImmutableArray<GenesisValidator> Members { get; }

    public int Count => Members.Length;

    public ulong TotalWeight { get; }

    /// <summary>F: the greatest weight that may lie.</summary>
    public ulong FaultyWeightMax => (TotalWeight - 1) / 3;

    /// <summary>Q: the least weight that decides.</summary>
    public ulong Quorum => TotalWeight - FaultyWeightMax - _quorumShort;

    /// <summary>The same set with a quorum that is too small: an error that the simulator must find.</summary>
    internal ValidatorSet WithQuorumShortOf(ulong weight) => new(Epoch, Members) { _quorumShort = weight };

    public bool Contains(ValidatorIndex index) => index.Number < Members.Length;

    public GenesisValidator this[ValidatorIndex index] => Members[index.Number];

    public ValidatorIndex? IndexOf(in Crypto.PublicKey key)
    {
        for (int i = 0; i < Members.Length; i++)
        {
            if (Members[i].Key == key) return new ValidatorIndex((ushort)i);
        }

        return null;
    }
}
