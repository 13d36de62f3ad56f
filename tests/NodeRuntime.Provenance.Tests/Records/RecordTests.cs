using System;
using System.Collections.Generic;
using System.Formats.Cbor;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Lanes;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Provenance.Tests.Records;

public sealed class RecordTests
{
    public static TheoryData<string> Names => [.. Samples.All.Select(static it => it.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_record_comes_back_byte_for_byte_and_no_other_record_is_read_as_it(string name)
    {
        var (_, bytes, again) = Samples.All.Single(it => it.Name == name);
        Assert.Equal(bytes, again(bytes));
        foreach (var other in Samples.All)
        {
            if (other.Name.Split(',')[0] != name.Split(',')[0]) Assert.Null(again(other.Bytes));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_truncation_trailing_byte_and_flipped_bit_is_refused_or_another_value(string name)
    {
        var (_, bytes, again) = Samples.All.Single(it => it.Name == name);
        for (int length = 0; length < bytes.Length; length++) Assert.Null(again(bytes.AsMemory(0, length)));
        Assert.Null(again((byte[])[.. bytes, 0]));
        for (int bit = 0; bit < 8 * bytes.Length; bit++)
        {
            byte[] changed = [.. bytes];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            if (again(changed) is { } read) Assert.Equal(changed, read);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Longer_heads_are_refused(string name)
    {
        var (_, bytes, again) = Samples.All.Single(it => it.Name == name);
        // The version, 1, in two bytes.
        Assert.Null(again((byte[])[bytes[0], 0x18, 0x01, .. bytes[2..]]));
        // An array of indefinite length.
        Assert.Null(again((byte[])[0x9f, .. bytes[1..], 0xff]));
    }

    [Fact]
    public void The_fast_writer_writes_what_the_slow_one_would()
    {
        ulong[] numbers = [1, 23, 24, 255, 256, 65535, 65536, uint.MaxValue, 1UL << 32, EventLeaf.SequenceMax];
        foreach (ulong number in numbers)
        {
            EventLeaf leaf = Samples.Event with { Sequence = number, Time = number, Decision = new DecisionId(number) };
            CborReader reader = new(leaf.Encode(), CborConformanceMode.Canonical);
            Assert.Equal(11, reader.ReadStartArray());
            for (int i = 0; i < 11; i++) reader.SkipValue();
            reader.ReadEndArray();
            Assert.Equal(0, reader.BytesRemaining);
            Assert.Equal(RecordVerdict.Accepted, EventLeaf.TryDecode(leaf.Encode(), out EventLeaf? read));
            Assert.Equal((number, number, leaf.Decision), (read!.Sequence, read.Time, read.Decision));
        }
    }

    [Fact]
    public void The_sample_of_the_benchmark_has_157_bytes_and_the_largest_event_fits()
    {
        Assert.Equal(157, Samples.Event.Encode().Length);
        EventLeaf largest = Samples.Event with
        {
            Kind = EventKind.Restore,
            Time = EventLeaf.TimeMax,
            Sequence = EventLeaf.SequenceMax,
            Parents = [.. Enumerable.Repeat(Samples.Event.Subject, Limits.EventParentsMax)],
            Decision = new DecisionId(UInt128.MaxValue),
            Zone = "EE-" + new string('z', Limits.ZoneCharactersMax - 3),
        };
        Assert.InRange(largest.Encode().Length, 600, Limits.ProvenanceRecordBytesMax);
    }

    public static TheoryData<string, string> Refusals { get; } = Table("""
        EventLeaf            KindUnknown          kind 0
        EventLeaf            KindUnknown          kind 21
        EventLeaf            TimeOutOfRange       time
        EventLeaf            SequenceOutOfRange   sequence 0
        EventLeaf            SequenceOutOfRange   sequence max
        EventLeaf            TooManyParents       parents
        EventLeaf            ZoneMalformed        zone ee
        EventLeaf            ZoneMalformed        zone EE-
        EventLeaf            ZoneMalformed        zone EE-X
        EventLeaf            ZoneMalformed        zone empty
        Heartbeat            PreviousRoundWrong   previous
        Heartbeat            AgentLevelUnknown    agent
        Heartbeat            RoundOutOfRange      round
        Heartbeat            SequenceOutOfRange   sequence
        AggregationLeaf      LevelOutOfRange      level 0
        AggregationLeaf      LevelOutOfRange      level 9
        AggregationLeaf      SlotOutOfRange       slot
        AggregationLeaf      RoundOutOfRange      round
        AggregationLeaf      SizeOutOfRange       size 0
        AggregationLeaf      SizeOutOfRange       size max
        AggregationLeaf      EventsOutOfRange     events
        AggregationLeaf      TimesOutOfOrder      times
        AggregationLeaf      TimesOutOfOrder      times of nothing
        AggregationLeaf      HeartbeatMisplaced   none
        AggregationLeaf      HeartbeatMisplaced   above
        AbsentLeaf           ReasonUnknown        reason 0
        AbsentLeaf           ReasonUnknown        reason 5
        AbsentLeaf           ChildMisplaced       vacant
        AbsentLeaf           ChildMisplaced       nobody
        RoundLeaf            SlotsOutOfRange      slots
        RoundLeaf            MarkUnknown          mark
        RoundLeaf            MarkMisplaced        backfilled with events
        RoundLeaf            MarkMisplaced        live without a tree
        RoundLeaf            EventsOutOfRange     events
        EpochPlan            NoLevels             levels
        EpochPlan            SlotsOutOfRange      slots
        EpochPlan            NoValidators         validators
        EpochPlan            NoValidators         weight
        EpochPlan            ValidatorTwice       twice
        EpochPlan            PreviousRoundWrong   first
        EventPromise         SequenceOutOfRange   first
        EventPromise         CountOutOfRange      count
        EventPromise         DueOutOfRange        early
        EventPromise         DueOutOfRange        late
        SlotAcknowledgement  LevelOutOfRange      level
        """);

    [Theory]
    [MemberData(nameof(Refusals))]
    public void A_value_out_of_its_range_is_refused_by_name(string verdict, string what) =>
        Assert.Equal(Enum.Parse<RecordVerdict>(verdict), Bad[what]());

    private static readonly SortedDictionary<string, Func<RecordVerdict>> Bad = new(StringComparer.Ordinal)
    {
        ["EventLeaf: kind 0"] = () => (Samples.Event with { Kind = 0 }).Check(),
        ["EventLeaf: kind 21"] = () => EventLeaf.TryDecode(Replace(Samples.Event.Encode(), 5, 21), out _),
        ["EventLeaf: time"] = () => (Samples.Event with { Time = EventLeaf.TimeMax + 1 }).Check(),
        ["EventLeaf: sequence 0"] = () => (Samples.Event with { Sequence = 0 }).Check(),
        ["EventLeaf: sequence max"] = () => (Samples.Event with { Sequence = ulong.MaxValue }).Check(),
        ["EventLeaf: parents"] = () => (Samples.Event with { Parents = [.. Enumerable.Repeat(Hash256.Zero, 17)] }).Check(),
        ["EventLeaf: zone ee"] = () => (Samples.Event with { Zone = "ee" }).Check(),
        ["EventLeaf: zone EE-"] = () => (Samples.Event with { Zone = "EE-" }).Check(),
        ["EventLeaf: zone EE-X"] = () => (Samples.Event with { Zone = "EE-X" }).Check(),
        ["EventLeaf: zone empty"] = () => (Samples.Event with { Zone = "" }).Check(),
        ["Heartbeat: previous"] = () => (Samples.Heartbeat with { Previous = Samples.Heartbeat.Round }).Check(),
        ["Heartbeat: agent"] = () => Heartbeat.TryDecode(Replace(Samples.Heartbeat.Encode(), -1, 5), out _),
        ["Heartbeat: round"] = () => (Samples.Heartbeat with { Round = new Round(Round.SecondMax + 1) }).Check(),
        ["Heartbeat: sequence"] = () => (Samples.Heartbeat with { Sequence = long.MaxValue }).Check(),
        ["AggregationLeaf: level 0"] = () => (Samples.Aggregation with { Level = 0 }).Check(),
        ["AggregationLeaf: level 9"] = () => AggregationLeaf.TryDecode(Replace(Samples.Aggregation.Encode(), 5, 9), out _),
        ["AggregationLeaf: slot"] = () => (Samples.Aggregation with { Slot = Limits.ProvenanceSlotsMax }).Check(),
        ["AggregationLeaf: round"] = () => (Samples.Aggregation with { Round = new Round(ulong.MaxValue) }).Check(),
        ["AggregationLeaf: size 0"] = () => (Samples.Aggregation with { ChildSize = 0 }).Check(),
        ["AggregationLeaf: size max"] = () => (Samples.Aggregation with { ChildSize = Limits.SecondLeavesMax + 1 }).Check(),
        ["AggregationLeaf: events"] = () => (Samples.Aggregation with { Events = 5 }).Check(),
        ["AggregationLeaf: times"] = () => (Samples.Aggregation with { FirstTime = Samples.Aggregation.LastTime + 1 }).Check(),
        ["AggregationLeaf: times of nothing"] = () => (Samples.Aggregation with { ChildSize = 1, Events = 0 }).Check(),
        ["AggregationLeaf: none"] = () => (Samples.Aggregation with { Heartbeat = null }).Check(),
        ["AggregationLeaf: above"] = () => (Samples.Aggregation with { Level = 2 }).Check(),
        ["AbsentLeaf: reason 0"] = () => (Samples.Absent with { Reason = 0 }).Check(),
        ["AbsentLeaf: reason 5"] = () => (Samples.Absent with { Reason = (AbsenceReason)5 }).Check(),
        ["AbsentLeaf: vacant"] = () => (Samples.Absent with { Reason = AbsenceReason.Vacant }).Check(),
        ["AbsentLeaf: nobody"] = () => (Samples.Absent with { Child = null }).Check(),
        ["RoundLeaf: slots"] = () => (Samples.Round with { Slots = 0 }).Check(),
        ["RoundLeaf: mark"] = () => RoundLeaf.TryDecode(Replace(Samples.Round.Encode(), -1, 2), out _),
        ["RoundLeaf: backfilled with events"] = () => (Samples.Round with { Mark = RoundMark.Backfilled }).Check(),
        ["RoundLeaf: live without a tree"] = () => (Samples.Round with { CoreRoot = null }).Check(),
        ["RoundLeaf: events"] = () => (Samples.Round with { Events = Limits.RoundEventsMax + 1 }).Check(),
        ["EpochPlan: levels"] = () => (Samples.Plan with { Slots = [] }).Check(),
        ["EpochPlan: slots"] = () => (Samples.Plan with { Slots = [0] }).Check(),
        ["EpochPlan: validators"] = () => (Samples.Plan with { Validators = [] }).Check(),
        ["EpochPlan: weight"] = () => (Samples.Plan with { Validators = [new PlanValidator(Samples.Key(1), 0)] }).Check(),
        ["EpochPlan: twice"] = () => (Samples.Plan with { Validators = [Samples.Plan.Validators[0], Samples.Plan.Validators[0]] }).Check(),
        ["EpochPlan: first"] = () => (Samples.Plan with { FirstRound = new Round(1) }).Check(),
        ["EventPromise: first"] = () => (Samples.Promise with { First = 0 }).Check(),
        ["EventPromise: count"] = () => (Samples.Promise with { Count = Limits.PromiseEventsMax + 1 }).Check(),
        ["EventPromise: early"] = () => (Samples.Promise with { Due = new Round(Samples.Second - 1) }).Check(),
        ["EventPromise: late"] = () => (Samples.Promise with { Due = new Round(Samples.Second + 3) }).Check(),
        ["SlotAcknowledgement: level"] = () => (Samples.Acknowledgement with { Level = 0 }).Check(),
    };

    [Fact]
    public void A_salt_is_HKDF_of_the_sequence_number()
    {
        byte[] secret = Samples.Hash("secret").ToArray();
        byte[] info = [0, 0, 0, 0, 0, 1, 0, 2];
        byte[] expected = System.Security.Cryptography.HKDF.Expand(System.Security.Cryptography.HashAlgorithmName.SHA256, secret, Salt.ByteCount, info);
        Assert.Equal(expected, EventSalts.Of(ShortSha256.Open(), secret, 65538).ToArray());
    }

    [Fact]
    public void A_subject_is_one_block_of_label_salt_and_digest()
    {
        Hash256 content = Samples.Hash("content");
        byte[] input = [.. "subject"u8, .. Samples.Salt.ToArray(), .. content.AsSpan()];
        Assert.Equal(55, input.Length);
        Assert.Equal(Hasher.Sha256(input), RecordHash.Subject(Samples.Salt, content));
    }

    private static byte[] Replace(byte[] bytes, int at, byte value)
    {
        bytes[at < 0 ? bytes.Length + at : at] = value;
        return bytes;
    }

    private static TheoryData<string, string> Table(string text)
    {
        TheoryData<string, string> rows = [];
        foreach (string line in text.Split('\n'))
        {
            string[] words = line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
            rows.Add(words[1], words[0] + ": " + words[2].Trim());
        }

        return rows;
    }
}
