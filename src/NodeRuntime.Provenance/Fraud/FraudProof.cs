using System;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Provenance.Fraud;

/// <summary>
/// A claim that somebody has lied about the calendar of events, complete in itself: what the accused signed, and what shows that it cannot be true.
/// <code>
/// [1, 309, kind, culprit, [* statement], [* signature], [* &lt;&lt;segment&gt;&gt;], [* record]]
///
/// kind                     statements (signed by the culprit)        ways                     records
/// SlotContradiction        two AggregationLeaf
/// PromiseContradiction     two EventPromise                          a leaf in each           two leaf hashes
/// PromiseReplaced          EventPromise, AggregationLeaf             in batch, in second      heartbeat, two leaf hashes
/// PromiseOverdue           EventPromise, AggregationLeaf                                      heartbeat
/// AcknowledgementBroken    SlotAcknowledgement, AggregationLeaf      the slot's               what stands in the slot
/// WrongTotals              AggregationLeaf (level 2 or above)                                 every record of its tree
/// CheckpointContradiction  two checkpoints' texts
/// </code>
/// </summary>
/// <param name="Signatures">r and s, 64 bytes, of each statement.</param>
public sealed record FraudProof(
    FraudKind Kind, PublicKey Culprit, ImmutableArray<ReadOnlyMemory<byte>> Statements, ImmutableArray<ReadOnlyMemory<byte>> Signatures,
    ImmutableArray<Segment> Ways, ImmutableArray<ReadOnlyMemory<byte>> Records)
{
    private const int Fields = 6;
    private const int PartsMax = 2;

    /// <summary>The last second that a statement is about; null of checkpoints, which are about sizes. Of a claim that is proven it is the culprit's word.</summary>
    public Round? LatestRound
    {
        get
        {
            Round? latest = null;
            foreach (ReadOnlyMemory<byte> statement in Statements)
            {
                if (RoundOf(statement) is { } round && !(latest >= round)) latest = round;
            }

            return latest;
        }
    }

    /// <summary>Whom a parent wrote down as absent after it had acknowledged it; null where the claim names nobody.</summary>
    public PeerId? Harmed =>
        Kind == FraudKind.AcknowledgementBroken && AbsentLeaf.TryDecode(Records[0], out AbsentLeaf? absent) == RecordVerdict.Accepted ? absent!.Child : null;

    public byte[] Encode()
    {
        WireWriter writer = new();
        writer.Record(WireType.ProvenanceFraud, Fields).UInt64((ulong)Kind).Bytes(Culprit.AsSpan());
        Write(writer, Statements);
        Write(writer, Signatures);
        writer.Array(Ways.Length);
        foreach (Segment way in Ways) writer.Bytes(way.Encode());
        writer.End();
        Write(writer, Records);
        return writer.End().ToArray();
    }

    /// <summary>Never throws; null where the bytes are no such claim.</summary>
    public static FraudProof? TryDecode(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > Limits.FraudProofBytesMax) return null;
        WireReader reader = new(bytes);
        reader.Record(WireType.ProvenanceFraud, Fields);
        ulong kind = reader.UInt64();
        if (kind is < (ulong)FraudKind.SlotContradiction or > (ulong)FraudKind.CheckpointContradiction) reader.Fail();
        PublicKey culprit = PublicKey.Read(reader);
        ImmutableArray<ReadOnlyMemory<byte>> statements = reader.List(PartsMax, static r => (ReadOnlyMemory<byte>)r.Bytes(Limits.ProvenanceRecordBytesMax));
        ImmutableArray<ReadOnlyMemory<byte>> signatures =
            reader.List(PartsMax, static r => (ReadOnlyMemory<byte>)r.BytesExactly(Signature.CompactByteCount));
        ImmutableArray<Segment> ways = reader.List(PartsMax, ReadWay);
        ImmutableArray<ReadOnlyMemory<byte>> records =
            reader.List(Limits.ProvenanceSlotsMax, static r => (ReadOnlyMemory<byte>)r.Bytes(Limits.ProvenanceRecordBytesMax));
        reader.End();
        return reader.Succeeded ? new FraudProof((FraudKind)kind, culprit, statements, signatures, ways, records) : null;
    }

    private static Round? RoundOf(ReadOnlyMemory<byte> statement)
    {
        if (AggregationLeaf.TryDecode(statement, out AggregationLeaf? leaf) == RecordVerdict.Accepted) return leaf!.Round;
        if (EventPromise.TryDecode(statement, out EventPromise? promise) == RecordVerdict.Accepted) return promise!.Round;
        return SlotAcknowledgement.TryDecode(statement, out SlotAcknowledgement? said) == RecordVerdict.Accepted ? said!.Round : null;
    }

    private static Segment ReadWay(WireReader reader)
    {
        if (Segment.TryDecode(reader.Bytes(Limits.ProvenanceRecordBytesMax * 4)) is { Next: null } way) return way;
        reader.Fail();
        return new Segment(0, 0, [], null);
    }

    private static void Write(WireWriter writer, ImmutableArray<ReadOnlyMemory<byte>> parts)
    {
        writer.Array(parts.Length);
        foreach (ReadOnlyMemory<byte> part in parts) writer.Bytes(part.Span);
        writer.End();
    }
}
