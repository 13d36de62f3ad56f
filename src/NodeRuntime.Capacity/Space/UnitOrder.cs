using System;
using System.Buffers.Binary;
using System.Numerics;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Space;

/// <summary>
/// A permutation of a peer's units that the beacon chooses: the first of it are scanned. Four rounds of Feistel over the next even number of bits; what falls
/// outside is permuted again until it falls inside (cycle walking), four times at most on average. Both ways in a few hashes, without a list.
/// </summary>
public sealed class UnitOrder
{
    private const int RoundCount = 4;

    private readonly Hash256 _seed;
    private readonly uint _units;
    private readonly int _half;

    public UnitOrder(Hash256 beacon, PlotIdentity identity, uint units)
    {
        Invariant.Holds(units is >= 1 and <= 1 << 30);
        _seed = Hasher.Tagged(HashDomain.PlotUnits, beacon.AsSpan(), identity.Hash.AsSpan());
        _units = units;
        _half = Math.Max(1, (BitOperations.Log2(Math.Max(units - 1, 1)) + 2) / 2);
    }

    /// <summary>The unit at a place.</summary>
    public uint UnitAt(uint place)
    {
        Invariant.Holds(place < _units);
        uint value = place;
        do value = Forward(value);
        while (value >= _units);
        return value;
    }

    /// <summary>The place of a unit.</summary>
    public uint PlaceOf(uint unit)
    {
        Invariant.Holds(unit < _units);
        uint value = unit;
        do value = Backward(value);
        while (value >= _units);
        return value;
    }

    private uint Forward(uint value)
    {
        uint left = value >> _half, right = value & Mask;
        for (int round = 0; round < RoundCount; round++) (left, right) = (right, left ^ Mix(round, right));
        return (left << _half) | right;
    }

    private uint Backward(uint value)
    {
        uint left = value >> _half, right = value & Mask;
        for (int round = RoundCount - 1; round >= 0; round--) (left, right) = (right ^ Mix(round, left), left);
        return (left << _half) | right;
    }

    private uint Mask => (1u << _half) - 1;

    private uint Mix(int round, uint value)
    {
        Span<byte> bytes = stackalloc byte[1 + sizeof(uint)];
        bytes[0] = (byte)round;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[1..], value);
        Hash256 hash = Hasher.Tagged(HashDomain.PlotUnits, _seed.AsSpan(), bytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(hash.AsSpan()) & Mask;
    }
}
