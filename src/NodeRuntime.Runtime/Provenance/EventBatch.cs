using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>
/// Events with numbers in a row, as the peer's log has them: written before they are promised, so that a peer that dies enters them when it is back.
/// What was pruned to its leaves has no records.
/// </summary>
/// <param name="Round">In which they were taken; the promise was given for it.</param>
/// <param name="First">Sequence number of the first; the record's place in the log.</param>
/// <param name="FirstTime">The least of their times; <paramref name="LastTime"/> is the greatest.</param>
/// <param name="Records">One for each; none where leaves alone were kept.</param>
/// <param name="Leaves">32 bytes for each.</param>
/// <param name="Contents">32 bytes for each, or none.</param>
public sealed record EventBatch(
    Round Round, Epoch Epoch, ulong First, ulong FirstTime, ulong LastTime, ImmutableArray<ReadOnlyMemory<byte>> Records, ReadOnlyMemory<byte> Leaves,
    ReadOnlyMemory<byte> Contents)
{
    public int Count => Leaves.Length / Hash256.ByteCount;

    /// <summary>Sequence number of the last.</summary>
    public ulong Last => First + (ulong)Count - 1;

    public Hash256 LeafAt(int index) => new(Leaves.Span.Slice(index * Hash256.ByteCount, Hash256.ByteCount));

    public EventBatch WithoutRecords() => this with { Records = [] };

    public byte[] Encode()
    {
        WireWriter writer = new();
        writer.Record(WireType.EventBatch, 8).UInt64(Round.Second).UInt64(Epoch.Number).UInt64(First).UInt64(FirstTime).UInt64(LastTime);
        writer.Array(Records.Length);
        foreach (ReadOnlyMemory<byte> record in Records) writer.Bytes(record.Span);
        // Leaves follow from records.
        return writer.End().Bytes(Records.IsEmpty ? Leaves.Span : []).Bytes(Contents.Span).End().ToArray();
    }

    /// <summary>Null for bytes that are none.</summary>
    public static EventBatch? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        reader.Record(WireType.EventBatch, 8);
        Round round = new(reader.UInt64());
        Epoch epoch = new(reader.UInt32());
        ulong first = reader.UInt64(), firstTime = reader.UInt64(), lastTime = reader.UInt64();
        ImmutableArray<ReadOnlyMemory<byte>> records =
            reader.List(Limits.PromiseEventsMax, static r => (ReadOnlyMemory<byte>)r.Bytes(Limits.ProvenanceRecordBytesMax));
        byte[] leaves = reader.Bytes(Limits.PromiseEventsMax * Hash256.ByteCount), contents = reader.Bytes(Limits.PromiseEventsMax * Hash256.ByteCount);
        reader.End();
        if (!reader.Succeeded || records.IsEmpty == (leaves.Length == 0)) return null;
        if (!records.IsEmpty)
        {
            leaves = new byte[records.Length * Hash256.ByteCount];
            for (int i = 0; i < records.Length; i++) RecordHash.Leaf(records[i].Span).AsSpan().CopyTo(leaves.AsSpan(i * Hash256.ByteCount));
        }

        if (leaves.Length % Hash256.ByteCount != 0 || (contents.Length != 0 && contents.Length != leaves.Length)) return null;
        if (first is 0 or > EventLeaf.SequenceMax - Limits.PromiseEventsMax) return null;
        return new EventBatch(round, epoch, first, firstTime, lastTime, records, leaves, contents);
    }
}
