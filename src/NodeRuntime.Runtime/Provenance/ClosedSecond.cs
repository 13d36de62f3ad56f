using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>
/// A second of this peer, as its log has it: written before any parent hears of it, so that it is never told in two ways; and once more with its spine,
/// the part of a receipt that all its events share.
/// </summary>
/// <param name="Heartbeat">Its record.</param>
/// <param name="Leaf">Slot 0 until there is a spine, then the slot at the parent that it came from.</param>
/// <param name="Spine">From the parent's tree to the calendar; empty while the second is in no round.</param>
/// <param name="Checkpoint">What the spine leads to; empty where there is none.</param>
public sealed record ClosedSecond(ReadOnlyMemory<byte> Heartbeat, AggregationLeaf Leaf, ImmutableArray<Segment> Spine, string Checkpoint)
{
    public Round Round => Leaf.Round;

    public bool IsSettled => !Spine.IsEmpty;

    /// <summary>Events before this second, out of its heartbeat.</summary>
    public required ulong Sequence { get; init; }

    /// <summary>Events that were in the calendar when the second was closed: where a start goes on from.</summary>
    public required ulong SettledBefore { get; init; }

    /// <summary>Sequence number of the last event; <see cref="Sequence"/> where there are none.</summary>
    public ulong Last => Sequence + Leaf.Events;

    public bool Holds(ulong sequence) => sequence > Sequence && sequence <= Last;

    public byte[] Encode()
    {
        WireWriter writer = new();
        writer.Record(WireType.ClosedSecond, 5).UInt64(SettledBefore).Bytes(Heartbeat.Span).Bytes(Leaf.Encode()).Array(Spine.Length);
        foreach (Segment segment in Spine) writer.Bytes(segment.Encode());
        return writer.End().Bytes(System.Text.Encoding.UTF8.GetBytes(Checkpoint)).End().ToArray();
    }

    /// <summary>Null for bytes that are none.</summary>
    public static ClosedSecond? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        reader.Record(WireType.ClosedSecond, 5);
        ulong settled = reader.UInt64();
        byte[] record = reader.Bytes(Limits.ProvenanceRecordBytesMax);
        byte[] above = reader.Bytes(Limits.ProvenanceRecordBytesMax);
        ImmutableArray<Segment> spine = ProvenanceMessage.ReadSegments(reader);
        string? checkpoint = ProvenanceMessage.ReadNote(reader);
        reader.End();
        if (!reader.Succeeded || checkpoint is null || spine.IsEmpty != (checkpoint.Length == 0)) return null;
        if (NodeRuntime.Provenance.Records.Heartbeat.TryDecode(record, out Heartbeat? heartbeat) != RecordVerdict.Accepted) return null;
        if (AggregationLeaf.TryDecode(above, out AggregationLeaf? leaf) != RecordVerdict.Accepted) return null;
        if (leaf!.Round != heartbeat!.Round) return null;
        return new ClosedSecond(record, leaf, spine, checkpoint) { Sequence = heartbeat.Sequence, SettledBefore = settled };
    }
}
