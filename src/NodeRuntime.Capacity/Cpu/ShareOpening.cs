using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Cpu;

/// <summary>The shares that the beacon asked for, in increasing order of their places.</summary>
/// <param name="Commitment">Digest of what is opened.</param>
public sealed record ShareOpening(Hash256 Commitment, ImmutableArray<ShareProof> Shares)
{
    public byte[] Encode()
    {
        WireWriter writer = new();
        Write(writer);
        return writer.ToArray();
    }

    public void Write(WireWriter writer)
    {
        writer.Record(WireType.ShareOpening, 2).Hash(Commitment).Array(Shares.Length);
        foreach (ShareProof share in Shares) share.Write(writer);
        writer.End().End();
    }

    public static ShareOpening Read(WireReader reader)
    {
        reader.Record(WireType.ShareOpening, 2);
        ShareOpening opening = new(reader.Hash(), reader.List(CpuParameters.OpenedSharesMax, ShareProof.Read));
        reader.End();
        return opening;
    }

    public static ShareOpening? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        ShareOpening opening = Read(reader);
        return reader.Succeeded ? opening : null;
    }
}
