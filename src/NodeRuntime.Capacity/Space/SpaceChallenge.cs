using System;
using System.Buffers.Binary;
using System.Numerics;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Labels;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Space;

/// <summary>
/// What a beacon asks of a plot: a choice of its units, whose labels are numbered through in the order of the choice, and for each nonce a test that a label
/// passes with the probability K1 / M. Nothing of it is the prover's to choose.
/// </summary>
public sealed class SpaceChallenge
{
    private readonly UnitOrder _order;

    /// <param name="units">Registered, and fixed before the beacon.</param>
    public SpaceChallenge(SpaceParameters parameters, Hash256 beacon, PlotIdentity identity, uint units)
    {
        Invariant.Holds(units >= 1);
        Invariant.Holds(units <= parameters.UnitsMax);
        Parameters = parameters;
        Beacon = beacon;
        Identity = identity;
        Units = units;
        _order = new UnitOrder(beacon, identity, units);
        ScannedUnits = (uint)((((ulong)units * (uint)parameters.ScanPerMille) + 999) / 1000);
        LabelCount = ScannedUnits * parameters.UnitLabels;
        Threshold = (ulong)(((UInt128)(uint)parameters.HitsExpected << 64) / LabelCount);
        IndexBits = BitOperations.Log2(LabelCount - 1) + 1;
    }

    public SpaceParameters Parameters { get; }

    public Hash256 Beacon { get; }

    public PlotIdentity Identity { get; }

    public uint Units { get; }

    /// <summary>At least one.</summary>
    public uint ScannedUnits { get; }

    /// <summary>M.</summary>
    public ulong LabelCount { get; }

    /// <summary>Of 2^64: a label's chance to be hit by a nonce.</summary>
    public ulong Threshold { get; }

    /// <summary>Of one label number in a proof.</summary>
    public int IndexBits { get; }

    public int GroupCount => Parameters.Nonces / LabelSieve.NonceCount;

    /// <summary>What proofs and reports name it by.</summary>
    public Hash256 Digest
    {
        get
        {
            Span<byte> rest = stackalloc byte[Hash256.ByteCount + sizeof(uint)];
            Identity.Hash.AsSpan().CopyTo(rest);
            BinaryPrimitives.WriteUInt32LittleEndian(rest[Hash256.ByteCount..], Units);
            return Hasher.Tagged(HashDomain.PlotProof, Beacon.AsSpan(), rest);
        }
    }

    /// <summary>The unit that is scanned at a place.</summary>
    public uint UnitAt(uint place)
    {
        Invariant.Holds(place < ScannedUnits);
        return _order.UnitAt(place);
    }

    /// <summary>The row of a label, numbered through all units, and the label's place in it.</summary>
    public (ulong Row, int Label) RowOf(ulong label)
    {
        Invariant.Holds(label < LabelCount);
        uint unit = UnitAt((uint)(label / Parameters.UnitLabels));
        ulong inUnit = label % Parameters.UnitLabels;
        return (((ulong)unit * Parameters.UnitRows) + (inUnit / SpaceParameters.RowLabels), (int)(inUnit % SpaceParameters.RowLabels));
    }

    /// <summary>The test of 16 nonces.</summary>
    public LabelSieve SieveOf(int group)
    {
        Invariant.Holds(group >= 0);
        Invariant.Holds(group < GroupCount);
        Span<byte> groupKey = stackalloc byte[LabelSieve.KeyByteCount];
        Span<byte> nonceKeys = stackalloc byte[LabelSieve.NonceCount * LabelSieve.KeyByteCount];
        DeriveKey(HashDomain.PlotGroup, group, groupKey);
        for (int i = 0; i < LabelSieve.NonceCount; i++)
        {
            DeriveKey(HashDomain.PlotNonce, (group * LabelSieve.NonceCount) + i, nonceKeys.Slice(i * LabelSieve.KeyByteCount, LabelSieve.KeyByteCount));
        }

        return new LabelSieve(groupKey, nonceKeys, Threshold);
    }

    private void DeriveKey(HashDomain domain, int number, Span<byte> key)
    {
        Span<byte> rest = stackalloc byte[Hash256.ByteCount + sizeof(int)];
        Identity.Hash.AsSpan().CopyTo(rest);
        BinaryPrimitives.WriteInt32LittleEndian(rest[Hash256.ByteCount..], number);
        Hasher.Tagged(domain, Beacon.AsSpan(), rest).AsSpan()[..key.Length].CopyTo(key);
    }
}
