using System;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>Everything that peers say to each other about rounds, a closed family.</summary>
public abstract record ProvenanceMessage
{
    private ProvenanceMessage()
    {
    }

    /// <summary>Child to parent: give me a slot in your trees of this epoch.</summary>
    public sealed record Enrol(Epoch Epoch) : ProvenanceMessage;

    /// <param name="Slot">Null where all are taken.</param>
    public sealed record Enrolled(Epoch Epoch, int? Slot) : ProvenanceMessage;

    /// <summary>A tree that is closed, of a peer's second or of a parent's round, as a leaf of the tree above.</summary>
    public sealed record Closed(AggregationLeaf Leaf, Signature Signature) : ProvenanceMessage;

    /// <summary>The parent's word that it has it.</summary>
    public sealed record Taken(SlotAcknowledgement Acknowledgement, Signature Signature) : ProvenanceMessage;

    /// <summary>What stands above a leaf: the way from its parent's tree to a checkpoint that a quorum has signed.</summary>
    /// <param name="Segments">The first is of the tree that the leaf is in, the last the calendar's.</param>
    public sealed record Spine(int Level, Round Round, ImmutableArray<Segment> Segments, string Checkpoint) : ProvenanceMessage;

    /// <summary>Seconds of the calendar in a row.</summary>
    /// <param name="From">Index of the first.</param>
    /// <param name="Size">That was asked about.</param>
    /// <param name="Path">RFC 9162: the calendar of that size begins with these and what is before them.</param>
    public sealed record Leaves(ulong From, ulong Size, ImmutableArray<RoundLeaf> Items, ImmutableArray<Hash256> Path) : ProvenanceMessage;

    /// <param name="From">Seconds that the asker has.</param>
    /// <param name="Size">Of the calendar that its ledger has.</param>
    public sealed record WantLeaves(ulong From, ulong Size) : ProvenanceMessage;

    /// <summary>Parent to the others: the calendar has another topmost tree of this round than mine.</summary>
    public sealed record WantTop(Round Round) : ProvenanceMessage;

    /// <summary>The asker's slot in the topmost tree that the calendar has.</summary>
    public sealed record TopShown(Round Round, Segment Way) : ProvenanceMessage;

    /// <summary>A validator's line under the checkpoint of this size and root. Another root than the ledger's is shown to all others.</summary>
    public sealed record Signed(ulong Size, Hash256 Root, PublicKey Key, Signature Signature) : ProvenanceMessage;

    /// <summary>What a child told somebody of a second, shown to others: whoever was told otherwise has two statements that do not fit.</summary>
    /// <param name="Child">Its node key.</param>
    public sealed record Shown(AggregationLeaf Leaf, Signature Signature, PublicKey Child) : ProvenanceMessage;

    /// <summary>Child to parent: show what stands in my slot of that round, or the whole tree.</summary>
    public sealed record WantSlot(Round Round, int Slot, bool IsWhole) : ProvenanceMessage;

    /// <summary>The parent's tree of a round as it told the validators, and what is in it.</summary>
    /// <param name="Way">Of the slot that was asked about.</param>
    /// <param name="Records">That slot's, or all.</param>
    public sealed record SlotShown(AggregationLeaf Tree, Signature Signature, Segment Way, ImmutableArray<ReadOnlyMemory<byte>> Records) : ProvenanceMessage;

    /// <summary>A proof of fraud for those who validate: they can report it where who found it cannot pay for a transaction.</summary>
    public sealed record Complaint(Message.ReportFraud Report) : ProvenanceMessage;

    /// <summary>Whether bytes claim to be one: they come between the frames of others.</summary>
    public static bool IsOne(ReadOnlyMemory<byte> bytes) =>
        WireReader.TypeOf(bytes, FieldsMax) is (>= WireType.ProvenanceEnrol and <= WireType.CalendarSigned)
            or (>= WireType.ProvenanceShown and <= WireType.ProvenanceComplaint) or WireType.ProvenanceWantTop or WireType.ProvenanceTop;

    private const int FieldsMax = 6;

    public byte[] Encode()
    {
        WireWriter writer = new();
        switch (this)
        {
            case Enrol m:
                writer.Record(WireType.ProvenanceEnrol, 1).UInt64(m.Epoch.Number);
                break;
            case Enrolled m:
                writer.Record(WireType.ProvenanceEnrolled, 2).UInt64(m.Epoch.Number);
                if (m.Slot is { } slot) writer.UInt64((ulong)slot);
                else writer.Null();
                break;
            case Closed m:
                writer.Record(WireType.ProvenanceSecond, 2).Bytes(m.Leaf.Encode()).Bytes(m.Signature.AsSpan());
                break;
            case Taken m:
                writer.Record(WireType.ProvenanceTaken, 2).Bytes(m.Acknowledgement.Encode()).Bytes(m.Signature.AsSpan());
                break;
            case Spine m:
                writer.Record(WireType.ProvenanceSpine, 4).UInt64((ulong)m.Level).UInt64(m.Round.Second).Array(m.Segments.Length);
                foreach (Segment segment in m.Segments) writer.Bytes(segment.Encode());
                writer.End().Bytes(System.Text.Encoding.UTF8.GetBytes(m.Checkpoint));
                break;
            case Leaves m:
                writer.Record(WireType.CalendarLeaves, 4).UInt64(m.From).UInt64(m.Size).Array(m.Items.Length);
                foreach (RoundLeaf leaf in m.Items) writer.Bytes(leaf.Encode());
                writer.End().Array(m.Path.Length);
                foreach (Hash256 hash in m.Path) writer.Hash(hash);
                writer.End();
                break;
            case WantLeaves m:
                writer.Record(WireType.CalendarWant, 2).UInt64(m.From).UInt64(m.Size);
                break;
            case WantTop m:
                writer.Record(WireType.ProvenanceWantTop, 1).UInt64(m.Round.Second);
                break;
            case TopShown m:
                writer.Record(WireType.ProvenanceTop, 2).UInt64(m.Round.Second).Bytes(m.Way.Encode());
                break;
            case Signed m:
                writer.Record(WireType.CalendarSigned, 4).UInt64(m.Size).Hash(m.Root).Bytes(m.Key.AsSpan()).Bytes(m.Signature.AsSpan());
                break;
            case Shown m:
                writer.Record(WireType.ProvenanceShown, 3).Bytes(m.Leaf.Encode()).Bytes(m.Signature.AsSpan()).Bytes(m.Child.AsSpan());
                break;
            case WantSlot m:
                writer.Record(WireType.ProvenanceWantSlot, 3).UInt64(m.Round.Second).UInt64((ulong)m.Slot).Bool(m.IsWhole);
                break;
            case SlotShown m:
                writer.Record(WireType.ProvenanceSlot, 4).Bytes(m.Tree.Encode()).Bytes(m.Signature.AsSpan()).Bytes(m.Way.Encode()).Array(m.Records.Length);
                foreach (ReadOnlyMemory<byte> record in m.Records) writer.Bytes(record.Span);
                writer.End();
                break;
            case Complaint m:
                writer.Record(WireType.ProvenanceComplaint, 2).Bytes(m.Report.Proof.AsSpan());
                if (m.Report.Harmed is { } harmed) writer.Bytes(harmed.AsSpan());
                else writer.Null();
                break;
            default:
                Invariant.Break("a message without a form");
                break;
        }

        return writer.End().ToArray();
    }

    /// <summary>Null for bytes that are none.</summary>
    public static ProvenanceMessage? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        ProvenanceMessage? message = WireReader.TypeOf(bytes, FieldsMax) switch
        {
            WireType.ProvenanceEnrol => ReadEnrol(reader),
            WireType.ProvenanceEnrolled => ReadEnrolled(reader),
            WireType.ProvenanceSecond => ReadClosed(reader),
            WireType.ProvenanceTaken => ReadTaken(reader),
            WireType.ProvenanceSpine => ReadSpine(reader),
            WireType.CalendarLeaves => ReadLeaves(reader),
            WireType.CalendarWant => ReadWant(reader),
            WireType.CalendarSigned => ReadSigned(reader),
            WireType.ProvenanceWantTop => ReadWantTop(reader),
            WireType.ProvenanceTop => ReadTop(reader),
            WireType.ProvenanceShown => ReadShown(reader),
            WireType.ProvenanceWantSlot => ReadWantSlot(reader),
            WireType.ProvenanceSlot => ReadSlot(reader),
            WireType.ProvenanceComplaint => ReadComplaint(reader),
            _ => null,
        };
        if (message is null) return null;
        reader.End();
        return reader.Succeeded ? message : null;
    }

    private static Enrol ReadEnrol(WireReader reader)
    {
        reader.Record(WireType.ProvenanceEnrol, 1);
        return new Enrol(new Epoch(reader.UInt32()));
    }

    private static Enrolled ReadEnrolled(WireReader reader)
    {
        reader.Record(WireType.ProvenanceEnrolled, 2);
        return new Enrolled(new Epoch(reader.UInt32()), reader.TryNull() ? null : reader.Int32(0, Limits.ProvenanceSlotsMax - 1));
    }

    private static Closed? ReadClosed(WireReader reader)
    {
        reader.Record(WireType.ProvenanceSecond, 2);
        if (AggregationLeaf.TryDecode(reader.Bytes(Limits.ProvenanceRecordBytesMax), out AggregationLeaf? leaf) != RecordVerdict.Accepted) return null;
        return ReadSignature(reader) is { } signature ? new Closed(leaf!, signature) : null;
    }

    private static Taken? ReadTaken(WireReader reader)
    {
        reader.Record(WireType.ProvenanceTaken, 2);
        if (SlotAcknowledgement.TryDecode(reader.Bytes(Limits.ProvenanceRecordBytesMax), out SlotAcknowledgement? taken) != RecordVerdict.Accepted) return null;
        return ReadSignature(reader) is { } signature ? new Taken(taken!, signature) : null;
    }

    private static Spine? ReadSpine(WireReader reader)
    {
        reader.Record(WireType.ProvenanceSpine, 4);
        int level = reader.Int32(1, Limits.ProvenanceLevelsMax);
        Round round = new(reader.UInt64());
        ImmutableArray<Segment> segments = ReadSegments(reader);
        string? checkpoint = ReadNote(reader);
        return checkpoint is null || segments.IsEmpty ? null : new Spine(level, round, segments, checkpoint);
    }

    /// <summary>Empty where one of them is none.</summary>
    internal static ImmutableArray<Segment> ReadSegments(WireReader reader)
    {
        ImmutableArray<ReadOnlyMemory<byte>> items = reader.List(EventReceipt.SegmentsMax, static r => (ReadOnlyMemory<byte>)r.Bytes(SegmentBytesMax));
        ImmutableArray<Segment>.Builder segments = ImmutableArray.CreateBuilder<Segment>(items.Length);
        foreach (ReadOnlyMemory<byte> item in items)
        {
            if (Segment.TryDecode(item) is not { } segment) return [];
            segments.Add(segment);
        }

        return segments.MoveToImmutable();
    }

    /// <summary>Null where it is no text of one form.</summary>
    internal static string? ReadNote(WireReader reader)
    {
        byte[] bytes = reader.Bytes(Limits.CheckpointBytesMax);
        string text = System.Text.Encoding.UTF8.GetString(bytes);
        return System.Text.Encoding.UTF8.GetBytes(text).AsSpan().SequenceEqual(bytes) ? text : null;
    }

    // A path of 64 hashes, a record, and heads.
    private const int SegmentBytesMax = (Limits.MerklePathHashesMax * 34) + Limits.ProvenanceRecordBytesMax + 64;

    private static Leaves? ReadLeaves(WireReader reader)
    {
        reader.Record(WireType.CalendarLeaves, 4);
        ulong from = reader.UInt64(), size = reader.UInt64();
        ImmutableArray<ReadOnlyMemory<byte>> items =
            reader.List(Limits.CalendarLeavesPerFrameMax, static r => (ReadOnlyMemory<byte>)r.Bytes(Limits.ProvenanceRecordBytesMax));
        ImmutableArray<RoundLeaf>.Builder leaves = ImmutableArray.CreateBuilder<RoundLeaf>(items.Length);
        foreach (ReadOnlyMemory<byte> item in items)
        {
            if (RoundLeaf.TryDecode(item, out RoundLeaf? leaf) != RecordVerdict.Accepted) return null;
            leaves.Add(leaf!);
        }

        return new Leaves(from, size, leaves.MoveToImmutable(), reader.List(Limits.MerklePathHashesMax, static r => r.Hash()));
    }

    private static WantLeaves ReadWant(WireReader reader)
    {
        reader.Record(WireType.CalendarWant, 2);
        return new WantLeaves(reader.UInt64(), reader.UInt64());
    }

    private static WantTop ReadWantTop(WireReader reader)
    {
        reader.Record(WireType.ProvenanceWantTop, 1);
        return new WantTop(new Round(reader.UInt64()));
    }

    private static TopShown? ReadTop(WireReader reader)
    {
        reader.Record(WireType.ProvenanceTop, 2);
        Round round = new(reader.UInt64());
        return Segment.TryDecode(reader.Bytes(SegmentBytesMax)) is { Next: null } way ? new TopShown(round, way) : null;
    }

    private static Signed? ReadSigned(WireReader reader)
    {
        reader.Record(WireType.CalendarSigned, 4);
        ulong size = reader.UInt64();
        Hash256 root = reader.Hash();
        PublicKey key = PublicKey.Read(reader);
        return ReadSignature(reader) is { } signature ? new Signed(size, root, key, signature) : null;
    }

    private static Shown? ReadShown(WireReader reader)
    {
        reader.Record(WireType.ProvenanceShown, 3);
        if (AggregationLeaf.TryDecode(reader.Bytes(Limits.ProvenanceRecordBytesMax), out AggregationLeaf? leaf) != RecordVerdict.Accepted) return null;
        return ReadSignature(reader) is { } signature ? new Shown(leaf!, signature, PublicKey.Read(reader)) : null;
    }

    private static WantSlot ReadWantSlot(WireReader reader)
    {
        reader.Record(WireType.ProvenanceWantSlot, 3);
        return new WantSlot(new Round(reader.UInt64()), reader.Int32(0, Limits.ProvenanceSlotsMax - 1), reader.Bool());
    }

    private static SlotShown? ReadSlot(WireReader reader)
    {
        reader.Record(WireType.ProvenanceSlot, 4);
        if (AggregationLeaf.TryDecode(reader.Bytes(Limits.ProvenanceRecordBytesMax), out AggregationLeaf? tree) != RecordVerdict.Accepted) return null;
        if (ReadSignature(reader) is not { } signature || Segment.TryDecode(reader.Bytes(SegmentBytesMax)) is not { Next: null } way) return null;
        ImmutableArray<ReadOnlyMemory<byte>> records =
            reader.List(Limits.ProvenanceSlotsMax, static r => (ReadOnlyMemory<byte>)r.Bytes(Limits.ProvenanceRecordBytesMax));
        return records.IsEmpty ? null : new SlotShown(tree!, signature, way, records);
    }

    private static Complaint ReadComplaint(WireReader reader)
    {
        reader.Record(WireType.ProvenanceComplaint, 2);
        return new Complaint(new Message.ReportFraud([.. reader.Bytes(Limits.FraudReportBytesMax)], reader.TryNull() ? null : PublicKey.Read(reader)));
    }

    private static Signature? ReadSignature(WireReader reader)
    {
        Signature signature = Signature.Read(reader);
        return reader.Failed ? null : signature;
    }
}
