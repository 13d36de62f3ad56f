using System;
using System.Buffers.Binary;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Cpu;

/// <summary>A part of the tree: how many shares are below it, and its hash. Nothing has the hash zero, which no bytes have.</summary>
public readonly record struct ShareSum(uint Count, Hash256 Hash)
{
    public static ShareSum Empty => default;

    /// <summary>Both counts are hashed with both hashes: a sum that does not add up cannot be opened.</summary>
    public static ShareSum Join(ShareSum left, ShareSum right)
    {
        if (left.Count == 0 && right.Count == 0) return Empty;
        Span<byte> bytes = stackalloc byte[1 + (2 * (sizeof(uint) + Hash256.ByteCount))];
        bytes[0] = 1;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[1..], left.Count);
        left.Hash.AsSpan().CopyTo(bytes[5..]);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[37..], right.Count);
        right.Hash.AsSpan().CopyTo(bytes[41..]);
        return new ShareSum(left.Count + right.Count, Hasher.Tagged(HashDomain.CapacityTree, bytes));
    }
}

/// <summary>
/// The shares of a slice in a tree of fixed depth whose leaves are the buckets of all units, most of them empty. Each node says how many shares are below it,
/// so that "the r-th share" is a way down that everybody can check, and two ranks never lead to one leaf.
/// <code>
///             3               rank 2: right (2 are left of it), then left
///           /   \
///         2       1           an empty part is left out of a path
///        / \     / \
///       s   s   s   -
/// </code>
/// </summary>
public sealed class ShareTree
{
    private readonly ImmutableArray<Share> _shares;
    private readonly int _depth;

    /// <param name="shares">Strictly increasing places below 2^depth.</param>
    public ShareTree(ImmutableArray<Share> shares, int depth)
    {
        for (int i = 1; i < shares.Length; i++) Invariant.Holds(shares[i - 1].Place < shares[i].Place);
        Invariant.Holds(shares.IsEmpty || shares[^1].Place < 1u << depth);
        _shares = shares;
        _depth = depth;
        Root = SumOf(shares.AsSpan(), depth);
    }

    public ShareSum Root { get; }

    public ShareProof Prove(uint rank)
    {
        Invariant.Holds(rank < _shares.Length);
        Share share = _shares[(int)rank];
        ReadOnlySpan<Share> part = _shares.AsSpan();
        ShareSum[] siblings = new ShareSum[_depth];
        for (int level = _depth - 1; level >= 0; level--)
        {
            int split = SplitOf(part, level);
            bool isRight = (share.Place >> level & 1) == 1;
            siblings[level] = SumOf(isRight ? part[..split] : part[split..], level);
            part = isRight ? part[split..] : part[..split];
        }

        return new ShareProof(share, [.. siblings]);
    }

    private static ShareSum SumOf(ReadOnlySpan<Share> shares, int depth)
    {
        if (shares.IsEmpty) return ShareSum.Empty;
        if (depth == 0) return new ShareSum(1, shares[0].LeafHash);
        int split = SplitOf(shares, depth - 1);
        return ShareSum.Join(SumOf(shares[..split], depth - 1), SumOf(shares[split..], depth - 1));
    }

    // How many have the bit of this level clear: they agree in all bits above it.
    private static int SplitOf(ReadOnlySpan<Share> shares, int level)
    {
        int split = 0;
        while (split < shares.Length && (shares[split].Place >> level & 1) == 0) split++;
        return split;
    }
}
