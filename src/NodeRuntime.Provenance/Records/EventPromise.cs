using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Provenance.Records;

/// <summary>
/// A peer's word, milliseconds after an event: these events have these sequence numbers, and will be in the calendar by the round <see cref="Due"/>.
/// <code>
/// [1, 306, chain, node, epoch, round, first, count, root, due]
/// </code>
/// The numbers are given before the promise is signed, so a peer that enters something else in their place, or passes them over, has signed
/// two things that do not fit. It is the payload of the receipt that carries it, and signed there.
/// </summary>
/// <param name="First">Sequence number of the first event; <paramref name="Root"/> is of the RFC 9162 tree of their leaves in this order.</param>
public sealed record EventPromise(ChainId Chain, PeerId Node, Epoch Epoch, Round Round, ulong First, int Count, Hash256 Root, Round Due)
{
    private const int Fields = 8;

    /// <summary>Of the last event.</summary>
    public ulong Last => First + (ulong)Count - 1;

    public RecordVerdict Check()
    {
        if (Round.Second > Round.SecondMax) return RecordVerdict.RoundOutOfRange;
        if (First is 0 or > EventLeaf.SequenceMax - Limits.PromiseEventsMax) return RecordVerdict.SequenceOutOfRange;
        if (Count is < 1 or > Limits.PromiseEventsMax) return RecordVerdict.CountOutOfRange;
        return Due < Round || Due.Second - Round.Second > Limits.PromiseRoundsMax ? RecordVerdict.DueOutOfRange : RecordVerdict.Accepted;
    }

    public byte[] Encode()
    {
        Invariant.Holds(Check() == RecordVerdict.Accepted);
        WireWriter writer = new();
        writer.Record(WireType.EventPromise, Fields).Hash(Chain.Hash).Hash(Node.Hash).UInt64(Epoch.Number).UInt64(Round.Second);
        return writer.UInt64(First).UInt64((ulong)Count).Hash(Root).UInt64(Due.Second).End().ToArray();
    }

    /// <summary>Never throws.</summary>
    public static RecordVerdict TryDecode(ReadOnlyMemory<byte> bytes, out EventPromise? promise)
    {
        promise = null;
        if (bytes.Length > Limits.ProvenanceRecordBytesMax) return RecordVerdict.TooLarge;
        WireReader reader = new(bytes);
        reader.Record(WireType.EventPromise, Fields);
        EventPromise read = new(
            new ChainId(reader.Hash()), new PeerId(reader.Hash()), new Epoch(reader.UInt32()), new Round(reader.UInt64()),
            reader.UInt64(), (int)Math.Min(reader.UInt64(), int.MaxValue), reader.Hash(), new Round(reader.UInt64()));
        reader.End();
        if (!reader.Succeeded) return RecordVerdict.Malformed;
        RecordVerdict verdict = read.Check();
        if (verdict == RecordVerdict.Accepted) promise = read;
        return verdict;
    }
}
