using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Chain;

/// <summary>Who votes in an epoch. W = sum of weights, F = floor((W-1)/3), Q = W - F.</summary>
public sealed class ValidatorSet
{
    /// <summary>A hundred of these stay below 2^62.</summary>
    public const ulong WeightMax = 1UL << 54;

    private ulong _quorumShort;
    // A box, so that whoever reads it beside whoever makes it sees all of it or none.
    private KnownHash? _hash;

    public ValidatorSet(Epoch epoch, ImmutableArray<ValidatorMember> members)
    {
        Invariant.Holds(members.Length > 0);
        Invariant.Holds(members.Length <= Limits.ValidatorsMax);
        Epoch = epoch;
        Members = members;
        foreach (ValidatorMember member in members) TotalWeight = checked(TotalWeight + member.Weight);
    }

    public Epoch Epoch { get; }

    public ImmutableArray<ValidatorMember> Members { get; }

    public int Count => Members.Length;

    public ulong TotalWeight { get; }

    /// <summary>F: the greatest weight that may lie.</summary>
    public ulong FaultyWeightMax => (TotalWeight - 1) / 3;

    /// <summary>Q: the least weight that decides.</summary>
    public ulong Quorum => TotalWeight - FaultyWeightMax - _quorumShort;

    /// <summary>The same set with a quorum that is too small: an error that the simulator must find.</summary>
    internal ValidatorSet WithQuorumShortOf(ulong weight) => new(Epoch, Members) { _quorumShort = weight };

    /// <summary>What a seal names it by. The epoch is part of it.</summary>
    public Hash256 Hash => (_hash ??= new KnownHash(ComputeHash())).Value;

    public bool Contains(ValidatorIndex index) => index.Number < Members.Length;

    public ValidatorMember this[ValidatorIndex index] => Members[index.Number];

    public ValidatorIndex? IndexOf(in PublicKey key)
    {
        for (int i = 0; i < Members.Length; i++)
        {
            if (Members[i].Key == key) return new ValidatorIndex((ushort)i);
        }

        return null;
    }

    /// <summary>Whether the same peers vote with the same keys and weights, in whatever order and epoch.</summary>
    public bool HasSameMembers(ValidatorSet other)
    {
        if (Count != other.Count) return false;
        foreach (ValidatorMember member in Members)
        {
            if (other.IndexOf(member.Key) is not { } index || other[index] != member) return false;
        }

        return true;
    }

    public void Write(WireWriter writer)
    {
        writer.Record(WireType.ValidatorSet, 2).UInt64(Epoch.Number).Array(Members.Length);
        foreach (ValidatorMember member in Members) member.Write(writer);
        writer.End().End();
    }

    public static ValidatorSet Read(WireReader reader)
    {
        reader.Record(WireType.ValidatorSet, 2);
        Epoch epoch = new(reader.UInt32());
        ImmutableArray<ValidatorMember> members = reader.List(Limits.ValidatorsMax, ValidatorMember.Read);
        reader.End();
        SortedSet<PublicKey> keys = [];
        foreach (ValidatorMember member in members)
        {
            if (!keys.Add(member.Key)) reader.Fail();
        }

        if (members.IsEmpty) reader.Fail();
        return reader.Failed ? new ValidatorSet(epoch, [new ValidatorMember(default, 1, default)]) : new ValidatorSet(epoch, members);
    }

    private Hash256 ComputeHash()
    {
        WireWriter writer = new();
        Write(writer);
        return Hasher.Tagged(HashDomain.ValidatorSet, writer.ToArray());
    }

    // A type of our own: machines hold sets, and the flight recorder writes down nothing of which it does not know all fields.
    private sealed class KnownHash(Hash256 value)
    {
        public Hash256 Value { get; } = value;
    }
}
