using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Ledger.State;

/// <summary>
/// An authenticated ordered map as a value: a persistent crit-bit tree (D. J. Bernstein's name for a binary radix tree
/// without one-way branches). Its shape, and so its root, depends only on its contents, never on how they came to be.
/// Setting and removing give a new tree; the old one stays what it was, which makes undoing free.
/// Get, set and remove walk at most one node per bit in which keys differ: about log2 of the count for hashed keys.
/// <see cref="StateProof"/> has the picture, the hashes and the verifier.
/// </summary>
public sealed class StateTree
{
    private readonly StateNode? _root;

    internal StateTree(StateNode? root, int count)
    {
        _root = root;
        Count = count;
    }

    public static StateTree Empty { get; } = new(null, 0);

    public int Count { get; }

    /// <summary>Null for the empty tree.</summary>
    internal StateNode? RootNode => _root;

    public Hash256 Root => _root is null ? StateProof.EmptyRoot : _root.Hash;

    public bool TryGet(StateKey key, out ReadOnlyMemory<byte> value)
    {
        value = ReadOnlyMemory<byte>.Empty;
        if (_root is null) return false;
        StateNode.Leaf leaf = FindLeaf(_root, key);
        if (leaf.Key != key) return false;
        value = leaf.Value;
        return true;
    }

    public bool Contains(StateKey key) => TryGet(key, out _);

    /// <param name="value">Kept, not copied: the caller gives it away.</param>
    public StateTree Set(StateKey key, ReadOnlyMemory<byte> value)
    {
        Invariant.Holds(value.Length <= Limits.StateValueBytesMax);
        StateNode.Leaf leaf = new(key, value);
        if (_root is null) return new StateTree(leaf, 1);
        int bit = FindLeaf(_root, key).Key.FirstDifference(key);
        return new StateTree(Place(_root, leaf, bit), bit == StateKey.BitCount ? Count : Count + 1);
    }

    public StateTree Remove(StateKey key)
    {
        if (!Contains(key)) return this;
        return new StateTree(Without(_root!, key), Count - 1);
    }

    /// <summary>Every entry whose key is not less than <paramref name="first"/>, in the order of keys.</summary>
    public IEnumerable<StateEntry> From(StateKey first)
    {
        if (_root is null) yield break;
        int difference = FindLeaf(_root, first).Key.FirstDifference(first);

        // Down to where the key stands or would stand: what branches off to the right on the way comes after it.
        Stack<StateNode> rest = new();
        StateNode node = _root;
        while (node is StateNode.Inner inner && inner.Bit < difference)
        {
            if (!first.Bit(inner.Bit)) rest.Push(inner.Right);
            node = inner.Child(first);
        }

        if (difference == StateKey.BitCount || !first.Bit(difference)) rest.Push(node);
        while (rest.TryPop(out StateNode? next))
        {
            while (next is StateNode.Inner inner)
            {
                rest.Push(inner.Right);
                next = inner.Left;
            }

            StateNode.Leaf leaf = (StateNode.Leaf)next;
            yield return new StateEntry(leaf.Key, leaf.Value);
        }
    }

    /// <summary>Every entry of a family, in the order of keys.</summary>
    public IEnumerable<StateEntry> Of(StateFamily family)
    {
        foreach (StateEntry entry in From(new StateKey(family, Hash256.Zero)))
        {
            if (entry.Key.Family != family) yield break;
            yield return entry;
        }
    }

    public IEnumerable<StateEntry> All() => From(default);

    /// <summary>Proves against <see cref="Root"/> what stands under the key, or that nothing does.</summary>
    public StateProof Prove(StateKey key)
    {
        if (_root is null) return StateProof.OfEmpty;
        ImmutableArray<StateProofStep>.Builder steps = ImmutableArray.CreateBuilder<StateProofStep>();
        StateNode node = _root;
        while (node is StateNode.Inner inner)
        {
            StateNode sibling = key.Bit(inner.Bit) ? inner.Left : inner.Right;
            steps.Add(new StateProofStep(inner.Bit, sibling.Hash));
            node = inner.Child(key);
        }

        StateNode.Leaf leaf = (StateNode.Leaf)node;
        ReadOnlyMemory<byte> content = leaf.Key == key ? leaf.Value : Hasher.Sha256(leaf.Value.Span).ToArray();
        return new StateProof(steps.ToImmutable(), leaf.Key, content);
    }

    private static StateNode.Leaf FindLeaf(StateNode node, in StateKey key)
    {
        while (node is StateNode.Inner inner) node = inner.Child(key);
        return (StateNode.Leaf)node;
    }

    // Recursion is bounded by the key's 264 bits.
    private static StateNode Place(StateNode node, StateNode.Leaf leaf, int bit)
    {
        if (node is StateNode.Inner inner && inner.Bit < bit)
        {
            return inner.WithChild(leaf.Key, Place(inner.Child(leaf.Key), leaf, bit));
        }

        if (bit == StateKey.BitCount) return leaf;
        return leaf.Key.Bit(bit) ? new StateNode.Inner(bit, node, leaf) : new StateNode.Inner(bit, leaf, node);
    }

    private static StateNode? Without(StateNode node, in StateKey key)
    {
        if (node is not StateNode.Inner inner) return null;
        StateNode? child = Without(inner.Child(key), key);
        if (child is not null) return inner.WithChild(key, child);
        return key.Bit(inner.Bit) ? inner.Left : inner.Right;
    }
}
