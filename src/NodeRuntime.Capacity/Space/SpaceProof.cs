using System;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Space;

/// <summary>A nonce and the labels that it hits: K2 numbers, strictly increasing. About 1 KiB, whatever was scanned.</summary>
/// <param name="Challenge">Digest of what it answers.</param>
/// <param name="Indices">Packed at the challenge's bits.</param>
public sealed record SpaceProof(Hash256 Challenge, byte Nonce, ImmutableArray<byte> Indices)
{
    /// <summary>2,048 numbers of 50 bits.</summary>
    public const int IndicesByteCountMax = SpaceParameters.HitsNeededMax * 50 / 8;

    public Hash256 Digest => Hasher.Tagged(HashDomain.PlotProof, Encode());

    public byte[] Encode()
    {
        WireWriter writer = new();
        Write(writer);
        return writer.ToArray();
    }

    public void Write(WireWriter writer) =>
        writer.Record(WireType.SpaceProof, 3).Hash(Challenge).UInt64(Nonce).Bytes(Indices.AsSpan()).End();

    public static SpaceProof Read(WireReader reader)
    {
        reader.Record(WireType.SpaceProof, 3);
        SpaceProof proof = new(reader.Hash(), reader.Byte(), [.. reader.Bytes(IndicesByteCountMax)]);
        reader.End();
        return proof;
    }

    public static SpaceProof? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        SpaceProof proof = Read(reader);
        return reader.Succeeded ? proof : null;
    }
}
