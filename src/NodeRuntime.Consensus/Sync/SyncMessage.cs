using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Light;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Consensus.Sync;

/// <summary>How a snapshot travels: everything that peers say to each other about one, a closed family.</summary>
public abstract record SyncMessage
{
    private SyncMessage()
    {
    }

    public sealed record WantOffers : SyncMessage;

    /// <summary>I have snapshots of the state after these heights. A word, and no proof.</summary>
    public sealed record Offers(ImmutableArray<Height> Heights) : SyncMessage;

    /// <summary>The seals of this epoch and of those after it: they say who votes above a snapshot.</summary>
    public sealed record WantSeals(Epoch From) : SyncMessage;

    /// <summary>Oldest first, the first of epoch <paramref name="From"/>; fewer than <see cref="Limits.SealsPerAnswerMax"/> are all that there are.</summary>
    public sealed record Seals(Epoch From, ImmutableArray<Seal> Items) : SyncMessage;

    public sealed record WantManifest(Height Height) : SyncMessage;

    public sealed record Manifest(Height Height, StateManifest State) : SyncMessage;

    public sealed record WantAnchor(Height Height) : SyncMessage;

    /// <summary>
    /// The blocks above the snapshot's height, up to the first with a certificate. The first one carries the root of the snapshot's state,
    /// the certificate proves them all.
    /// </summary>
    public sealed record Anchor(Height Height, ImmutableArray<Block> Blocks, Certificate Finalization) : SyncMessage;

    public sealed record WantChunk(Height Height, int Index) : SyncMessage;

    /// <param name="Bytes">A <see cref="StateChunk"/>, not decoded before it is looked at with its hash beside.</param>
    public sealed record Chunk(Height Height, int Index, ReadOnlyMemory<byte> Bytes) : SyncMessage;

    /// <summary>I had it, or never had it: ask somebody else.</summary>
    public sealed record Gone(Height Height) : SyncMessage;

    public byte[] Encode()
    {
        WireWriter writer = new();
        switch (this)
        {
            case WantOffers:
                writer.Record(WireType.SyncWantOffers, 0);
                break;
            case Offers m:
                writer.Record(WireType.SyncOffers, 1).Array(m.Heights.Length);
                foreach (Height height in m.Heights) writer.UInt64(height.Number);
                writer.End();
                break;
            case WantSeals m:
                writer.Record(WireType.SyncWantSeals, 1).UInt64(m.From.Number);
                break;
            case Seals m:
                writer.Record(WireType.SyncSeals, 2).UInt64(m.From.Number).Array(m.Items.Length);
                foreach (Seal seal in m.Items) seal.Write(writer);
                writer.End();
                break;
            case WantManifest m:
                writer.Record(WireType.SyncWantManifest, 1).UInt64(m.Height.Number);
                break;
            case Manifest m:
                writer.Record(WireType.SyncManifest, 2).UInt64(m.Height.Number);
                m.State.Write(writer);
                break;
            case WantAnchor m:
                writer.Record(WireType.SyncWantAnchor, 1).UInt64(m.Height.Number);
                break;
            case Anchor m:
                writer.Record(WireType.SyncAnchor, 3).UInt64(m.Height.Number).Array(m.Blocks.Length);
                foreach (Block block in m.Blocks) block.Write(writer);
                writer.End();
                m.Finalization.Write(writer);
                break;
            case WantChunk m:
                writer.Record(WireType.SyncWantChunk, 2).UInt64(m.Height.Number).UInt64((ulong)m.Index);
                break;
            case Chunk m:
                writer.Record(WireType.SyncChunk, 3).UInt64(m.Height.Number).UInt64((ulong)m.Index).Bytes(m.Bytes.Span);
                break;
            case Gone m:
                writer.Record(WireType.SyncGone, 1).UInt64(m.Height.Number);
                break;
            default:
                Invariant.Break("a sync message without an encoding");
                break;
        }

        return writer.End().ToArray();
    }

    /// <summary>Whether bytes claim to be one of these; what they are worth says <see cref="Decode"/>.</summary>
    public static bool IsOne(ReadOnlyMemory<byte> bytes) =>
        WireReader.TypeOf(bytes, itemsMax: 5) is (>= WireType.SyncWantOffers and <= WireType.SyncGone) or WireType.SyncWantSeals or WireType.SyncSeals;

    /// <summary>Any bytes: a message, or null where they are none.</summary>
    public static SyncMessage? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        int count = reader.Array(5);
        if (reader.UInt64() != 1) reader.Fail();
        WireType type = (WireType)reader.UInt32();
        SyncMessage? message = (type, count) switch
        {
            (WireType.SyncWantOffers, 2) => new WantOffers(),
            (WireType.SyncOffers, 3) => new Offers(reader.List(Limits.SnapshotsKeptMax, static r => new Height(r.UInt64()))),
            (WireType.SyncWantSeals, 3) => new WantSeals(new Epoch(reader.UInt32())),
            (WireType.SyncSeals, 4) => new Seals(new Epoch(reader.UInt32()), reader.List(Limits.SealsPerAnswerMax, Seal.Read)),
            (WireType.SyncWantManifest, 3) => new WantManifest(new Height(reader.UInt64())),
            (WireType.SyncManifest, 4) => new Manifest(new Height(reader.UInt64()), StateManifest.Read(reader)),
            (WireType.SyncWantAnchor, 3) => new WantAnchor(new Height(reader.UInt64())),
            (WireType.SyncAnchor, 5) => new Anchor(
                new Height(reader.UInt64()), reader.List(Limits.ChainBlocksMax, Block.Read), Certificate.Read(reader)),
            (WireType.SyncWantChunk, 4) => new WantChunk(new Height(reader.UInt64()), ReadIndex(reader)),
            (WireType.SyncChunk, 5) => new Chunk(
                new Height(reader.UInt64()), ReadIndex(reader), reader.Bytes(Limits.StateChunkBytesMax + 1024)),
            (WireType.SyncGone, 3) => new Gone(new Height(reader.UInt64())),
            _ => null,
        };
        reader.End();
        return reader.Succeeded ? message : null;
    }

    private static int ReadIndex(WireReader reader) => reader.Int32(0, Limits.SnapshotChunksMax - 1);
}
