using System.Collections.Immutable;
using System.Numerics;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Provenance.Trees;

/// <summary>Roots and proofs of RFC 9162 trees out of nodes that are kept: a handful of hashes each, however large the tree. Null where nodes are missing.</summary>
public static class TreeProofs
{
    /// <summary>MTH of section 2.1.1 over the first <paramref name="size"/> leaves.</summary>
    public static Hash256? Root(ITreeNodes nodes, ulong size) => size == 0 ? MerkleTree.EmptyRoot : RangeRoot(nodes, 0, size);

    /// <summary>PATH of section 2.1.3.1.</summary>
    public static MerkleInclusionProof? Inclusion(ITreeNodes nodes, ulong size, ulong index)
    {
        Invariant.Holds(index < size);
        ImmutableArray<Hash256>.Builder path = ImmutableArray.CreateBuilder<Hash256>();
        ulong start = 0, end = size;
        while (end - start > 1)
        {
            ulong split = start + Split(end - start);
            Hash256? sibling = index < split ? RangeRoot(nodes, split, end) : RangeRoot(nodes, start, split);
            if (sibling is not { } hash) return null;
            path.Add(hash);
            if (index < split) end = split;
            else start = split;
        }

        path.Reverse();
        return new MerkleInclusionProof(size, index, path.ToImmutable());
    }

    /// <summary>PROOF of section 2.1.4.1.</summary>
    public static MerkleConsistencyProof? Consistency(ITreeNodes nodes, ulong firstSize, ulong secondSize)
    {
        Invariant.Holds(firstSize > 0);
        Invariant.Holds(firstSize <= secondSize);
        ImmutableArray<Hash256>.Builder path = ImmutableArray.CreateBuilder<Hash256>();
        ulong start = 0, end = secondSize;
        bool isWhole = true;
        while (firstSize != end)
        {
            ulong split = start + Split(end - start);
            Hash256? sibling = firstSize <= split ? RangeRoot(nodes, split, end) : RangeRoot(nodes, start, split);
            if (sibling is not { } hash) return null;
            path.Add(hash);
            if (firstSize <= split)
            {
                end = split;
            }
            else
            {
                start = split;
                isWhole = false;
            }
        }

        // The subtree that the first tree ends with: where it is the whole first tree, the verifier knows its root.
        if (!isWhole)
        {
            if (RangeRoot(nodes, start, end) is not { } last) return null;
            path.Add(last);
        }

        path.Reverse();
        return new MerkleConsistencyProof(firstSize, secondSize, path.ToImmutable());
    }

    // start is a multiple of the largest power of two that does not exceed the number of leaves: every range of a proof is.
    private static Hash256? RangeRoot(ITreeNodes nodes, ulong start, ulong end)
    {
        ulong count = end - start;
        if (BitOperations.IsPow2(count))
        {
            int level = BitOperations.Log2(count);
            if (nodes.TryNode(level, start >> level, out Hash256 kept)) return kept;
            if (level == 0) return null;
        }

        ulong split = start + Split(count);
        if (RangeRoot(nodes, start, split) is not { } left || RangeRoot(nodes, split, end) is not { } right) return null;
        return MerkleTree.HashNode(left, right);
    }

    private static ulong Split(ulong count) => 1UL << BitOperations.Log2(count - 1);
}
