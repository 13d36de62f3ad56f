using System;
using System.Collections.Immutable;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Capacity;

/// <summary>A slice's shares in the peer's log, written before they are committed to.</summary>
/// <param name="Shares">In strictly increasing order of places.</param>
public sealed record CapacityWork(uint Period, ImmutableArray<Share> Shares)
{
    /// <summary>A share for each bucket of the largest tree.</summary>
    private const int SharesMax = 1 << ShareProof.DepthMax;

    public byte[] Encode()
    {
        WireWriter writer = new();
        writer.Record(WireType.CapacityWork, 2).UInt64(Period).Array(2 * Shares.Length);
        foreach (Share share in Shares) writer.UInt64(share.Place).UInt64(share.Offset);
        return writer.End().End().ToArray();
    }

    /// <summary>Null for bytes that are none.</summary>
    public static CapacityWork? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        reader.Record(WireType.CapacityWork, 2);
        uint period = reader.UInt32();
        int count = reader.Array(2 * SharesMax);
        if (count % 2 != 0) reader.Fail();
        ImmutableArray<Share>.Builder shares = ImmutableArray.CreateBuilder<Share>();
        for (int i = 0; i < count / 2 && !reader.Failed; i++)
        {
            shares.Add(new Share(reader.UInt32(), reader.UInt16()));
            if (i > 0 && shares[i - 1].Place >= shares[i].Place) reader.Fail();
        }

        reader.End();
        reader.End();
        return reader.Succeeded ? new CapacityWork(period, shares.ToImmutable()) : null;
    }
}
