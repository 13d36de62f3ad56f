using System;
using System.Buffers.Binary;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Space;

/// <summary>
/// The checksums of a unit on a disk, chunk by chunk. They are the owner's own, against rot and torn writes; nobody else believes them. Each is bound to
/// its plot, unit and place, so that swapped files do not pass for each other.
/// </summary>
public sealed record UnitSums(PlotIdentity Identity, uint Unit, ImmutableArray<Hash256> Sums)
{
    /// <summary>What is made, written, synced and resumed at a time.</summary>
    public const int ChunkByteCountMax = 1 << 20;

    /// <summary>Of the largest unit: 16 GiB.</summary>
    public const int ChunksMax = 1 << 14;

    /// <summary>Bytes of a unit's chunks; a unit is a whole number of them, but for the last.</summary>
    public static int ChunkByteCountOf(SpaceParameters parameters) => (int)Math.Min(ChunkByteCountMax, parameters.UnitByteCount);

    public static int ChunkCountOf(SpaceParameters parameters)
    {
        int chunk = ChunkByteCountOf(parameters);
        return (int)((parameters.UnitByteCount + chunk - 1) / chunk);
    }

    public static Hash256 SumOf(PlotIdentity identity, uint unit, uint chunk, ReadOnlySpan<byte> bytes)
    {
        Span<byte> rest = stackalloc byte[(2 * sizeof(uint)) + Hash256.ByteCount];
        BinaryPrimitives.WriteUInt32LittleEndian(rest, unit);
        BinaryPrimitives.WriteUInt32LittleEndian(rest[sizeof(uint)..], chunk);
        Hasher.Sha256(bytes).AsSpan().CopyTo(rest[(2 * sizeof(uint))..]);
        return Hasher.Tagged(HashDomain.PlotChunk, identity.Hash.AsSpan(), rest);
    }

    public byte[] Encode()
    {
        WireWriter writer = new();
        writer.Record(WireType.PlotUnitSums, 3).Hash(Identity.Hash).UInt64(Unit).Array(Sums.Length);
        foreach (Hash256 sum in Sums) writer.Hash(sum);
        writer.End().End();
        return writer.ToArray();
    }

    public static UnitSums? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        reader.Record(WireType.PlotUnitSums, 3);
        UnitSums sums = new(new PlotIdentity(reader.Hash()), reader.UInt32(), reader.List(ChunksMax, static r => r.Hash()));
        reader.End();
        return reader.Succeeded ? sums : null;
    }
}
