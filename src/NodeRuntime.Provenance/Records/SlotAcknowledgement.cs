using System;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Provenance.Records;

/// <summary>
/// A parent's word that it has a child's second: it names round and leaf, so that an <see cref="AbsentLeaf"/> in the same slot of the same tree is a lie.
/// <code>
/// [1, 307, parent, level, slot, round, epoch, leaf]
/// </code>
/// </summary>
/// <param name="Level">Of the parent's tree.</param>
/// <param name="Leaf">Leaf hash of the child's <see cref="AggregationLeaf"/>.</param>
public sealed record SlotAcknowledgement(PeerId Parent, int Level, int Slot, Round Round, Epoch Epoch, Hash256 Leaf)
{
    private const int Fields = 6;

    public RecordVerdict Check()
    {
        if (Level is < 1 or > Limits.ProvenanceLevelsMax) return RecordVerdict.LevelOutOfRange;
        if (Slot is < 0 or >= Limits.ProvenanceSlotsMax) return RecordVerdict.SlotOutOfRange;
        return Round.Second > Round.SecondMax ? RecordVerdict.RoundOutOfRange : RecordVerdict.Accepted;
    }

    /// <summary>What the parent signs: of this chain alone.</summary>
    public Hash256 SigningDigest(ChainId chain) => Hasher.Tagged(HashDomain.ProvenanceAcknowledgement, chain.Hash.AsSpan(), Encode());

    public byte[] Encode()
    {
        Invariant.Holds(Check() == RecordVerdict.Accepted);
        WireWriter writer = new();
        writer.Record(WireType.SlotAcknowledgement, Fields).Hash(Parent.Hash).UInt64((ulong)Level).UInt64((ulong)Slot);
        return writer.UInt64(Round.Second).UInt64(Epoch.Number).Hash(Leaf).End().ToArray();
    }

    /// <summary>Never throws.</summary>
    public static RecordVerdict TryDecode(ReadOnlyMemory<byte> bytes, out SlotAcknowledgement? acknowledgement)
    {
        acknowledgement = null;
        if (bytes.Length > Limits.ProvenanceRecordBytesMax) return RecordVerdict.TooLarge;
        WireReader reader = new(bytes);
        reader.Record(WireType.SlotAcknowledgement, Fields);
        SlotAcknowledgement read = new(
            new PeerId(reader.Hash()), (int)Math.Min(reader.UInt64(), int.MaxValue), (int)Math.Min(reader.UInt64(), int.MaxValue),
            new Round(reader.UInt64()), new Epoch(reader.UInt32()), reader.Hash());
        reader.End();
        if (!reader.Succeeded) return RecordVerdict.Malformed;
        RecordVerdict verdict = read.Check();
        if (verdict == RecordVerdict.Accepted) acknowledgement = read;
        return verdict;
    }
}
