using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Text;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Provenance.Tests;

/// <summary>One good value of each record.</summary>
internal static class Samples
{
    public const ulong Second = 1_800_000_000;

    public static ChainId Chain { get; } = new(Hash("chain"));

    public static PeerId Node { get; } = new(Hash("node"));

    public static Salt Salt { get; } = new(Hash("salt").AsSpan()[..Salt.ByteCount]);

    /// <summary>157 bytes: one parent, no decision, a zone of 15 characters.</summary>
    public static EventLeaf Event { get; } = new(
        EventKind.Store, Salt, Hash("subject"), Hash("actor"), (Second * 1_000_000_000) + 5, 70_001, [Hash("parent")], null, "EE-tallinn-0001");

    public static Heartbeat Heartbeat { get; } = new(
        Salt, Node, new Round(Second), new Round(Second - 1), 70_000, Hash("state"), null, Hash("schema"), new HeartbeatCounters(3, 0, 1), -250,
        AgentLevel.Unprivileged);

    public static AggregationLeaf Aggregation { get; } = new(
        1, 3, new Round(Second), Node, Hash("root"), 5, 4, Second * 1_000_000_000, (Second * 1_000_000_000) + 9, new Epoch(2), Hash("heartbeat"));

    public static AbsentLeaf Absent { get; } = new(1, 4, new Round(Second), Node, AbsenceReason.Late, new Epoch(2));

    public static RoundLeaf Round { get; } = new(new Round(Second), Hash("core"), 8, 4, Hash("plan"), Hash("previous"), RoundMark.Live);

    public static EpochPlan Plan { get; } = new(
        Chain, new Epoch(2), new Round(Second - 100), new Round(Second - 10), [16, 8], [new PlanValidator(Key(1), 7), new PlanValidator(Key(2), 5)]);

    public static EventPromise Promise { get; } = new(
        Chain, Node, new Epoch(2), new Round(Second), 70_001, 4, Hash("batch"), new Round(Second + 2));

    public static SlotAcknowledgement Acknowledgement { get; } = new(Node, 1, 3, new Round(Second), new Epoch(2), Aggregation.Hash);

    public static CalendarEntry Entry { get; } = new(
        [new EnteredSecond(new Round(Second), Hash("core"), 4), new EnteredSecond(new Round(Second + 2), Hash("later core"), Limits.RoundEventsMax)]);

    public static IReadOnlyList<(string Name, byte[] Bytes, Func<ReadOnlyMemory<byte>, byte[]?> Again)> All { get; } =
    [
        ("EventLeaf", Event.Encode(), static b => EventLeaf.TryDecode(b, out EventLeaf? it) == RecordVerdict.Accepted ? it!.Encode() : null),
        ("EventLeaf, by a decision, without parents", (Event with { Parents = [], Decision = new DecisionId(9) }).Encode(),
            static b => EventLeaf.TryDecode(b, out EventLeaf? it) == RecordVerdict.Accepted ? it!.Encode() : null),
        ("Heartbeat", Heartbeat.Encode(), static b => Heartbeat.TryDecode(b, out Heartbeat? it) == RecordVerdict.Accepted ? it!.Encode() : null),
        ("AggregationLeaf", Aggregation.Encode(),
            static b => AggregationLeaf.TryDecode(b, out AggregationLeaf? it) == RecordVerdict.Accepted ? it!.Encode() : null),
        ("AbsentLeaf", Absent.Encode(), static b => AbsentLeaf.TryDecode(b, out AbsentLeaf? it) == RecordVerdict.Accepted ? it!.Encode() : null),
        ("RoundLeaf", Round.Encode(), static b => RoundLeaf.TryDecode(b, out RoundLeaf? it) == RecordVerdict.Accepted ? it!.Encode() : null),
        ("RoundLeaf, backfilled", (Round with { CoreRoot = null, Events = 0, Mark = RoundMark.Backfilled }).Encode(),
            static b => RoundLeaf.TryDecode(b, out RoundLeaf? it) == RecordVerdict.Accepted ? it!.Encode() : null),
        ("EpochPlan", Plan.Encode(), static b => EpochPlan.TryDecode(b, out EpochPlan? it) == RecordVerdict.Accepted ? it!.Encode() : null),
        ("EventPromise", Promise.Encode(), static b => EventPromise.TryDecode(b, out EventPromise? it) == RecordVerdict.Accepted ? it!.Encode() : null),
        ("SlotAcknowledgement", Acknowledgement.Encode(),
            static b => SlotAcknowledgement.TryDecode(b, out SlotAcknowledgement? it) == RecordVerdict.Accepted ? it!.Encode() : null),
        ("CalendarEntry", Entry.Encode(), static b => CalendarEntry.TryDecode(b)?.Encode()),
    ];

    public static Hash256 Hash(string text) => Hasher.Sha256(Encoding.UTF8.GetBytes(text));

    public static PublicKey Key(byte number) => new(KeyAlgorithm.Secp256k1, [2, .. Enumerable.Repeat(number, 32)]);
}
