using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Posture.State;

/// <summary>
/// What is known of a machine, and the tree over it: RFC 9162's, a leaf for each thing in the order of class and path, so that a verifier who has the root of a
/// heartbeat can be shown one thing without the others. A leaf is <c>leaf([1, 330, class, path, digest])</c>, the digest <c>SHA-256(value)</c>.
/// Programs that run come and go: they are watched, and stand in no leaf.
/// </summary>
public sealed class StateTree
{
    private readonly SortedDictionary<Thing, (string Value, Hash256 Leaf)> _things = [];
    private Hash256? _root;

    public int Count => _things.Count;

    /// <summary>In order.</summary>
    public IEnumerable<Thing> Things => _things.Keys;

    /// <summary>Null where there is no such thing, as far as is known.</summary>
    public string? ValueOf(Thing thing) => _things.TryGetValue(thing, out (string Value, Hash256 Leaf) known) ? known.Value : null;

    /// <param name="value">Null: it is gone.</param>
    /// <returns>False where there is no room for one more.</returns>
    public bool Set(Thing thing, string? value)
    {
        if (value is null)
        {
            if (_things.Remove(thing) && InTree(thing)) _root = null;
            return true;
        }

        if (_things.TryGetValue(thing, out (string Value, Hash256 Leaf) known))
        {
            if (known.Value == value) return true;
        }
        else if (_things.Count >= Limits.PostureThingsMax)
        {
            return false;
        }

        _things[thing] = (value, LeafOf(thing, value));
        if (InTree(thing)) _root = null;
        return true;
    }

    public Hash256 Root()
    {
        if (_root is { } known) return known;
        MerkleTreeBuilder builder = new();
        foreach ((Thing thing, (_, Hash256 leaf)) in _things)
        {
            if (InTree(thing)) builder.Append(leaf);
        }

        Hash256 root = builder.Root();
        _root = root;
        return root;
    }

    /// <summary>That this thing, with the value it has now, stands under <see cref="Root"/>; null where it does not.</summary>
    public MerkleInclusionProof? Prove(Thing thing)
    {
        if (!InTree(thing) || !_things.ContainsKey(thing)) return null;
        List<Hash256> leaves = new(_things.Count);
        int at = -1;
        foreach ((Thing other, (_, Hash256 leaf)) in _things)
        {
            if (!InTree(other)) continue;
            if (other == thing) at = leaves.Count;
            leaves.Add(leaf);
        }

        return MerkleTree.ProveInclusion(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(leaves), at);
    }

    /// <summary>The thing at index <c>number mod size</c> of the tree; null where the tree is empty. Whoever has a proof can see that it is that one.</summary>
    public Thing? Draw(ulong number)
    {
        ulong size = 0;
        foreach (Thing thing in _things.Keys)
        {
            if (InTree(thing)) size++;
        }

        if (size == 0) return null;
        ulong left = number % size;
        foreach (Thing thing in _things.Keys)
        {
            if (!InTree(thing)) continue;
            if (left == 0) return thing;
            left--;
        }

        return Invariant.Unreachable<Thing>("an index below the size");
    }

    /// <summary>What a verifier computes from what it was told.</summary>
    public static Hash256 LeafOf(Thing thing, string value)
    {
        WireWriter writer = new();
        writer.Record(WireType.PostureThing, 3).UInt64((ulong)thing.Class).Text(thing.Path).Hash(Hasher.Sha256(System.Text.Encoding.UTF8.GetBytes(value)));
        return MerkleTree.HashLeaf(writer.End().ToArray());
    }

    /// <summary>All things that a scope holds, as they are now.</summary>
    public ImmutableArray<Thing> In(Scope scope)
    {
        ImmutableArray<Thing>.Builder found = ImmutableArray.CreateBuilder<Thing>();
        foreach (Thing thing in _things.Keys)
        {
            if (scope.Holds(thing)) found.Add(thing);
        }

        return found.ToImmutable();
    }

    private static bool InTree(Thing thing) => thing.Class != ThingClass.Process;
}
