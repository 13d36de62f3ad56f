using System;
using System.Collections.Immutable;
using System.Numerics;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Trees;

/// <summary>
/// The tree of RFC 9162 section 2.1, over SHA-256: a leaf is H(00 || entry), a node H(01 || left || right), the empty
/// tree H(""). A tree of n leaves splits at the largest power of two below n, so a log that grows keeps its left parts.
/// <code>
///        root of 5
///       /         \
///     node        d4          path of leaf 2: d3, h01, d4
///    /    \
///  h01    h23                 the bytes 00 and 01 keep a leaf from being read as a node
///  / \    / \
/// d0  d1 d2  d3
/// </code>
/// </summary>
public static class MerkleTree
{
    private static ReadOnlySpan<byte> LeafPrefix => [0];

    /// <summary>The root of the tree without leaves: the SHA-256 of nothing.</summary>
    public static Hash256 EmptyRoot { get; } = Hasher.Sha256([]);

    public static Hash256 HashLeaf(ReadOnlySpan<byte> entry) => Hasher.Sha256(LeafPrefix, entry);

    public static Hash256 HashNode(Hash256 left, Hash256 right)
    {
        Span<byte> bytes = stackalloc byte[1 + (2 * Hash256.ByteCount)];
        bytes[0] = 1;
        left.AsSpan().CopyTo(bytes[1..]);
        right.AsSpan().CopyTo(bytes[(1 + Hash256.ByteCount)..]);
        return Hasher.Sha256(bytes);
    }

    /// <summary>The root over entries that are hashed here.</summary>
    public static Hash256 Root(ImmutableArray<ReadOnlyMemory<byte>> entries)
    {
        MerkleTreeBuilder builder = new();
        foreach (ReadOnlyMemory<byte> entry in entries) builder.Append(HashLeaf(entry.Span));
        return builder.Root();
    }

    /// <summary>The root over leaves that are hashes already.</summary>
    public static Hash256 Root(ReadOnlySpan<Hash256> leaves)
    {
        MerkleTreeBuilder builder = new();
        foreach (Hash256 leaf in leaves) builder.Append(leaf);
        return builder.Root();
    }

    /// <summary>Proves that a leaf stands at an index: PATH of RFC 9162 section 2.1.3.1.</summary>
    public static MerkleInclusionProof ProveInclusion(ReadOnlySpan<Hash256> leaves, int index)
    {
        Invariant.Holds(index >= 0);
        Invariant.Holds(index < leaves.Length);
        ImmutableArray<Hash256>.Builder path = ImmutableArray.CreateBuilder<Hash256>();
        CollectPath(leaves, index, path);
        return new MerkleInclusionProof((ulong)leaves.Length, (ulong)index, path.ToImmutable());
    }

    /// <summary>Proves that the tree over the first leaves is a beginning of the tree over all: PROOF of section 2.1.4.1.</summary>
    public static MerkleConsistencyProof ProveConsistency(ReadOnlySpan<Hash256> leaves, int firstSize)
    {
        Invariant.Holds(firstSize > 0);
        Invariant.Holds(firstSize <= leaves.Length);
        ImmutableArray<Hash256>.Builder path = ImmutableArray.CreateBuilder<Hash256>();
        CollectConsistency(leaves, firstSize, isWhole: true, path);
        return new MerkleConsistencyProof((ulong)firstSize, (ulong)leaves.Length, path.ToImmutable());
    }

    private static void CollectPath(ReadOnlySpan<Hash256> leaves, int index, ImmutableArray<Hash256>.Builder path)
    {
        if (leaves.Length == 1) return;
        int split = Split(leaves.Length);
        if (index < split)
        {
            CollectPath(leaves[..split], index, path);
            path.Add(Root(leaves[split..]));
        }
        else
        {
            CollectPath(leaves[split..], index - split, path);
            path.Add(Root(leaves[..split]));
        }
    }

    // isWhole: the subtree is the whole first tree so far, whose root the verifier knows.
    private static void CollectConsistency(
        ReadOnlySpan<Hash256> leaves, int firstSize, bool isWhole, ImmutableArray<Hash256>.Builder path)
    {
        if (firstSize == leaves.Length)
        {
            if (!isWhole) path.Add(Root(leaves));
            return;
        }

        int split = Split(leaves.Length);
        if (firstSize <= split)
        {
            CollectConsistency(leaves[..split], firstSize, isWhole, path);
            path.Add(Root(leaves[split..]));
        }
        else
        {
            CollectConsistency(leaves[split..], firstSize - split, isWhole: false, path);
            path.Add(Root(leaves[..split]));
        }
    }

    // The largest power of two below the count.
    private static int Split(int count) => 1 << BitOperations.Log2((uint)(count - 1));
}
