using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Trees;

/// <summary>
/// The top of a state's tree, cut wherever what hangs below fits into one chunk:
/// <code>
///            inner 5                     shape:  5, 9, chunk, chunk, chunk    (a node before its children, left before right)
///           /       \                    chunks: h0, h1, h2                   (in the order of keys)
///       inner 9     chunk 2
///       /     \                          each chunk's hash is the hash of the subtree that its entries make,
///   chunk 0  chunk 1                     so that this whole is the state's root and nothing else
/// </code>
/// A header that carries the root thus proves every chunk, each alone. Where the cuts are follows from the contents and
/// <see cref="Limits.StateChunkBytesMax"/>: all peers cut one state alike, and chunks of one height come from any of them.
/// </summary>
/// <param name="Shape">The bit of each inner node; <see cref="Chunk"/> for a chunk.</param>
/// <param name="Chunks">As many hashes as there are chunks in the shape.</param>
public sealed record StateManifest(ImmutableArray<ushort> Shape, ImmutableArray<Hash256> Chunks)
{
    /// <summary>Stands for a chunk in the shape: no key has such a bit.</summary>
    public const ushort Chunk = StateKey.BitCount;

    /// <summary>Whether the chunks together are the state of this root.</summary>
    public ManifestVerdict Verify(Hash256 root)
    {
        if (Chunks.IsEmpty) return ManifestVerdict.Malformed;
        if (Chunks.Length > Limits.SnapshotChunksMax) return ManifestVerdict.TooManyChunks;
        int node = 0;
        int chunk = 0;
        Hash256? found = HashAt(ref node, ref chunk, above: -1);
        if (found is null || node != Shape.Length || chunk != Chunks.Length) return ManifestVerdict.Malformed;
        return found == root ? ManifestVerdict.Accepted : ManifestVerdict.RootMismatch;
    }

    // Bits grow on the way down, which bounds the depth whatever the bytes say.
    private Hash256? HashAt(ref int node, ref int chunk, int above)
    {
        if (node == Shape.Length) return null;
        int bit = Shape[node++];
        if (bit == Chunk) return chunk < Chunks.Length ? Chunks[chunk++] : null;
        if (bit <= above || bit > Chunk) return null;
        if (HashAt(ref node, ref chunk, bit) is not { } left) return null;
        if (HashAt(ref node, ref chunk, bit) is not { } right) return null;
        return StateProof.HashNode(bit, left, right);
    }

    public void Write(WireWriter writer)
    {
        writer.Record(WireType.StateManifest, 2).Array(Shape.Length);
        foreach (ushort bit in Shape) writer.UInt64(bit);
        writer.End().Array(Chunks.Length);
        foreach (Hash256 chunk in Chunks) writer.Hash(chunk);
        writer.End().End();
    }

    public static StateManifest Read(WireReader reader)
    {
        reader.Record(WireType.StateManifest, 2);
        StateManifest manifest = new(
            reader.List(2 * Limits.SnapshotChunksMax, static r => r.UInt16()),
            reader.List(Limits.SnapshotChunksMax, static r => r.Hash()));
        reader.End();
        return manifest;
    }
}

/// <summary>What is said of a manifest, in the order of the checks.</summary>
public enum ManifestVerdict
{
    Accepted,
    TooManyChunks,

    /// <summary>The shape is not that of a tree, or has not as many ends as there are chunks.</summary>
    Malformed,

    /// <summary>A tree, but not the one of this root.</summary>
    RootMismatch,
}
