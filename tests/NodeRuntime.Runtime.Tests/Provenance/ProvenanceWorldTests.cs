using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Trees;
using NodeRuntime.Runtime.Provenance;
using NodeRuntime.Simulation;
using Xunit;

namespace NodeRuntime.Runtime.Tests.Provenance;

/// <summary>Whole peers that enter events, in virtual time.</summary>
public sealed class ProvenanceWorldTests
{
    private const int Peers = 5;

    [Fact]
    public void What_is_promised_is_in_the_calendar_in_time_and_a_stranger_can_verify_it()
    {
        World world = new(Config(seed: 3, seconds: 14));
        world.Begin();
        world.AdvanceTo(Duration.FromSeconds(4));
        ulong[] repeated = Repeated(world);
        List<Promised> promised = OfferFor(world, 4, 11);
        world.AdvanceTo(Duration.FromSeconds(14));
        // Nobody had to say a second again once all were there.
        Assert.Equal(repeated, Repeated(world));
        Assert.True(promised.Count >= Peers * 4, $"{promised.Count} promises");
        foreach (Promised it in promised) Assert.True(SettledIn(world, it).Second <= it.Due.Second, $"{it} is in {SettledIn(world, it)}");
        SimulationReport report = world.Finish();
        Assert.Empty(report.Violations);
    }

    [Fact]
    public void With_loss_a_restart_and_a_cut_every_promised_event_is_in_a_round_and_every_second_that_is_missing_is_declared()
    {
        World world = new(Config(seed: 4, seconds: 34, lossPerMille: 20));
        world.Begin();
        List<Promised> promised = OfferFor(world, 5, 10);
        world.Crash(4);
        world.AdvanceTo(Duration.FromSeconds(13));
        world.Restart(4);
        promised.AddRange(OfferFor(world, 14, 18));
        // One that validates hears nobody and nobody hears it.
        world.Cut(2);
        world.AdvanceTo(Duration.FromSeconds(24));
        world.Mend();
        promised.AddRange(OfferFor(world, 26, 29));
        world.AdvanceTo(Duration.FromSeconds(34));
        Assert.True(promised.Count(it => it.Peer == 4) > 5 && promised.Count(it => it.Peer == 2) > 5, $"{promised.Count} promises");
        foreach (Promised it in promised)
        {
            Round settled = SettledIn(world, it);
            // Who was down or cut off when its event was due enters it when it is back.
            bool wasAway = it.Peer is 2 or 4;
            Assert.True(settled.Second <= it.Due.Second || wasAway, $"{it} is in {settled}");
        }

        Assert.All(Enumerable.Range(0, Peers), peer => AssertDeclared(world, peer));
        Assert.True(world.NodeOf(2)!.Provenance!.Repeated > 0);
        SimulationReport report = world.Finish();
        Assert.Empty(report.Violations);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whichever_validator_is_gone_promises_of_the_others_are_kept_in_time(int gone)
    {
        World world = new(Config(seed: 7, seconds: 24));
        world.Begin();
        world.AdvanceTo(Duration.FromSeconds(4));
        world.Crash(gone);
        List<Promised> promised = OfferFor(world, 5, 20);
        world.AdvanceTo(Duration.FromSeconds(24));
        Assert.True(promised.Count >= 4 * 25, $"{promised.Count} promises");
        foreach (Promised it in promised) Assert.True(SettledIn(world, it).Second <= it.Due.Second, $"{it} is in {SettledIn(world, it)}");
        Assert.Empty(world.Finish().Violations);
    }

    [Fact]
    public void A_quiet_chain_makes_a_block_for_each_second_and_no_more()
    {
        World world = new(Config(seed: 9, seconds: 60));
        world.Begin();
        world.AdvanceTo(Duration.FromSeconds(20));
        ulong before = world.TipOf(0)!.Height.Number;
        world.AdvanceTo(Duration.FromSeconds(50));
        ulong blocks = world.TipOf(0)!.Height.Number - before;
        Assert.True(blocks is >= 29 and <= 33, $"{blocks} blocks in 30 seconds");
        world.AdvanceTo(Duration.FromSeconds(60));
        Assert.Empty(world.Finish().Violations);
    }

    [Fact]
    public void A_validator_that_lacks_seconds_of_the_calendar_fetches_them_and_serves_them()
    {
        World world = new(Config(seed: 8, seconds: 30));
        world.Begin();
        world.AdvanceTo(Duration.FromSeconds(8));
        world.Crash(1);
        // As of somebody who was no validator then, or went on from a snapshot.
        world.DiskOf(1).Hold(new JournalWrite.TruncateBelow("provenance.calendar", 5));
        world.AdvanceTo(Duration.FromSeconds(12));
        world.Restart(1);
        world.AdvanceTo(Duration.FromSeconds(30));
        ImmutableArray<RoundLeaf> own = [.. new ProvenanceStore(world.NodeOf(1)!.Ports.Journal).LeavesFrom(0)];
        ImmutableArray<RoundLeaf> others = [.. new ProvenanceStore(world.NodeOf(0)!.Ports.Journal).LeavesFrom(0)];
        Assert.True(own.Length > 25, $"{own.Length} seconds");
        Assert.Equal(others.Take(own.Length), own.Take(others.Length));
        Assert.Equal(world.NodeOf(0)!.Provenance!.CalendarCertified, world.NodeOf(1)!.Provenance!.CalendarCertified);
        Assert.Empty(world.Finish().Violations);
    }

    [Fact]
    public void A_job_leaves_its_custody_where_it_ran()
    {
        World world = new(Config(seed: 5, seconds: 30));
        world.Begin();
        world.AdvanceTo(Duration.FromSeconds(4));
        world.SubmitJob();
        world.AdvanceTo(Duration.FromSeconds(30));
        Assert.Equal(1, world.JobsSettled);
        SortedDictionary<Hash256, EventLeaf> found = [];
        for (int peer = 0; peer < Peers; peer++)
        {
            foreach (EventBatch batch in new ProvenanceStore(world.NodeOf(peer)!.Ports.Journal).BatchesFrom(0))
            {
                for (int i = 0; i < batch.Count; i++) found.Add(batch.LeafAt(i), Read(batch.Records[i]));
            }
        }

        // From the result that was sent back to the pieces that were received.
        EventLeaf sent = found.Values.First(it => it.Kind == EventKind.Send && found[it.Parents[0]].Kind != EventKind.Send);
        EventLeaf made = found[Assert.Single(sent.Parents)];
        EventLeaf run = found[Assert.Single(made.Parents)];
        Assert.Equal((EventKind.ProcessOutput, EventKind.ProcessInput), (made.Kind, run.Kind));
        Assert.NotEmpty(run.Parents);
        Assert.All(run.Parents, parent => Assert.Equal(EventKind.Receive, found[parent].Kind));
        // What its keys were used for follows one from the other: which of them votes, and what was signed to have the job.
        Assert.Contains(found.Values, it => it.Kind == EventKind.KeyUse && it.Parents.Length == 1 && found[it.Parents[0]].Kind == EventKind.KeyUse);
        // And each block follows the one before it.
        Assert.Contains(found.Values, it => it.Kind == EventKind.Store && it.Parents.Length == 1 && found[it.Parents[0]].Kind == EventKind.Store);
    }

    [Fact]
    public void What_is_done_after_a_restart_follows_what_was_done_before_it()
    {
        World world = new(Config(seed: 6, seconds: 12));
        world.Begin();
        world.AdvanceTo(Duration.FromSeconds(4));
        Hash256 lease = Hasher.Sha256("lease"u8), other = Hasher.Sha256("account"u8);
        ulong[] pieces =
        [
            DoUntil(world, Duration.FromMilliseconds(4200), new PeerAct(EventKind.Receive, Hasher.Sha256("a"u8), lease)),
            DoUntil(world, Duration.FromMilliseconds(4400), new PeerAct(EventKind.Receive, Hasher.Sha256("b"u8), lease)),
        ];
        // Whoever looked at it stands beside.
        _ = DoUntil(world, Duration.FromMilliseconds(4600), new PeerAct(EventKind.Read, Hasher.Sha256("a"u8), lease) { Actor = other });
        world.Crash(4);
        world.AdvanceTo(Duration.FromSeconds(6));
        world.Restart(4);
        world.AdvanceTo(Duration.FromSeconds(9));
        EventLeaf run = LeafOf(world, DoUntil(world, Duration.FromMilliseconds(9200), new PeerAct(EventKind.ProcessInput, Hasher.Sha256("module"u8), lease)), out _);
        Assert.Equal(pieces.Select(piece => { LeafOf(world, piece, out Hash256 leaf); return leaf; }), run.Parents);
        Assert.Empty(world.Finish().Violations);
    }

    private static ulong DoUntil(World world, Duration until, PeerAct act)
    {
        ulong? entered = null;
        world.NodeOf(4)!.Record(act, ActorRef.FromDelegate<RecordAnswer>("record", answer => entered = answer.Sequence));
        world.AdvanceTo(until);
        return entered!.Value;
    }

    private static EventLeaf LeafOf(World world, ulong sequence, out Hash256 leaf)
    {
        EventBatch batch = new ProvenanceStore(world.NodeOf(4)!.Ports.Journal).BatchesFrom(0).Last(it => it.First <= sequence);
        leaf = batch.LeafAt((int)(sequence - batch.First));
        return Read(batch.Records[(int)(sequence - batch.First)]);
    }

    private static SimulationConfig Config(ulong seed, int seconds, int lossPerMille = 0) => new()
    {
        Peers = Peers,
        Validators = 4,
        Seed = seed,
        Length = Duration.FromSeconds(seconds),
        Faults = Faults.None with { LossPerMille = lossPerMille },
        HealBefore = Duration.Zero,
        JobEvery = Duration.Zero,
        Provenance = ProvenanceSettings.Default,
    };

    private static ulong[] Repeated(World world) => [.. Enumerable.Range(0, Peers).Select(peer => world.NodeOf(peer)!.Provenance!.Repeated)];

    // Three events at each peer in each half second.
    private static List<Promised> OfferFor(World world, int from, int until)
    {
        List<Promised> promised = [];
        for (int half = 2 * from; half < 2 * until; half++)
        {
            world.AdvanceTo(Duration.FromMilliseconds((500 * half) + 130));
            for (int i = 0; i < Peers; i++)
            {
                int peer = i;
                world.NodeOf(peer)?.Offer([LonePeer.Draft(), LonePeer.Draft(EventKind.Send), LonePeer.Draft(EventKind.Read)], ActorRef.FromDelegate<OfferAnswer>("offer", answer =>
                {
                    if (answer.Promised is not { } events) return;
                    Assert.All(events.Receipts(), receipt => Assert.Equal(ReceiptResult.Ok, Verify(world, receipt.Encode())));
                    promised.Add(new Promised(peer, events.First, events.Promise.Due));
                }));
            }
        }

        world.AdvanceTo(Duration.FromMilliseconds((500 * 2 * until) + 30));
        return promised;
    }

    private static Round SettledIn(World world, Promised promised)
    {
        ReceiptAnswer? answer = null;
        world.NodeOf(promised.Peer)!.AskReceipt(promised.Sequence, ActorRef.FromDelegate<ReceiptAnswer>("receipt", it => answer = it));
        world.AdvanceTo(world.Now - World.Start + Duration.FromMilliseconds(1));
        Assert.True(answer is { Verdict: ReceiptWant.Made }, $"{promised}: {answer?.Verdict}");
        Assert.Equal(ReceiptResult.Ok, Verify(world, answer!.Receipt));
        Assert.Equal(ReceiptCode.None, EventReceipt.TryDecode(answer.Receipt, out EventReceipt? receipt));
        Assert.Equal(RecordVerdict.Accepted, AggregationLeaf.TryDecode(receipt!.Segments[0].Next!.Value, out AggregationLeaf? second));
        Assert.Equal(promised.Sequence, Read(receipt.Record).Sequence);
        return second!.Round;
    }

    private static ReceiptResult Verify(World world, ReadOnlyMemory<byte> receipt)
    {
        ImmutableArray<EpochPlan> plans = EpochPlans.Of(world.Genesis, Enumerable.Range(0, Peers).Select(world.TipOf).First(static tip => tip is not null)!.Seals);
        return new EventReceiptVerifier(world.Signatures, null).Verify(receipt, new ReceiptTrust(world.Genesis.ChainId, plans, [], 0, []));
    }

    // Each heartbeat names the second before it: whoever has two in a row knows whether there was one between them.
    private static void AssertDeclared(World world, int peer)
    {
        IJournal journal = world.NodeOf(peer)!.Ports.Journal;
        Round? before = null;
        int count = 0;
        foreach (JournalRecord record in journal.ReadRange("provenance.seconds", 0, 100))
        {
            ClosedSecond second = ClosedSecond.Decode(record.Payload)!;
            Assert.Equal(RecordVerdict.Accepted, Heartbeat.TryDecode(second.Heartbeat, out Heartbeat? heartbeat));
            Assert.Equal(before, heartbeat!.Previous);
            before = heartbeat.Round;
            count++;
        }

        Assert.InRange(count, 26, 34);
    }

    private static EventLeaf Read(ReadOnlyMemory<byte> record)
    {
        Assert.Equal(RecordVerdict.Accepted, EventLeaf.TryDecode(record, out EventLeaf? leaf));
        return leaf!;
    }

    private sealed record Promised(int Peer, ulong Sequence, Round Due);
}
