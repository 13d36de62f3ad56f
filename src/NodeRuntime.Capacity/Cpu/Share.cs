using System;
using System.Buffers.Binary;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Cpu;

/// <summary>
/// A nonce whose hash is below the target. A bucket holds one share at most, and the place in the tree says which bucket: so two shares of a commitment are
/// never the same one, and nobody has to compare them.
/// </summary>
/// <param name="Place">unit * 2^BucketBits + bucket.</param>
/// <param name="Offset">The nonce within its bucket.</param>
public readonly record struct Share(uint Place, ushort Offset)
{
    /// <summary>Whether its hash is below the target: one evaluation of the work function, the dearest thing that a verifier does.</summary>
    /// <param name="hash">Under the key that the slice demands of this peer.</param>
    public bool Hits(CpuParameters parameters, Hash256 sliceBeacon, PeerId peer, IWorkHash hash) =>
        IsBelowTarget(parameters, hash.Hash(InputOf(parameters, CpuSeeds.SliceSeed(sliceBeacon, peer, UnitOf(parameters)))));

    public uint UnitOf(CpuParameters parameters) => Place >> parameters.BucketBits;

    /// <summary>The first 16 bytes of the hash, most significant first, against 2^128 / WorkPerShare.</summary>
    internal static bool IsBelowTarget(CpuParameters parameters, Hash256 hash) =>
        BinaryPrimitives.ReadUInt128BigEndian(hash.AsSpan()) <= UInt128.MaxValue / parameters.WorkPerShare;

    internal byte[] InputOf(CpuParameters parameters, Hash256 seed)
    {
        byte[] input = new byte[CpuSeeds.InputByteCount];
        seed.AsSpan().CopyTo(input);
        uint bucket = Place & ((uint)parameters.BucketCount - 1);
        BinaryPrimitives.WriteUInt64LittleEndian(input.AsSpan(Hash256.ByteCount), ((ulong)bucket * (uint)parameters.BucketNonces) + Offset);
        return input;
    }

    internal Hash256 LeafHash
    {
        get
        {
            Span<byte> bytes = stackalloc byte[1 + sizeof(uint) + sizeof(ushort)];
            bytes[0] = 0;
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[1..], Place);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes[(1 + sizeof(uint))..], Offset);
            return Hasher.Tagged(HashDomain.CapacityTree, bytes);
        }
    }
}
