using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Trees;

/// <summary>
/// The root of a growing tree in memory of one hash per level: bit k of the count says whether a full subtree of 2^k
/// leaves waits at level k, as in a binary counter. One owner.
/// </summary>
public sealed class MerkleTreeBuilder
{
    private readonly Hash256[] _full = new Hash256[Limits.MerklePathHashesMax];

    public ulong Count { get; private set; }

    public void Append(Hash256 leaf)
    {
        int level = 0;
        for (; ((Count >> level) & 1) == 1; level++) leaf = MerkleTree.HashNode(_full[level], leaf);
        _full[level] = leaf;
        Count++;
    }

    /// <summary>A tree that has so many leaves already.</summary>
    /// <param name="peaks">As <see cref="Peaks"/> gave them: one for each bit of the count.</param>
    public static MerkleTreeBuilder Resume(ulong count, ImmutableArray<Hash256> peaks)
    {
        Invariant.Holds(peaks.Length == System.Numerics.BitOperations.PopCount(count));
        MerkleTreeBuilder builder = new() { Count = count };
        int next = 0;
        for (int level = Limits.MerklePathHashesMax - 1; level >= 0; level--)
        {
            if (((count >> level) & 1) == 1) builder._full[level] = peaks[next++];
        }

        return builder;
    }

    /// <summary>Roots of the complete trees that it consists of, the largest first: all that is needed to go on.</summary>
    public ImmutableArray<Hash256> Peaks()
    {
        ImmutableArray<Hash256>.Builder peaks = ImmutableArray.CreateBuilder<Hash256>();
        for (int level = Limits.MerklePathHashesMax - 1; level >= 0; level--)
        {
            if (((Count >> level) & 1) == 1) peaks.Add(_full[level]);
        }

        return peaks.ToImmutable();
    }

    /// <summary>The root over what was appended so far; more may follow.</summary>
    public Hash256 Root()
    {
        if (Count == 0) return MerkleTree.EmptyRoot;
        int level = System.Numerics.BitOperations.TrailingZeroCount(Count);
        Hash256 root = _full[level];
        for (level++; level < Limits.MerklePathHashesMax; level++)
        {
            if (((Count >> level) & 1) == 1) root = MerkleTree.HashNode(_full[level], root);
        }

        return root;
    }
}
