using System;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Provenance.Records;

/// <summary>What a peer counted in the second before: events taken, events refused, alerts raised.</summary>
public readonly record struct HeartbeatCounters(ulong Taken, ulong Refused, ulong Alerts);

/// <summary>
/// Leaf 0 of each second of each peer: its machine's state and the policy in force, in every second, events or not.
/// <code>
/// [1, 300, salt, node, round, previous / null, sequence, state root, policy root, schema root, [taken, refused, alerts], clock offset, agent level]
/// </code>
/// The event at index i of this tree has the sequence number <see cref="Sequence"/> + i, and <see cref="Previous"/> names the peer's tree before
/// this one: so what a peer promised has one place, and a gap is two signed records that do not fit.
/// </summary>
/// <param name="Node">The peer's id.</param>
/// <param name="Sequence">Events before this second.</param>
/// <param name="PolicyRoot">Of policies in force; null where there are none.</param>
/// <param name="ClockOffset">Microseconds that the peer believes its clock to be ahead.</param>
public sealed record Heartbeat(
    Salt Salt, PeerId Node, Round Round, Round? Previous, ulong Sequence, Hash256? StateRoot, Hash256? PolicyRoot, Hash256? SchemaRoot,
    HeartbeatCounters Counters, long ClockOffset, AgentLevel Level)
{
    private const int Fields = 11;

    public Hash256 Hash => RecordHash.Leaf(Encode());

    public RecordVerdict Check()
    {
        if (Round.Second > Round.SecondMax) return RecordVerdict.RoundOutOfRange;
        if (Previous >= Round) return RecordVerdict.PreviousRoundWrong;
        if (Sequence > EventLeaf.SequenceMax - Limits.SecondLeavesMax) return RecordVerdict.SequenceOutOfRange;
        return Level is >= AgentLevel.None and <= AgentLevel.MeasuredBoot ? RecordVerdict.Accepted : RecordVerdict.AgentLevelUnknown;
    }

    public byte[] Encode()
    {
        Invariant.Holds(Check() == RecordVerdict.Accepted);
        WireWriter writer = new();
        writer.Record(WireType.Heartbeat, Fields).Bytes(Salt.ToArray()).Hash(Node.Hash).UInt64(Round.Second);
        if (Previous is { } previous) writer.UInt64(previous.Second);
        else writer.Null();
        writer.UInt64(Sequence).OptionalHash(StateRoot).OptionalHash(PolicyRoot).OptionalHash(SchemaRoot);
        writer.Array(3).UInt64(Counters.Taken).UInt64(Counters.Refused).UInt64(Counters.Alerts).End();
        return writer.Int64(ClockOffset).UInt64((ulong)Level).End().ToArray();
    }

    /// <summary>Never throws.</summary>
    public static RecordVerdict TryDecode(ReadOnlyMemory<byte> bytes, out Heartbeat? heartbeat)
    {
        heartbeat = null;
        if (bytes.Length > Limits.ProvenanceRecordBytesMax) return RecordVerdict.TooLarge;
        WireReader reader = new(bytes);
        reader.Record(WireType.Heartbeat, Fields);
        Salt salt = Salt.Read(reader);
        PeerId node = new(reader.Hash());
        Round round = new(reader.UInt64());
        Round? previous = reader.TryNull() ? null : new Round(reader.UInt64());
        ulong sequence = reader.UInt64();
        Hash256? state = reader.OptionalHash(), policy = reader.OptionalHash(), schema = reader.OptionalHash();
        if (reader.Array(3) != 3) reader.Fail();
        HeartbeatCounters counters = new(reader.UInt64(), reader.UInt64(), reader.UInt64());
        reader.End();
        long offset = reader.Int64();
        ulong level = reader.UInt64();
        reader.End();
        if (!reader.Succeeded) return RecordVerdict.Malformed;
        Heartbeat read = new(
            salt, node, round, previous, sequence, state, policy, schema, counters, offset,
            level <= (ulong)AgentLevel.MeasuredBoot ? (AgentLevel)level : (AgentLevel)(-1));
        RecordVerdict verdict = read.Check();
        if (verdict == RecordVerdict.Accepted) heartbeat = read;
        return verdict;
    }
}
