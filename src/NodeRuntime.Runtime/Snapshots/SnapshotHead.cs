using System;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Runtime.Snapshots;

/// <summary>What stands beside the chunks of a snapshot on disk. It is written last: a snapshot without it was never finished.</summary>
/// <param name="Digest">Of the block that made the state.</param>
internal sealed record SnapshotHead(Height Height, Hash256 Digest, Hash256 Root, StateManifest Manifest)
{
    public byte[] Encode()
    {
        WireWriter writer = new();
        writer.Record(WireType.SnapshotHead, 4).UInt64(Height.Number).Hash(Digest).Hash(Root);
        Manifest.Write(writer);
        return writer.End().ToArray();
    }

    /// <summary>Null where the bytes are no head.</summary>
    public static SnapshotHead? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        reader.Record(WireType.SnapshotHead, 4);
        SnapshotHead head = new(new Height(reader.UInt64()), reader.Hash(), reader.Hash(), StateManifest.Read(reader));
        reader.End();
        return reader.Succeeded ? head : null;
    }
}
