using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Cpu;

/// <summary>A share and the way from it to its root. On the wire a bit for each level says whether the sibling is there; empty ones are left out.</summary>
/// <param name="Siblings">From the leaf upwards, as many as the tree is deep.</param>
public sealed record ShareProof(Share Share, ImmutableArray<ShareSum> Siblings)
{
    public const int DepthMax = CpuParameters.BucketBitsMax + CpuParameters.UnitBitsMax;

    /// <summary>The root that this way leads to, and the rank of the share under it; null where a sum is larger than its part of the tree.</summary>
    public (ShareSum Root, uint Rank)? Walk()
    {
        ShareSum sum = new(1, Share.LeafHash);
        uint rank = 0;
        for (int level = 0; level < Siblings.Length; level++)
        {
            ShareSum sibling = Siblings[level];
            if (sibling.Count > 1u << level) return null;
            bool isRight = (Share.Place >> level & 1) == 1;
            if (isRight) rank += sibling.Count;
            sum = isRight ? ShareSum.Join(sibling, sum) : ShareSum.Join(sum, sibling);
        }

        return (sum, rank);
    }

    public void Write(WireWriter writer)
    {
        uint present = 0;
        int count = 0;
        for (int level = 0; level < Siblings.Length; level++)
        {
            if (Siblings[level].Count == 0) continue;
            present |= 1u << level;
            count++;
        }

        writer.Array(5).UInt64(Share.Place).UInt64(Share.Offset).UInt64((uint)Siblings.Length).UInt64(present).Array(2 * count);
        foreach (ShareSum sibling in Siblings)
        {
            if (sibling.Count > 0) writer.UInt64(sibling.Count).Hash(sibling.Hash);
        }

        writer.End().End();
    }

    public static ShareProof Read(WireReader reader)
    {
        if (reader.Array(5) != 5) reader.Fail();
        Share share = new(reader.UInt32(), reader.UInt16());
        int depth = reader.Int32(0, DepthMax);
        uint present = reader.UInt32();
        int count = System.Numerics.BitOperations.PopCount(present);
        if (present >> depth != 0) reader.Fail();
        if (reader.Array(2 * DepthMax) != 2 * count) reader.Fail();
        ShareSum[] siblings = new ShareSum[depth];
        for (int level = 0; level < depth; level++)
        {
            if ((present >> level & 1) == 0) continue;
            siblings[level] = new ShareSum(reader.UInt32(), reader.Hash());
            // An empty part has one form: none.
            if (siblings[level].Count == 0) reader.Fail();
        }

        reader.End();
        reader.End();
        return new ShareProof(share, [.. siblings]);
    }
}
