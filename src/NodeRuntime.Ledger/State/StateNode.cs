using System;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Ledger.State;

/// <summary>
/// A node of the state's tree. Nodes never change, so trees of successive blocks share all but the paths to what was
/// touched. A hash is computed when first asked for and kept; two threads that ask at once compute the same bytes.
/// </summary>
internal abstract record StateNode
{
    private byte[]? _hash;

    private StateNode()
    {
    }

    /// <summary>What the entries below weigh in chunks; see <see cref="StateChunk.BytesOf"/>.</summary>
    public abstract long Bytes { get; }

    public abstract int Count { get; }

    public Hash256 Hash => new(_hash ??= ComputeHash().ToArray());

    private Hash256 ComputeHash() => this switch
    {
        Leaf leaf => StateProof.HashLeaf(leaf.Key, Hasher.Sha256(leaf.Value.Span)),
        Inner inner => StateProof.HashNode(inner.Bit, inner.Left.Hash, inner.Right.Hash),
        _ => Invariant.Unreachable<Hash256>("a node is a leaf or an inner one"),
    };

    public sealed record Leaf(StateKey Key, ReadOnlyMemory<byte> Value) : StateNode
    {
        public override long Bytes => StateChunk.BytesOf(Value.Length);

        public override int Count => 1;
    }

    /// <summary>Keys under <paramref name="Left"/> have 0 in the bit, those under <paramref name="Right"/> 1; above it all agree.</summary>
    public sealed record Inner(int Bit, StateNode Left, StateNode Right) : StateNode
    {
        public override long Bytes { get; } = Left.Bytes + Right.Bytes;

        public override int Count { get; } = Left.Count + Right.Count;

        public StateNode Child(in StateKey key) => key.Bit(Bit) ? Right : Left;

        public Inner WithChild(in StateKey key, StateNode child) =>
            key.Bit(Bit) ? new Inner(Bit, Left, child) : new Inner(Bit, child, Right);
    }
}
