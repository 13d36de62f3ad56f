using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Consensus.Sync;

/// <summary>
/// A snapshot that is worth fetching: the anchor was verified, its first block carries the root, and the manifest is of that root. Kept on disk
/// with the chunks that came, so that a restart goes on where it was.
/// </summary>
public sealed record SnapshotPlan(StateManifest Manifest, ImmutableArray<Block> Anchor, Certificate Finalization)
{
    /// <summary>The state is the one after this height.</summary>
    public Height Height => new(Anchor[0].Header.Height.Number - 1);

    /// <summary>The digest of the block that made it.</summary>
    public Hash256 Digest => Anchor[0].Header.ParentDigest;

    public Hash256 Root => Anchor[0].Header.ParentStateRoot;

    public byte[] Encode()
    {
        WireWriter writer = new();
        writer.Record(WireType.SnapshotPlan, 3);
        Manifest.Write(writer);
        writer.Array(Anchor.Length);
        foreach (Block block in Anchor) block.Write(writer);
        writer.End();
        Finalization.Write(writer);
        return writer.End().ToArray();
    }

    /// <summary>Our own disk, which is not believed either: null unless it is a plan by its form.</summary>
    public static SnapshotPlan? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        reader.Record(WireType.SnapshotPlan, 3);
        SnapshotPlan plan = new(StateManifest.Read(reader), reader.List(Limits.ChainBlocksMax, Block.Read), Certificate.Read(reader));
        reader.End();
        return reader.Succeeded && !plan.Anchor.IsEmpty ? plan : null;
    }
}
