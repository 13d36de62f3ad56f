using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto.Lanes;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Trees;

namespace NodeRuntime.Provenance.Tests.Trees;

public sealed class TreeTests
{
    [Fact]
    public void The_tree_of_lanes_is_the_tree_of_the_standard_at_every_size()
    {
        Hash256[] leaves = Leaves(1100, 1);
        LaneTree tree = new(ShortSha256.Open(), keepsNodes: false);
        MerkleTreeBuilder expected = new();
        Assert.Equal(MerkleTree.EmptyRoot, tree.Root());
        foreach (Hash256 leaf in leaves)
        {
            tree.Append(leaf);
            expected.Append(leaf);
            Assert.Equal(expected.Root(), tree.Root());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(5000)]
    [InlineData(40_000)]
    public void Leaves_that_come_in_heaps_give_the_same_root_and_proofs(int count)
    {
        Hash256[] leaves = Leaves(count, 2);
        byte[] row = [.. leaves.SelectMany(static it => it.ToArray())];
        LaneTree tree = new(ShortSha256.Open(), keepsNodes: true);
        Prng prng = new(3);
        for (int at = 0; at < count;)
        {
            int taken = Math.Min(count - at, prng.NextBelow(700));
            tree.Append(row.AsSpan(at * 32, taken * 32));
            at += taken;
        }

        Hash256 root = MerkleTree.Root(leaves);
        Assert.Equal(root, tree.Root());
        Assert.Equal(root, TreeProofs.Root(tree, (ulong)count));
        for (int i = 0; i < 20; i++)
        {
            int index = prng.NextBelow(count), first = 1 + prng.NextBelow(count);
            MerkleInclusionProof inclusion = TreeProofs.Inclusion(tree, (ulong)count, (ulong)index)!;
            Assert.Equal(MerkleVerdict.Accepted, inclusion.Verify(root, leaves[index]));
            MerkleConsistencyProof consistency = TreeProofs.Consistency(tree, (ulong)first, (ulong)count)!;
            Assert.Equal(MerkleVerdict.Accepted, consistency.Verify(MerkleTree.Root(leaves.AsSpan(0, first)), root));
        }
    }

    [Fact]
    public void Proofs_from_kept_nodes_are_those_of_the_definition()
    {
        Hash256[] leaves = Leaves(70, 4);
        LaneTree tree = new(ShortSha256.Open(), keepsNodes: true);
        for (int size = 1; size <= leaves.Length; size++)
        {
            tree.Append(leaves[size - 1]);
            for (int index = 0; index < size; index++)
            {
                AssertSame(MerkleTree.ProveInclusion(leaves.AsSpan(0, size), index).Path, TreeProofs.Inclusion(tree, (ulong)size, (ulong)index)!.Path);
                AssertSame(MerkleTree.ProveConsistency(leaves.AsSpan(0, size), index + 1).Path, TreeProofs.Consistency(tree, (ulong)index + 1, (ulong)size)!.Path);
            }
        }

        Assert.Null(TreeProofs.Inclusion(new LaneTree(ShortSha256.Open(), keepsNodes: false), 5, 2));
    }

    // The examples of C2SP's tlog-tiles.
    [Theory]
    [InlineData(0, 1234067ul, 256, "tile/0/x001/x234/067")]
    [InlineData(0, 273ul, 112, "tile/0/273.p/112")]
    [InlineData(1, 0ul, 256, "tile/1/000")]
    [InlineData(63, 1000ul, 1, "tile/63/x001/000.p/1")]
    public void A_tile_has_its_published_name(int level, ulong index, int width, string path) =>
        Assert.Equal(path, new TileId(level, index, width).Path);

    [Theory]
    [InlineData(70_000ul, 0, 272ul, 256)]
    [InlineData(70_000ul, 0, 273ul, 112)]
    [InlineData(70_000ul, 0, 274ul, 0)]
    [InlineData(70_000ul, 1, 0ul, 256)]
    [InlineData(70_000ul, 1, 1ul, 17)]
    [InlineData(70_000ul, 2, 0ul, 1)]
    [InlineData(256ul, 1, 0ul, 1)]
    [InlineData(ulong.MaxValue, 8, 0ul, 0)]
    [InlineData(5ul, 0, ulong.MaxValue, 0)]
    public void A_tile_is_as_wide_as_the_published_example_says(ulong size, int level, ulong index, int width) =>
        Assert.Equal(width, TileId.WidthIn(size, level, index));

    [Fact]
    public void The_calendar_has_one_leaf_for_each_second_and_its_tiles_prove_every_one()
    {
        EpochPlan plan = Samples.Plan with { FirstRound = Samples.Plan.GenesisRound, Epoch = new Epoch(0) };
        CalendarLog log = new(plan);
        SortedDictionary<string, ReadOnlyMemory<byte>> tiles = new(StringComparer.Ordinal);
        List<Hash256> leaves = [];
        Prng prng = new(5);
        for (int i = 0; i < 700; i++)
        {
            RoundLeaf leaf = log.Backfill();
            if (prng.NextBelow(4) > 0) leaf = leaf with { CoreRoot = Samples.Hash("core " + i), Events = 7, Mark = RoundMark.Live };
            Assert.Equal(CalendarVerdict.Accepted, log.Append(leaf, out ImmutableArray<Tile> full));
            leaves.Add(leaf.Hash);
            foreach (Tile tile in full) tiles.Add(tile.Id.Path, tile.Hashes);
        }

        Assert.Equal(2, tiles.Count);
        for (int level = 0; log.OpenTile(level) is { } open; level++) tiles.Add(open.Id.Path, open.Hashes);
        Assert.Equal(["tile/0/000", "tile/0/001", "tile/0/002.p/188", "tile/1/000.p/2"], tiles.Keys);
        Assert.Equal(MerkleTree.Root([.. leaves]), log.Root);

        TileNodes nodes = new(log.Size, id => tiles.TryGetValue(id.Path, out ReadOnlyMemory<byte> hashes) ? hashes : null);
        for (int i = 0; i < leaves.Count; i += 13)
        {
            AssertSame(MerkleTree.ProveInclusion([.. leaves], i).Path, TreeProofs.Inclusion(nodes, log.Size, (ulong)i)!.Path);
            AssertSame(MerkleTree.ProveConsistency([.. leaves], i + 1).Path, TreeProofs.Consistency(nodes, (ulong)i + 1, log.Size)!.Path);
        }

        tiles.Remove("tile/0/001");
        Assert.Null(TreeProofs.Inclusion(nodes, log.Size, 300));
        Assert.NotNull(TreeProofs.Inclusion(nodes, log.Size, 100));
    }

    [Fact]
    public void A_second_out_of_turn_or_of_another_past_does_not_enter_the_calendar()
    {
        EpochPlan plan = Samples.Plan with { FirstRound = Samples.Plan.GenesisRound };
        CalendarLog log = new(plan);
        RoundLeaf leaf = log.Backfill();
        CalendarVerdict Try(RoundLeaf it) => log.Append(it, out _);
        Assert.Equal(CalendarVerdict.RoundMissing, Try(leaf with { Round = leaf.Round.Next }));
        Assert.Equal(CalendarVerdict.PreviousRootWrong, Try(leaf with { PreviousRoot = Samples.Hash("other") }));
        Assert.Equal(CalendarVerdict.PlanWrong, Try(leaf with { EpochRoot = Samples.Hash("other") }));
        Assert.Equal(CalendarVerdict.SlotsWrong, Try(leaf with { Slots = 3 }));
        Assert.Equal(CalendarVerdict.Accepted, Try(leaf));
        Assert.Equal(CalendarVerdict.RoundPast, Try(leaf));
        Assert.False(log.TryFollow(plan with { Epoch = new Epoch(3) }));
        Assert.False(log.TryFollow(plan with { FirstRound = log.NextRound }));
        Assert.True(log.TryFollow(plan with { Epoch = new Epoch(3), FirstRound = log.NextRound }));
        Assert.Equal(CalendarVerdict.Accepted, Try(log.Backfill()));
    }

    [Fact]
    public void A_second_begins_with_its_heartbeat_and_numbers_its_events()
    {
        byte[] secret = Samples.Hash("secret").ToArray();
        SecondTree tree = new(ShortSha256.Open(), Samples.Heartbeat, secret, keepsNodes: true);
        List<Hash256> leaves = [Samples.Heartbeat.Hash];
        Prng prng = new(6);
        for (int call = 0; call < 12; call++)
        {
            EventDraft[] drafts = [.. Enumerable.Range(0, prng.NextBelow(60)).Select(i => Draft(prng, i))];
            ulong first = tree.NextSequence;
            Assert.Equal(IntakeVerdict.Accepted, tree.Take(drafts, out Intake intake));
            for (int i = 0; i < drafts.Length; i++)
            {
                byte[] record = intake.RecordAt(i).ToArray();
                Assert.Equal(RecordVerdict.Accepted, EventLeaf.TryDecode(record, out EventLeaf? read));
                Assert.Equal(record, read!.Encode());
                Assert.Equal(first + (ulong)i, read.Sequence);
                Assert.Equal(Samples.Heartbeat.Sequence + (ulong)leaves.Count, read.Sequence);
                Assert.Equal(EventSalts.Of(ShortSha256.Open(), secret, read.Sequence), read.Salt);
                Assert.Equal(RecordHash.Subject(read.Salt, drafts[i].Content), read.Subject);
                Assert.Equal(RecordHash.Leaf(record), new Hash256(intake.Leaves.Slice(32 * i, 32)));
                leaves.Add(RecordHash.Leaf(record));
            }
        }

        AggregationLeaf closed = tree.Close(3, new Epoch(2));
        Assert.Equal(RecordVerdict.Accepted, closed.Check());
        Assert.Equal(MerkleTree.Root([.. leaves]), closed.ChildRoot);
        Assert.Equal((ulong)leaves.Count - 1, closed.Events);
        Assert.Equal(leaves[0], closed.Heartbeat);
        Assert.Equal(MerkleVerdict.Accepted, tree.Prove(17)!.Verify(closed.ChildRoot, leaves[17]));
        Assert.Equal(IntakeVerdict.Closed, tree.Take([Draft(prng, 0)], out _));
        Assert.True(closed.AgreesWith(tree.Close(5, new Epoch(2))));
    }

    [Fact]
    public void A_bad_draft_is_refused_by_name_and_nothing_of_its_call_is_taken()
    {
        SecondTree tree = new(ShortSha256.Open(), Samples.Heartbeat, new byte[32], keepsNodes: false);
        EventDraft good = Draft(new Prng(7), 0);
        IntakeVerdict Try(EventDraft bad) => tree.Take([good, bad], out _);
        Assert.Equal(IntakeVerdict.KindUnknown, Try(good with { Kind = 0 }));
        Assert.Equal(IntakeVerdict.TimeOutOfRange, Try(good with { Time = ulong.MaxValue }));
        Assert.Equal(IntakeVerdict.TooManyParents, Try(good with { Parents = [.. new Hash256[17]] }));
        Assert.Equal(IntakeVerdict.ZoneMalformed, Try(good with { Zone = "nowhere" }));
        Assert.Equal(IntakeVerdict.TooMany, tree.Take(new EventDraft[Limits.PromiseEventsMax + 1], out _));
        Assert.Equal(1ul, tree.LeafCount);
    }

    [Fact]
    public void A_parent_writes_a_leaf_for_each_slot_and_silence_among_them()
    {
        PeerId late = new(Samples.Hash("late")), refused = new(Samples.Hash("refused"));
        ImmutableArray<PeerId?> enrolled = [.. Enumerable.Repeat<PeerId?>(null, 16)];
        enrolled = enrolled.SetItem(3, Samples.Node).SetItem(4, late).SetItem(5, refused);
        ParentTree parent = new(Samples.Plan, 1, new Round(Samples.Second), enrolled);
        AggregationLeaf leaf = Samples.Aggregation;
        Assert.Equal(SlotVerdict.LevelWrong, parent.Enter(leaf with { Level = 2 }));
        Assert.Equal(SlotVerdict.SlotOutOfRange, parent.Enter(leaf with { Slot = 16 }));
        Assert.Equal(SlotVerdict.NotEnrolled, parent.Enter(leaf with { Slot = 4 }));
        Assert.Equal(SlotVerdict.EpochWrong, parent.Enter(leaf with { Epoch = new Epoch(1) }));
        Assert.Equal(SlotVerdict.RoundWrong, parent.Enter(leaf with { Round = leaf.Round.Next }));
        Assert.Equal(SlotVerdict.Accepted, parent.Enter(leaf));
        Assert.Equal(SlotVerdict.Known, parent.Enter(leaf));
        Assert.Equal(SlotVerdict.Contradiction, parent.Enter(leaf with { ChildRoot = Samples.Hash("other") }));
        parent.Refuse(5);
        ClosedParent closed = parent.Close();
        Assert.Equal(SlotVerdict.Closed, parent.Enter(leaf with { Slot = 4, Child = late }));

        Assert.Equal(16, closed.Records.Length);
        Assert.Equal((4ul, leaf.FirstTime, leaf.LastTime), (closed.Events, closed.FirstTime, closed.LastTime));
        Assert.Equal(leaf.Encode(), closed.Records[3].ToArray());
        AbsenceReason[] reasons = [.. closed.Records.Where((_, i) => i != 3).Select(static it =>
        {
            Assert.Equal(RecordVerdict.Accepted, AbsentLeaf.TryDecode(it, out AbsentLeaf? absent));
            return absent!.Reason;
        })];
        Assert.Equal([AbsenceReason.Silent, AbsenceReason.Refused], reasons[3..5]);
        Assert.All(reasons.Except(reasons[3..5]), static it => Assert.Equal(AbsenceReason.Vacant, it));
        for (int slot = 0; slot < 16; slot++)
        {
            Assert.Equal(MerkleVerdict.Accepted, closed.Prove(slot).Verify(closed.Root, RecordHash.Leaf(closed.Records[slot].Span)));
        }

        AggregationLeaf up = closed.ToLeaf(late, 2);
        Assert.Equal(RecordVerdict.Accepted, up.Check());
        Assert.Equal((2, 16ul, 4ul), (up.Level, up.ChildSize, up.Events));
        ParentTree above = new(Samples.Plan, 2, new Round(Samples.Second), [null, null, late, null, null, null, null, null]);
        Assert.Equal(SlotVerdict.SizeWrong, above.Enter(up with { ChildSize = 15 }));
        Assert.Equal(SlotVerdict.Accepted, above.Enter(up));
    }

    private static void AssertSame(ImmutableArray<Hash256> expected, ImmutableArray<Hash256> actual) => Assert.Equal(expected.ToArray(), actual.ToArray());

    private static EventDraft Draft(Prng prng, int number) => new(
        EventKind.Receive, Samples.Hash("content " + number), Samples.Node.Hash, 1 + prng.NextUInt64() / 4,
        prng.NextBelow(3) == 0 ? default : [.. Enumerable.Repeat(Samples.Hash("parent"), prng.NextBelow(17))],
        prng.NextBelow(2) == 0 ? null : new DecisionId(prng.NextUInt64()), prng.NextBelow(2) == 0 ? "FI" : "EE-tallinn-1");

    private static Hash256[] Leaves(int count, ulong seed)
    {
        Prng prng = new(seed);
        byte[] bytes = new byte[32];
        Hash256[] leaves = new Hash256[count];
        for (int i = 0; i < count; i++)
        {
            prng.Fill(bytes);
            leaves[i] = new Hash256(bytes);
        }

        return leaves;
    }
}
