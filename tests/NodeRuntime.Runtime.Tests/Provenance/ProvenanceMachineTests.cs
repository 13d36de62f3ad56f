using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Trees;
using NodeRuntime.Runtime.Provenance;
using Xunit;

namespace NodeRuntime.Runtime.Tests.Provenance;

/// <summary>A peer that is alone with its disk and its clock.</summary>
public sealed class ProvenanceMachineTests
{
    private static readonly Duration Settling = Duration.FromSeconds(3);

    [Fact]
    public void Every_second_is_closed_and_in_the_calendar_once_events_or_not()
    {
        LonePeer peer = new();
        peer.Run(Duration.FromSeconds(10));
        Assert.Equal(10, peer.Seconds.Count);
        // A parent that has just started does not know what it may have acknowledged in the second that it starts in.
        Assert.False(peer.Seconds.Values.First().IsSettled);
        Assert.All(peer.Seconds.Values.Skip(1), second => Assert.True(second.IsSettled, $"second {second.Round}"));
        Assert.Equal(Enumerable.Range(0, peer.Calendar.Count).Select(i => peer.Calendar[0].Round.Second + (ulong)i), peer.Calendar.Select(leaf => leaf.Round.Second));
        // The chain began three seconds before this peer: they are there, and say that they are empty.
        Assert.Equal(Enumerable.Repeat(RoundMark.Backfilled, 4), peer.Calendar.Take(4).Select(leaf => leaf.Mark));
        Assert.All(peer.Calendar.Skip(4), leaf => Assert.Equal(RoundMark.Live, leaf.Mark));
    }

    [Fact]
    public void Nothing_is_promised_before_a_second_has_reached_the_calendar()
    {
        LonePeer peer = new();
        ulong offer = peer.Offer(LonePeer.Draft());
        Assert.Equal(OfferVerdict.OutOfReach, peer.Answers[offer].Verdict);
        Assert.Equal(1UL, peer.Status.Refused);
        peer.Run(Settling);
        Assert.Equal(OfferVerdict.Accepted, peer.Answers[peer.Offer(LonePeer.Draft())].Verdict);
    }

    [Theory]
    [InlineData(OfferVerdict.Empty, 0, EventKind.Ingest, 0, "EE")]
    [InlineData(OfferVerdict.TooMany, Limits.EventsPerCallMax + 1, EventKind.Ingest, 0, "EE")]
    [InlineData(OfferVerdict.KindUnknown, 1, (EventKind)21, 0, "EE")]
    [InlineData(OfferVerdict.TooManyParents, 1, EventKind.Send, Limits.EventParentsMax + 1, "EE")]
    [InlineData(OfferVerdict.ZoneMalformed, 1, EventKind.Send, 1, "ee")]
    public void What_is_refused_is_refused_by_name(OfferVerdict verdict, int count, EventKind kind, int parents, string zone)
    {
        LonePeer peer = new();
        peer.Run(Settling);
        ulong offer = peer.Offer([.. Enumerable.Repeat(LonePeer.Draft(kind, parents, zone), count)]);
        Assert.Equal(verdict, peer.Answers[offer].Verdict);
        Assert.Equal(0UL, peer.Status.Taken);
    }

    [Fact]
    public void A_promise_is_given_when_the_events_are_durable_and_one_write_serves_all_that_came_meanwhile()
    {
        LonePeer peer = new();
        peer.Run(Settling);
        peer.IsDiskSlow = true;
        ulong first = peer.Offer(LonePeer.Draft());
        ulong second = peer.Offer(LonePeer.Draft(), LonePeer.Draft(EventKind.Read));
        ulong third = peer.Offer(LonePeer.Draft(EventKind.Delete));
        Assert.Empty(peer.Answers);
        peer.Write();
        Assert.Equal(2, peer.Batches.Count);
        PromisedEvents promised = peer.Answers[third].Promised!;
        Assert.Equal((4UL, 3), (promised.First, promised.Promise.Count));
        Assert.Equal(promised.Signature, peer.Answers[second].Promised!.Signature);
        foreach (ulong offer in (ImmutableArray<ulong>)[first, second, third])
        {
            PromisedEvents events = peer.Answers[offer].Promised!;
            Assert.Equal(events.Count, events.Receipts().Length);
            Assert.All(events.Receipts(), receipt => Assert.Equal(ReceiptResult.Ok, peer.Verifier.Verify(receipt.Encode(), peer.Trust)));
        }
    }

    [Fact]
    public void What_was_promised_before_a_crash_is_in_a_round_after_it_and_the_gap_is_declared()
    {
        LonePeer peer = new();
        peer.Run(Settling);
        PromisedEvents promised = peer.Answers[peer.Offer(LonePeer.Draft(), LonePeer.Draft())].Promised!;
        Hash256[] leaves = [.. Enumerable.Range(0, 2).Select(promised.Batch.LeafAt)];
        Round before = peer.Seconds.Keys.Last();
        peer.Restart(Duration.FromSeconds(7));
        peer.Run(Duration.FromSeconds(4));
        Assert.Equal((2UL, 2UL), (peer.Status.Taken, peer.Status.Settled));
        // No second lies between them, and the heartbeat says so.
        ClosedSecond first = peer.Seconds.Values.First(second => second.Round > before);
        Assert.Equal(before, Pulse(first).Previous);
        ClosedSecond holder = peer.Seconds.Values.First(second => second.IsSettled && second.Holds(promised.First));
        Heartbeat heartbeat = Pulse(holder);
        Assert.True(holder.Round.Second >= before.Second + 7);
        // The same numbers, and the same leaves.
        Hash256 root = NodeRuntime.Proofs.Trees.MerkleTree.Root((Hash256[])[heartbeat.Hash, .. leaves]);
        Assert.Equal(root, holder.Leaf.ChildRoot);
        // What was missed is in the calendar, marked.
        Assert.Contains(peer.Calendar, leaf => leaf.Round == new Round(before.Second + 4) && leaf.Mark == RoundMark.Backfilled);
    }

    [Fact]
    public void What_is_kept_of_events_is_what_the_operator_said()
    {
        foreach (EventRetention retention in System.Enum.GetValues<EventRetention>())
        {
            LonePeer peer = new(ProvenanceSettings.Default with { Retention = retention });
            peer.Run(Settling);
            peer.Offer(LonePeer.Draft());
            peer.Run(Settling);
            EventBatch kept = EventBatch.Decode(peer.Batches[1].Encode())!;
            Assert.Equal(1UL, peer.Status.Settled);
            Assert.Equal(retention == EventRetention.Commit, kept.Records.IsEmpty);
            Assert.Equal(retention == EventRetention.Full ? Hash256.ByteCount : 0, kept.Contents.Length);
            Assert.Equal(peer.Batches[1].LeafAt(0), kept.LeafAt(0));
        }
    }

    [Fact]
    public void Acts_of_one_custody_are_a_graph()
    {
        LonePeer peer = new();
        peer.Run(Settling);
        Hash256 lease = Hasher.Sha256("lease"u8), other = Hasher.Sha256("other"u8);
        foreach (EventKind kind in (ImmutableArray<EventKind>)[EventKind.Receive, EventKind.Receive, EventKind.ProcessInput, EventKind.ProcessOutput])
        {
            peer.Act(new PeerAct(kind, Hash256.Zero, lease));
        }

        peer.Act(new PeerAct(EventKind.Store, Hash256.Zero, other));
        EventLeaf[] events = [.. peer.Batches.Values.SelectMany(batch => batch.Records).Select(Read)];
        Hash256[] leaves = [.. peer.Batches.Values.SelectMany(batch => Enumerable.Range(0, batch.Count).Select(batch.LeafAt))];
        Assert.Equal([[], [], [leaves[0], leaves[1]], [leaves[2]], []], events.Select(it => it.Parents.ToArray()));
    }

    private static Heartbeat Pulse(ClosedSecond second)
    {
        Assert.Equal(RecordVerdict.Accepted, Heartbeat.TryDecode(second.Heartbeat, out Heartbeat? heartbeat));
        return heartbeat!;
    }

    private static EventLeaf Read(System.ReadOnlyMemory<byte> record)
    {
        Assert.Equal(RecordVerdict.Accepted, EventLeaf.TryDecode(record, out EventLeaf? leaf));
        return leaf!;
    }
}
