using System;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Provenance.Records;

/// <summary>Sixteen bytes that name a decision of a policy.</summary>
public readonly record struct DecisionId(UInt128 Value);

/// <summary>
/// One event: that something was done to data, without the data.
/// <code>
/// [1, 301, kind, salt, subject, actor, time, sequence, [* parent], decision / null, zone]
/// </code>
/// <see cref="Subject"/> is salted (<see cref="RecordHash.Subject"/>), parents are the leaf hashes of the steps of custody before it, so that
/// custody is a graph; nothing else leads from one event to another.
/// </summary>
/// <param name="Actor">The peer or account that did it.</param>
/// <param name="Time">Nanoseconds since 1970-01-01 UTC by the peer's clock.</param>
/// <param name="Sequence">The peer's own count of events: the heartbeat's, and the leaf's index.</param>
public sealed record EventLeaf(
    EventKind Kind, Salt Salt, Hash256 Subject, Hash256 Actor, ulong Time, ulong Sequence,
    ImmutableArray<Hash256> Parents, DecisionId? Decision, string Zone)
{
    /// <summary>The year 2262: the last that signed nanoseconds can say.</summary>
    public const ulong TimeMax = long.MaxValue;

    public const ulong SequenceMax = long.MaxValue;

    private const int Fields = 9;

    /// <summary>The bytes of an event without parents, decision and zone's text, at most.</summary>
    private const int FixedByteCountMax = 5 + 2 + 17 + 34 + 34 + 9 + 9 + 1 + 1 + 1;

    public RecordVerdict Check()
    {
        if (Kind is < EventKind.Ingest or > EventKind.Restore) return RecordVerdict.KindUnknown;
        if (Time > TimeMax) return RecordVerdict.TimeOutOfRange;
        if (Sequence is 0 or > SequenceMax) return RecordVerdict.SequenceOutOfRange;
        if (Parents.Length > Limits.EventParentsMax) return RecordVerdict.TooManyParents;
        return Records.Zone.IsZone(Zone) ? RecordVerdict.Accepted : RecordVerdict.ZoneMalformed;
    }

    public byte[] Encode()
    {
        Span<byte> bytes = stackalloc byte[Limits.ProvenanceRecordBytesMax];
        return bytes[..Write(bytes)].ToArray();
    }

    /// <summary>The record's bytes, written without a detour: a million a second. Returns how many there are.</summary>
    public int Write(Span<byte> target)
    {
        Invariant.Holds(Check() == RecordVerdict.Accepted);
        Span<byte> salt = stackalloc byte[Salt.ByteCount];
        Salt.ToArray().CopyTo(salt);
        return Write(target, Kind, salt, Subject.AsSpan(), Actor.AsSpan(), Time, Sequence, Parents.AsSpan(), Decision, Zone);
    }

    internal static int Write(
        Span<byte> target, EventKind kind, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> subject, ReadOnlySpan<byte> actor, ulong time,
        ulong sequence, ReadOnlySpan<Hash256> parents, DecisionId? decision, string zone)
    {
        Invariant.Holds(target.Length >= ByteCountMax(parents.Length, zone));
        RecordHead.CopyTo(target);
        int at = RecordHead.Length;
        at += CborHead.Write(target[at..], CborHead.Unsigned, (ulong)kind);
        at += CborHead.WriteBytes(target[at..], salt);
        at += CborHead.WriteBytes(target[at..], subject);
        at += CborHead.WriteBytes(target[at..], actor);
        at += CborHead.Write(target[at..], CborHead.Unsigned, time);
        at += CborHead.Write(target[at..], CborHead.Unsigned, sequence);
        at += CborHead.Write(target[at..], CborHead.Array, (ulong)parents.Length);
        foreach (ref readonly Hash256 parent in parents) at += CborHead.WriteBytes(target[at..], parent.AsSpan());
        if (decision is { } id)
        {
            target[at++] = CborHead.Bytes | DecisionByteCount;
            BinaryPrimitives.WriteUInt128BigEndian(target[at..], id.Value);
            at += DecisionByteCount;
        }
        else
        {
            target[at++] = CborHead.Null;
        }

        at += CborHead.Write(target[at..], CborHead.Text, (ulong)zone.Length);
        return at + Encoding.ASCII.GetBytes(zone, target[at..]);
    }

    internal static int ByteCountMax(int parents, string zone) =>
        FixedByteCountMax + (parents * 34) + DecisionByteCount + 1 + zone.Length;

    /// <summary>Never throws.</summary>
    public static RecordVerdict TryDecode(ReadOnlyMemory<byte> bytes, out EventLeaf? leaf)
    {
        leaf = null;
        if (bytes.Length > Limits.ProvenanceRecordBytesMax) return RecordVerdict.TooLarge;
        WireReader reader = new(bytes);
        reader.Record(WireType.EventLeaf, Fields);
        ulong kind = reader.UInt64();
        EventLeaf read = new(
            kind <= (ulong)EventKind.Restore ? (EventKind)kind : 0,
            Salt.Read(reader),
            reader.Hash(),
            reader.Hash(),
            reader.UInt64(),
            reader.UInt64(),
            reader.List(Limits.ProvenanceRecordBytesMax, static r => r.Hash()),
            reader.TryNull() ? null : new DecisionId(BinaryPrimitives.ReadUInt128BigEndian(reader.BytesExactly(DecisionByteCount))),
            reader.Text());
        reader.End();
        if (!reader.Succeeded) return RecordVerdict.Malformed;
        RecordVerdict verdict = read.Check();
        if (verdict == RecordVerdict.Accepted) leaf = read;
        return verdict;
    }

    private const int DecisionByteCount = 16;

    // An array of eleven, version 1, type 301.
    private static ReadOnlySpan<byte> RecordHead => [0x8b, 0x01, 0x19, 0x01, 0x2d];
}
