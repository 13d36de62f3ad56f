using System;
using System.Numerics;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Trees;

/// <summary>What kind of record a key of the ledger's state names. The first byte of the key, so a family is a range.</summary>
public enum StateFamily : byte
{
    Supply = 1,
    Account = 2,
    Bond = 3,
    Order = 4,
    Bid = 5,
    Lease = 6,
    OpenOrder = 7,
    Deadline = 8,
    Parameters = 9,

    /// <summary>Validator keys that were punished.</summary>
    Jail = 12,

    /// <summary>Keys that lied about the calendar of events.</summary>
    Fraud = 13,

    /// <summary>Roots of the calendar of events, one a day.</summary>
    Publication = 14,

    /// <summary>The calendar of events.</summary>
    EventCalendar = 15,
    Validator = 20,
    ValidatorKey = 21,
    Epoch = 22,
    Reveal = 23,
    Beacon = 24,
    CapacityKind = 25,
    CapacityProvider = 26,
    CapacityDuty = 27,
    CapacityAnswer = 28,
    CapacitySeat = 29,
}

/// <summary>A key of the ledger's authenticated state: a family and 32 bytes, 33 in all, ordered as bytes.</summary>
public readonly record struct StateKey(StateFamily Family, Hash256 Id) : IComparable<StateKey>
{
    public const int ByteCount = 1 + Hash256.ByteCount;
    public const int BitCount = ByteCount * 8;

    /// <summary>Bit 0 is the most significant of the family.</summary>
    public bool Bit(int index)
    {
        int inByte = 7 - (index & 7);
        int value = index < 8 ? (byte)Family : Id.AsSpan()[(index >> 3) - 1];
        return ((value >> inByte) & 1) == 1;
    }

    /// <summary>The first bit in which two keys differ; the count of bits where they are one.</summary>
    public int FirstDifference(in StateKey other)
    {
        int families = (int)Family ^ (int)other.Family;
        if (families != 0) return BitOperations.LeadingZeroCount((uint)families) - 24;
        Hash256 ownId = Id;
        Hash256 otherId = other.Id;
        ReadOnlySpan<byte> own = ownId.AsSpan();
        ReadOnlySpan<byte> others = otherId.AsSpan();
        int common = own.CommonPrefixLength(others);
        if (common == Hash256.ByteCount) return BitCount;
        int bits = own[common] ^ others[common];
        return ((common + 1) * 8) + BitOperations.LeadingZeroCount((uint)bits) - 24;
    }

    public int CompareTo(StateKey other)
    {
        int byFamily = Family.CompareTo(other.Family);
        return byFamily != 0 ? byFamily : Id.CompareTo(other.Id);
    }

    public void Write(WireWriter writer) => writer.UInt64((byte)Family).Hash(Id);

    public static StateKey Read(WireReader reader) => new((StateFamily)reader.Byte(), reader.Hash());
}
