using System;
using System.Buffers.Binary;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Cpu;

/// <summary>A slice of ledger time, counted from the beginning of ledger time.</summary>
public readonly record struct SliceNumber(uint Number) : IComparable<SliceNumber>
{
    public int CompareTo(SliceNumber other) => Number.CompareTo(other.Number);

    public override string ToString() => Number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>What the beacons make of a day, a slice and a peer.</summary>
public static class CpuSeeds
{
    /// <summary>A hash's input: the seed of slice, peer and unit, and the nonce.</summary>
    public const int InputByteCount = Hash256.ByteCount + sizeof(ulong);

    /// <summary>The key of the whole network for a day: a verifier makes one cache for everybody.</summary>
    public static Hash256 DayKey(Hash256 dayBeacon) => Hasher.Tagged(HashDomain.CapacityDay, dayBeacon.AsSpan());

    /// <summary>The key of one peer in a checking slice: whoever shares a dataset with others needs a second one.</summary>
    public static Hash256 MemoryKey(Hash256 dayKey, PeerId peer) => Hasher.Tagged(HashDomain.CapacityMemory, dayKey.AsSpan(), peer.Hash.AsSpan());

    /// <summary>Bound to the peer, so that nobody's hashes count for another.</summary>
    public static Hash256 SliceSeed(Hash256 sliceBeacon, PeerId peer, uint unit)
    {
        Span<byte> rest = stackalloc byte[Hash256.ByteCount + sizeof(uint)];
        peer.Hash.AsSpan().CopyTo(rest);
        BinaryPrimitives.WriteUInt32LittleEndian(rest[Hash256.ByteCount..], unit);
        return Hasher.Tagged(HashDomain.CapacitySlice, sliceBeacon.AsSpan(), rest);
    }
}
