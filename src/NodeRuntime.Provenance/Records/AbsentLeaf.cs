using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Provenance.Records;

/// <summary>Why there is nothing of a child in a round, as the parent says.</summary>
public enum AbsenceReason
{
    /// <summary>Nothing came.</summary>
    Silent = 1,

    /// <summary>It came after the parent had closed the round.</summary>
    Late = 2,

    /// <summary>What came was refused.</summary>
    Refused = 3,

    /// <summary>Nobody is enrolled in the slot.</summary>
    Vacant = 4,
}

/// <summary>
/// The leaf of a slot that nothing was entered for: silence is written down, so that it can be proven.
/// <code>
/// [1, 303, level, slot, round, child / null, reason, epoch]
/// </code>
/// </summary>
/// <param name="Child">Who is enrolled there; null where the slot is vacant.</param>
public sealed record AbsentLeaf(int Level, int Slot, Round Round, PeerId? Child, AbsenceReason Reason, Epoch Epoch)
{
    private const int Fields = 6;

    public Hash256 Hash => RecordHash.Leaf(Encode());

    public RecordVerdict Check()
    {
        if (Level is < 1 or > Limits.ProvenanceLevelsMax) return RecordVerdict.LevelOutOfRange;
        if (Slot is < 0 or >= Limits.ProvenanceSlotsMax) return RecordVerdict.SlotOutOfRange;
        if (Round.Second > Round.SecondMax) return RecordVerdict.RoundOutOfRange;
        if (Reason is < AbsenceReason.Silent or > AbsenceReason.Vacant) return RecordVerdict.ReasonUnknown;
        return Child is null == (Reason == AbsenceReason.Vacant) ? RecordVerdict.Accepted : RecordVerdict.ChildMisplaced;
    }

    public byte[] Encode()
    {
        Invariant.Holds(Check() == RecordVerdict.Accepted);
        WireWriter writer = new();
        writer.Record(WireType.AbsentLeaf, Fields).UInt64((ulong)Level).UInt64((ulong)Slot).UInt64(Round.Second);
        return writer.OptionalHash(Child?.Hash).UInt64((ulong)Reason).UInt64(Epoch.Number).End().ToArray();
    }

    /// <summary>Never throws.</summary>
    public static RecordVerdict TryDecode(ReadOnlyMemory<byte> bytes, out AbsentLeaf? leaf)
    {
        leaf = null;
        if (bytes.Length > Limits.ProvenanceRecordBytesMax) return RecordVerdict.TooLarge;
        WireReader reader = new(bytes);
        reader.Record(WireType.AbsentLeaf, Fields);
        int level = (int)Math.Min(reader.UInt64(), int.MaxValue), slot = (int)Math.Min(reader.UInt64(), int.MaxValue);
        Round round = new(reader.UInt64());
        PeerId? child = reader.OptionalHash() is { } id ? new PeerId(id) : null;
        AbsentLeaf read = new(level, slot, round, child, (AbsenceReason)Math.Min(reader.UInt64(), int.MaxValue), new Epoch(reader.UInt32()));
        reader.End();
        if (!reader.Succeeded) return RecordVerdict.Malformed;
        RecordVerdict verdict = read.Check();
        if (verdict == RecordVerdict.Accepted) leaf = read;
        return verdict;
    }
}
