using System;
using System.Buffers.Binary;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Trees;

/// <summary>
/// Proves what the ledger's state holds under a key, or that it holds nothing.
///
/// The state is a crit-bit tree: an inner node names the bit in which its two subtrees differ, a leaf holds a key and a
/// value, and bit indices grow on the way down. So the search for a key asks only the bits named on its way and always
/// ends in exactly one leaf: the key's own, or another's, and then the key is absent. Both proofs are that one path:
///
///     inner 5 ── sibling                steps: (5, sibling), (17, sibling)
///        └── inner 17 ── sibling        leaf:  the key found there
///               └── leaf
///
/// The verifier takes the directions from the bits of the key it asked for, never from the proof: a proof of another
/// key's path cannot reach the root.
/// </summary>
/// <param name="Steps">From the root down, in strictly increasing order of bits.</param>
/// <param name="Leaf">The key at the end of the path; null only for the empty tree.</param>
/// <param name="Content">
/// The value where the leaf's key is the one asked for; else the value's SHA-256, as absence needs no more.
/// </param>
public sealed record StateProof(ImmutableArray<StateProofStep> Steps, StateKey? Leaf, ReadOnlyMemory<byte> Content)
{
    /// <summary>The proof that an empty state gives for every key.</summary>
    public static StateProof OfEmpty { get; } = new([], null, ReadOnlyMemory<byte>.Empty);

    /// <summary>The root of the empty state.</summary>
    public static Hash256 EmptyRoot => Hasher.Tagged(HashDomain.StateEmpty, []);

    /// <summary>Tagged(StateLeaf, key of 33 bytes || SHA-256 of the value).</summary>
    public static Hash256 HashLeaf(StateKey key, Hash256 valueHash)
    {
        Span<byte> bytes = stackalloc byte[StateKey.ByteCount + Hash256.ByteCount];
        bytes[0] = (byte)key.Family;
        key.Id.AsSpan().CopyTo(bytes[1..]);
        valueHash.AsSpan().CopyTo(bytes[StateKey.ByteCount..]);
        return Hasher.Tagged(HashDomain.StateLeaf, bytes);
    }

    /// <summary>Tagged(StateNode, bit index of two bytes, most significant first || left || right).</summary>
    public static Hash256 HashNode(int bit, Hash256 left, Hash256 right)
    {
        Span<byte> bytes = stackalloc byte[2 + (2 * Hash256.ByteCount)];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)bit);
        left.AsSpan().CopyTo(bytes[2..]);
        right.AsSpan().CopyTo(bytes[(2 + Hash256.ByteCount)..]);
        return Hasher.Tagged(HashDomain.StateNode, bytes);
    }

    /// <param name="value">What stands under the key; empty unless the verdict is <see cref="StateProofVerdict.Included"/>.</param>
    public StateProofVerdict Verify(Hash256 root, StateKey key, out ReadOnlyMemory<byte> value)
    {
        value = ReadOnlyMemory<byte>.Empty;
        if (Leaf is not { } leaf)
        {
            if (!Steps.IsEmpty || !Content.IsEmpty) return StateProofVerdict.Malformed;
            return root == EmptyRoot ? StateProofVerdict.Absent : StateProofVerdict.RootMismatch;
        }

        bool included = leaf == key;
        if (!included && Content.Length != Hash256.ByteCount) return StateProofVerdict.Malformed;
        if (!StepsIncrease(Steps)) return StateProofVerdict.Malformed;
        foreach (StateProofStep step in Steps)
        {
            if (leaf.Bit(step.Bit) != key.Bit(step.Bit)) return StateProofVerdict.OffPath;
        }

        Hash256 hash = HashLeaf(leaf, included ? Hasher.Sha256(Content.Span) : new Hash256(Content.Span));
        for (int i = Steps.Length - 1; i >= 0; i--)
        {
            StateProofStep step = Steps[i];
            hash = key.Bit(step.Bit) ? HashNode(step.Bit, step.Sibling, hash) : HashNode(step.Bit, hash, step.Sibling);
        }

        if (hash != root) return StateProofVerdict.RootMismatch;
        if (!included) return StateProofVerdict.Absent;
        value = Content;
        return StateProofVerdict.Included;
    }

    public byte[] Encode()
    {
        WireWriter writer = new();
        Write(writer);
        return writer.ToArray();
    }

    public void Write(WireWriter writer)
    {
        writer.Record(WireType.StateProof, 3).Array(Steps.Length);
        foreach (StateProofStep step in Steps) writer.Array(2).UInt64((ulong)step.Bit).Hash(step.Sibling).End();
        writer.End();
        if (Leaf is { } leaf)
        {
            writer.Array(2);
            leaf.Write(writer);
            writer.End();
        }
        else
        {
            writer.Null();
        }

        writer.Bytes(Content.Span).End();
    }

    public static StateProof Read(WireReader reader)
    {
        reader.Record(WireType.StateProof, 3);
        StateProof proof = new(
            reader.List(Limits.StateProofStepsMax, StateProofStep.Read),
            reader.TryNull() ? null : ReadLeaf(reader),
            reader.Bytes(Limits.StateValueBytesMax));
        reader.End();
        if (!StepsIncrease(proof.Steps)) reader.Fail();
        return proof;
    }

    public static bool TryDecode(ReadOnlyMemory<byte> bytes, out StateProof? proof)
    {
        WireReader reader = new(bytes);
        proof = Read(reader);
        if (!reader.Succeeded) proof = null;
        return proof is not null;
    }

    private static StateKey? ReadLeaf(WireReader reader)
    {
        if (reader.Array(2) != 2) reader.Fail();
        StateKey key = StateKey.Read(reader);
        reader.End();
        return key;
    }

    private static bool StepsIncrease(ImmutableArray<StateProofStep> steps)
    {
        int last = -1;
        foreach (StateProofStep step in steps)
        {
            if (step.Bit <= last || step.Bit >= StateKey.BitCount) return false;
            last = step.Bit;
        }

        return true;
    }
}
