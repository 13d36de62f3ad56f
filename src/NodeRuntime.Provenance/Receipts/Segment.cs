using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Provenance.Receipts;

/// <summary>
/// One tree on the way up: a leaf's place in it, and the record that carries its root into the next. On the wire [size, index, [* hash], ? next].
/// </summary>
/// <param name="Path">From the leaf upwards.</param>
/// <param name="Next">The bytes of the record in the tree above; null in the last segment.</param>
public sealed record Segment(ulong Size, ulong Index, ImmutableArray<Hash256> Path, ReadOnlyMemory<byte>? Next)
{
    public static Segment Of(MerkleInclusionProof proof, ReadOnlyMemory<byte>? next) => new(proof.Size, proof.Index, proof.Path, next);

    public byte[] Encode()
    {
        WireWriter writer = new();
        writer.Array(Next is null ? 3 : 4).UInt64(Size).UInt64(Index).Array(Path.Length);
        foreach (Hash256 hash in Path) writer.Hash(hash);
        writer.End();
        if (Next is { } next) writer.Bytes(next.Span);
        return writer.End().ToArray();
    }

    /// <summary>Never throws; null where the bytes are no segment.</summary>
    public static Segment? TryDecode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        int items = reader.Array(4);
        if (items is not (3 or 4)) reader.Fail();
        Segment segment = new(
            reader.UInt64(), reader.UInt64(), reader.List(Limits.MerklePathHashesMax, static r => r.Hash()),
            items == 4 ? (ReadOnlyMemory<byte>)reader.Bytes(Limits.ProvenanceRecordBytesMax) : (ReadOnlyMemory<byte>?)null);
        reader.End();
        return reader.Succeeded ? segment : null;
    }

    /// <summary>The root that leaf and path lead to (RFC 9162 section 2.1.3.2).</summary>
    public ReceiptCode Fold(Hash256 leaf, out Hash256 root)
    {
        root = leaf;
        if (Index >= Size) return ReceiptCode.IndexOutOfRange;
        ulong index = Index, last = Size - 1;
        foreach (Hash256 sibling in Path)
        {
            if (last == 0) return ReceiptCode.PathTooLong;
            if ((index & 1) == 1 || index == last)
            {
                root = MerkleTree.HashNode(sibling, root);
                while (index != 0 && (index & 1) == 0)
                {
                    index >>= 1;
                    last >>= 1;
                }
            }
            else
            {
                root = MerkleTree.HashNode(root, sibling);
            }

            index >>= 1;
            last >>= 1;
        }

        return last == 0 ? ReceiptCode.None : ReceiptCode.PathTooShort;
    }
}
