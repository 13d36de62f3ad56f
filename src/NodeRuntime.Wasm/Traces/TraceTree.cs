using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Wasm.Traces;

/// <summary>A tree over a list of digests. A last one without a neighbour goes up as it is; the count, which is committed too, tells where.</summary>
internal sealed class TraceTree
{
    private readonly List<Hash256[]> _levels = [];

    public TraceTree(Hash256[] leaves, ITraceHasher hasher)
    {
        Invariant.Holds(leaves.Length > 0);
        _levels.Add(leaves);
        while (_levels[^1].Length > 1)
        {
            Hash256[] below = _levels[^1];
            var level = new Hash256[(below.Length + 1) / 2];
            for (int i = 0; i < level.Length; i++)
            {
                level[i] = (i * 2) + 1 < below.Length ? Join(hasher, below[i * 2], below[(i * 2) + 1]) : below[i * 2];
            }

            _levels.Add(level);
        }
    }

    public Hash256 Root => _levels[^1][0];

    /// <summary>The neighbours on the way up from a leaf.</summary>
    public ImmutableArray<Hash256> Path(int index)
    {
        ImmutableArray<Hash256>.Builder path = ImmutableArray.CreateBuilder<Hash256>();
        foreach (Hash256[] level in _levels)
        {
            if ((index ^ 1) < level.Length) path.Add(level[index ^ 1]);
            index /= 2;
        }

        return path.ToImmutable();
    }

    public static bool Leads(ITraceHasher hasher, Hash256 leaf, int index, int count, ImmutableArray<Hash256> path, Hash256 root)
    {
        int used = 0;
        for (; count > 1; count = (count + 1) / 2, index /= 2)
        {
            if ((index ^ 1) >= count) continue;
            if (used >= path.Length) return false;
            Hash256 other = path[used++];
            leaf = (index & 1) == 0 ? Join(hasher, leaf, other) : Join(hasher, other, leaf);
        }

        return used == path.Length && leaf == root;
    }

    internal static Hash256 Join(ITraceHasher hasher, Hash256 left, Hash256 right)
    {
        Span<byte> bytes = stackalloc byte[2 * Hash256.ByteCount];
        left.AsSpan().CopyTo(bytes);
        right.AsSpan().CopyTo(bytes[Hash256.ByteCount..]);
        return hasher.Hash(TraceDomain.Node, bytes);
    }
}
