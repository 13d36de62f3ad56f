using System;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Provenance.Records;

/// <summary>
/// A child's second in its parent's tree: the root below, and how much is below it. The child signs it, the parent enters it.
/// <code>
/// [1, 302, level, slot, round, child, child root, child size, events, first time, last time, epoch, heartbeat / null]
/// </code>
/// </summary>
/// <param name="Level">Of the tree that this is a leaf of; the tree of a peer's second is level 0, so it is 1 at least.</param>
/// <param name="Slot">Its index there: each enrolled child has its own, in every round.</param>
/// <param name="Child">The peer whose tree it is.</param>
/// <param name="Events">Below, heartbeats not counted.</param>
/// <param name="FirstTime">Of these events, nanoseconds since 1970-01-01 UTC; 0 where there are none. So is <paramref name="LastTime"/>.</param>
/// <param name="Heartbeat">At level 1 the leaf hash of the child's heartbeat, which is on every receipt of that second; null above.</param>
public sealed record AggregationLeaf(
    int Level, int Slot, Round Round, PeerId Child, Hash256 ChildRoot, ulong ChildSize, ulong Events, ulong FirstTime, ulong LastTime,
    Epoch Epoch, Hash256? Heartbeat)
{
    private const int Fields = 11;

    public Hash256 Hash => RecordHash.Leaf(Encode());

    public RecordVerdict Check()
    {
        if (Level is < 1 or > Limits.ProvenanceLevelsMax) return RecordVerdict.LevelOutOfRange;
        if (Slot is < 0 or >= Limits.ProvenanceSlotsMax) return RecordVerdict.SlotOutOfRange;
        if (Round.Second > Round.SecondMax) return RecordVerdict.RoundOutOfRange;
        int sizeMax = Level == 1 ? Limits.SecondLeavesMax : Limits.ProvenanceSlotsMax;
        if (ChildSize == 0 || ChildSize > (ulong)sizeMax) return RecordVerdict.SizeOutOfRange;
        if (Events > Limits.RoundEventsMax || (Level == 1 && Events != ChildSize - 1)) return RecordVerdict.EventsOutOfRange;
        if (LastTime > EventLeaf.TimeMax) return RecordVerdict.TimeOutOfRange;
        if (FirstTime > LastTime || (Events == 0 && LastTime != 0)) return RecordVerdict.TimesOutOfOrder;
        return Heartbeat is null == (Level == 1) ? RecordVerdict.HeartbeatMisplaced : RecordVerdict.Accepted;
    }

    /// <summary>What the child signs: of this chain alone.</summary>
    public Hash256 SigningDigest(ChainId chain) => Hasher.Tagged(HashDomain.ProvenanceSlot, chain.Hash.AsSpan(), Encode());

    /// <summary>Whether the child says the same of the same second elsewhere: it may have two parents, and so two slots.</summary>
    public bool AgreesWith(AggregationLeaf other) => this with { Slot = other.Slot } == other;

    public byte[] Encode()
    {
        Invariant.Holds(Check() == RecordVerdict.Accepted);
        WireWriter writer = new();
        writer.Record(WireType.AggregationLeaf, Fields).UInt64((ulong)Level).UInt64((ulong)Slot).UInt64(Round.Second).Hash(Child.Hash);
        writer.Hash(ChildRoot).UInt64(ChildSize).UInt64(Events).UInt64(FirstTime).UInt64(LastTime).UInt64(Epoch.Number);
        return writer.OptionalHash(Heartbeat).End().ToArray();
    }

    /// <summary>Never throws.</summary>
    public static RecordVerdict TryDecode(ReadOnlyMemory<byte> bytes, out AggregationLeaf? leaf)
    {
        leaf = null;
        if (bytes.Length > Limits.ProvenanceRecordBytesMax) return RecordVerdict.TooLarge;
        WireReader reader = new(bytes);
        reader.Record(WireType.AggregationLeaf, Fields);
        AggregationLeaf read = new(
            (int)Math.Min(reader.UInt64(), int.MaxValue), (int)Math.Min(reader.UInt64(), int.MaxValue), new Round(reader.UInt64()),
            new PeerId(reader.Hash()), reader.Hash(), reader.UInt64(), reader.UInt64(), reader.UInt64(), reader.UInt64(),
            new Epoch(reader.UInt32()), reader.OptionalHash());
        reader.End();
        if (!reader.Succeeded) return RecordVerdict.Malformed;
        RecordVerdict verdict = read.Check();
        if (verdict == RecordVerdict.Accepted) leaf = read;
        return verdict;
    }
}
