using System;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Provenance.Trees;

/// <summary>A log's nodes out of its tiles, as anybody can fetch them: a node within a tile is hashed from at most 128 of its hashes.</summary>
/// <param name="size">Of the log.</param>
/// <param name="fetch">A tile's hashes; null where it is not at hand. A full tile may be given for a partial one.</param>
public sealed class TileNodes(ulong size, Func<TileId, ReadOnlyMemory<byte>?> fetch) : ITreeNodes
{
    public bool TryNode(int level, ulong index, out Hash256 hash)
    {
        hash = default;
        int tileLevel = level / TileId.LevelHeight, inside = level % TileId.LevelHeight;
        int shift = TileId.LevelHeight - inside;
        ulong tile = index >> shift;
        int width = TileId.WidthIn(size, tileLevel, tile);
        int count = 1 << inside, start = (int)(index & ((1UL << shift) - 1)) << inside;
        if (start + count > width) return false;
        if (fetch(new TileId(tileLevel, tile, width)) is not { } hashes || hashes.Length < (start + count) * Hash256.ByteCount) return false;
        MerkleTreeBuilder builder = new();
        for (int i = start; i < start + count; i++) builder.Append(new Hash256(hashes.Span.Slice(i * Hash256.ByteCount, Hash256.ByteCount)));
        hash = builder.Root();
        return true;
    }
}
