using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Provenance.Records;

/// <summary>How a second came into the calendar.</summary>
public enum RoundMark
{
    /// <summary>While it was the present.</summary>
    Live = 0,

    /// <summary>Afterwards, because nobody entered it in time: it holds nothing, and says so.</summary>
    Backfilled = 1,
}

/// <summary>
/// The leaf of the calendar for one second; its index is the round less the first round, so time is a place in the tree.
/// <code>
/// [1, 304, round, core root / null, slots, events, epoch root, previous root, mark]
/// </code>
/// </summary>
/// <param name="CoreRoot">Of the topmost tree; null in a backfilled second.</param>
/// <param name="Slots">Leaves of that tree.</param>
/// <param name="EpochRoot">The leaf hash of the plan that this round follows.</param>
/// <param name="PreviousRoot">Of the calendar before this leaf.</param>
public sealed record RoundLeaf(
    Round Round, Hash256? CoreRoot, int Slots, ulong Events, Hash256 EpochRoot, Hash256 PreviousRoot, RoundMark Mark)
{
    private const int Fields = 7;

    public Hash256 Hash => RecordHash.Leaf(Encode());

    public RecordVerdict Check()
    {
        if (Round.Second > Round.SecondMax) return RecordVerdict.RoundOutOfRange;
        if (Slots is < 1 or > Limits.ProvenanceSlotsMax) return RecordVerdict.SlotsOutOfRange;
        if (Events > Limits.RoundEventsMax) return RecordVerdict.EventsOutOfRange;
        if (Mark is < RoundMark.Live or > RoundMark.Backfilled) return RecordVerdict.MarkUnknown;
        bool isRight = Mark == RoundMark.Backfilled ? CoreRoot is null && Events == 0 : CoreRoot is not null;
        return isRight ? RecordVerdict.Accepted : RecordVerdict.MarkMisplaced;
    }

    public byte[] Encode()
    {
        Invariant.Holds(Check() == RecordVerdict.Accepted);
        WireWriter writer = new();
        writer.Record(WireType.RoundLeaf, Fields).UInt64(Round.Second).OptionalHash(CoreRoot).UInt64((ulong)Slots).UInt64(Events);
        return writer.Hash(EpochRoot).Hash(PreviousRoot).UInt64((ulong)Mark).End().ToArray();
    }

    /// <summary>Never throws.</summary>
    public static RecordVerdict TryDecode(ReadOnlyMemory<byte> bytes, out RoundLeaf? leaf)
    {
        leaf = null;
        if (bytes.Length > Limits.ProvenanceRecordBytesMax) return RecordVerdict.TooLarge;
        WireReader reader = new(bytes);
        reader.Record(WireType.RoundLeaf, Fields);
        RoundLeaf read = new(
            new Round(reader.UInt64()), reader.OptionalHash(), (int)Math.Min(reader.UInt64(), int.MaxValue), reader.UInt64(),
            reader.Hash(), reader.Hash(), (RoundMark)Math.Min(reader.UInt64(), int.MaxValue));
        reader.End();
        if (!reader.Succeeded) return RecordVerdict.Malformed;
        RecordVerdict verdict = read.Check();
        if (verdict == RecordVerdict.Accepted) leaf = read;
        return verdict;
    }
}
