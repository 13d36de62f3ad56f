using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Fraud;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Trees;
using NodeRuntime.Runtime.Provenance;
using NodeRuntime.Simulation;
using Xunit;

namespace NodeRuntime.Runtime.Tests.Provenance;

/// <summary>A validator's part in the calendar, with three others who say what they like.</summary>
public sealed class CalendarDeskTests
{
    // Longer than two frames.
    private const int Many = (2 * Limits.CalendarLeavesPerFrameMax) + 100;

    [Fact]
    public void A_second_is_offered_until_the_ledger_has_it_and_not_again()
    {
        OneOfFour it = new();
        it.RunTo(Duration.FromMilliseconds(4_600));
        Round[] open = [.. it.Offered.Select(static second => second.Round)];
        Assert.Equal(open.Order(), open);
        Assert.Equal(EpochPlans.RoundOf(World.Start).Second + 3, open[^1].Second);
        it.Enter([.. it.Offered.SkipLast(1)]);
        it.RunTo(Duration.FromMilliseconds(5_600));
        Assert.Equal([open[^1].Second, open[^1].Second + 1], it.Offered.Select(static second => second.Round.Second));
    }

    [Fact]
    public void A_checkpoint_takes_a_quorum_of_right_lines_each_of_another_validator()
    {
        OneOfFour it = Entered();
        ProvenanceMessage.Signed right = it.LineOf(1);
        it.Hear(1, right);
        // Said twice, by somebody else, with another's key, broken, and under nothing that the ledger has.
        it.Hear(1, right);
        it.Hear(3, it.LineOf(2));
        it.Hear(2, it.LineOf(2) with { Signature = right.Signature });
        it.Hear(2, it.LineOf(2) with { Size = right.Size - 1 });
        it.Hear(2, it.LineOf(2) with { Size = ulong.MaxValue });
        Assert.Equal(0UL, it.Status.CalendarCertified);
        it.Hear(2, it.LineOf(2));
        Assert.Equal(right.Size, it.Status.CalendarCertified);
        Assert.Single(it.Effects.OfType<ProvenanceEffect.Certified>());
    }

    [Fact]
    public void Lines_of_those_who_are_ahead_count_when_the_ledger_has_come_there()
    {
        OneOfFour it = new();
        it.RunTo(Duration.FromMilliseconds(3_600));
        ImmutableArray<RoundLeaf> news = it.EnterUntold(it.Offered);
        it.Hear(1, it.LineOf(1));
        it.Hear(2, it.LineOf(2) with { Signature = it.LineOf(1).Signature });
        it.Hear(3, it.LineOf(3));
        Assert.Equal((0UL, 0UL), (it.Status.CalendarSize, it.Status.CalendarCertified));
        it.Tell(news);
        Assert.Equal((ulong)it.Seconds.Count, it.Status.CalendarCertified);
    }

    [Fact]
    public void Whoever_signs_two_roots_of_one_size_is_convicted_though_nobody_was_shown_both()
    {
        OneOfFour it = Entered();
        Hash256 another = Hasher.Sha256("another calendar"u8);
        // Shown by the second validator, who was told it by the third.
        it.Hear(2, it.LineOf(3, another));
        Assert.Empty(it.Effects.OfType<ProvenanceEffect.StoreFraud>());
        Assert.Equal([1, 2, 3], it.Said.Where(said => said.Message is ProvenanceMessage.Signed line && line.Root == another).Select(static said => said.To).Order());
        it.Hear(2, it.LineOf(3, another));
        it.Hear(3, it.LineOf(3));
        FraudProof proof = FraudProof.TryDecode(Assert.Single(it.Effects.OfType<ProvenanceEffect.StoreFraud>()).Report.Proof.AsMemory())!;
        Assert.Equal((FraudKind.CheckpointContradiction, it.KeyOf(3)), (proof.Kind, proof.Culprit));
    }

    [Fact]
    public void A_line_under_another_root_that_nobody_signed_accuses_nobody()
    {
        OneOfFour it = Entered();
        it.Hear(3, it.LineOf(3));
        it.Hear(2, it.LineOf(3) with { Root = Hasher.Sha256("another calendar"u8) });
        it.Hear(2, it.LineOf(3, Hasher.Sha256("another calendar"u8)) with { Key = it.KeyOf(1) });
        Assert.Empty(it.Effects.OfType<ProvenanceEffect.StoreFraud>());
        Assert.DoesNotContain(it.Said, said => said.Message is ProvenanceMessage.Signed line && line.Key != it.KeyOf(0));
    }

    [Fact]
    public void All_hear_its_own_line_once_for_each_size()
    {
        OneOfFour it = Entered();
        it.RunTo(Duration.FromMilliseconds(4_300));
        ProvenanceMessage.Signed[] lines = [.. it.Said.Select(static said => said.Message).OfType<ProvenanceMessage.Signed>()];
        Assert.Equal([1, 2, 3], it.Said.Where(static said => said.Message is ProvenanceMessage.Signed).Select(static said => said.To).Order());
        Assert.All(lines, line => Assert.Equal(((ulong)it.Seconds.Count, it.KeyOf(0)), (line.Size, line.Key)));
    }

    [Fact]
    public void What_is_missing_is_fetched_in_batches_that_the_ledger_s_root_proves()
    {
        OneOfFour it = Behind();
        Assert.Equal(0UL, it.Status.CalendarSize);
        for (int from = 0; from < it.Seconds.Count;)
        {
            (int of, ProvenanceMessage.WantLeaves want) = LastAsked(it);
            Assert.Equal(((ulong)from, (ulong)it.Seconds.Count), (want.From, want.Size));
            int end = Math.Min(it.Seconds.Count, from + Limits.CalendarLeavesPerFrameMax);
            it.Hear(of, Answer(it, from, end));
            from = end;
            Assert.Equal((ulong)from, it.Status.CalendarSize);
        }

        RoundLeaf[] stored = [.. it.Effects.OfType<ProvenanceEffect.StoreLeaves>().SelectMany(static effect => effect.Leaves)];
        Assert.Equal(it.Seconds, stored);
        Assert.Contains(it.Said, static said => said.Message is ProvenanceMessage.Signed);
    }

    [Fact]
    public void Seconds_that_the_ledger_does_not_have_are_not_taken()
    {
        OneOfFour it = Behind();
        (int of, ProvenanceMessage.WantLeaves want) = LastAsked(it);
        ProvenanceMessage.Leaves right = Answer(it, 0, Limits.CalendarLeavesPerFrameMax);
        // Of somebody who was not asked, of another size, from elsewhere, of nothing.
        it.Hear(of == 1 ? 2 : 1, right);
        it.Hear(of, right with { Size = want.Size - 1 });
        it.Hear(of, right with { From = 1 });
        it.Hear(of, right with { Items = [] });
        Assert.Empty(it.Effects.OfType<ProvenanceEffect.StoreLeaves>());
        // One bit in one second; then the path.
        foreach (ProvenanceMessage.Leaves wrong in (ImmutableArray<ProvenanceMessage.Leaves>)
            [right with { Items = right.Items.SetItem(7, right.Items[7] with { Slots = 3 }) }, right with { Path = right.Path.SetItem(0, Hash256.Zero) }, right with { Path = [] }])
        {
            it.Hear(LastAsked(it).Of, wrong);
            Assert.Equal(0UL, it.Status.CalendarSize);
            it.RunTo(it.Now - World.Start + Duration.FromMilliseconds(1_200));
        }

        Assert.Empty(it.Effects.OfType<ProvenanceEffect.StoreLeaves>());
        Assert.Equal(3, it.Effects.OfType<ProvenanceEffect.Warn>().Count());
        it.Hear(LastAsked(it).Of, right);
        Assert.Equal((ulong)Limits.CalendarLeavesPerFrameMax, it.Status.CalendarSize);
    }

    [Fact]
    public void Seconds_are_served_with_their_proof_and_nothing_that_is_not_here()
    {
        OneOfFour it = Entered();
        ulong size = (ulong)it.Seconds.Count;
        it.Hear(1, new ProvenanceMessage.WantLeaves(0, size + 1));
        it.Hear(1, new ProvenanceMessage.WantLeaves(size, size));
        it.Hear(1, new ProvenanceMessage.WantLeaves(size + 5, size));
        Assert.Empty(it.Effects.OfType<ProvenanceEffect.SendLeaves>());
        it.Hear(1, new ProvenanceMessage.WantLeaves(1, size - 1));
        ProvenanceEffect.SendLeaves served = Assert.Single(it.Effects.OfType<ProvenanceEffect.SendLeaves>());
        Assert.Equal((1UL, (int)size - 2, size - 1), (served.From, served.Count, served.Size));
        Assert.Equal(MerkleVerdict.Accepted, new MerkleConsistencyProof(size - 1, size - 1, served.Path).Verify(it.LogOf((int)size - 1).Root, it.LogOf((int)size - 1).Root));
    }

    [Fact]
    public void A_parent_finds_its_way_in_the_topmost_tree_that_another_s_block_entered()
    {
        OneOfFour it = new();
        it.RunTo(Duration.FromMilliseconds(3_050));
        Round round = new(EpochPlans.RoundOf(World.Start).Second + 2);
        it.HearSecondOf(1, round);
        it.RunTo(Duration.FromMilliseconds(3_450));
        AggregationLeaf own = it.Said.Select(static said => said.Message).OfType<ProvenanceMessage.Closed>().Select(static said => said.Leaf).First(leaf => leaf.Level == 2 && leaf.Round == round);
        // The others had one word more when that block was made, and one less is in this validator's tree.
        ParentTree other = new(it.Plan, 2, round, [.. Enumerable.Range(0, 4).Select(slot => (PeerId?)it.IdOf(slot))]);
        Assert.Equal(SlotVerdict.Accepted, other.Enter(own));
        Assert.Equal(SlotVerdict.Accepted, other.Enter(it.TreeOf(1, round).Leaf));
        ClosedParent top = other.Close();
        it.RunTo(Duration.FromMilliseconds(3_600));
        Assert.NotEqual(top.Root, it.Offered.First(second => second.Round == round).CoreRoot);
        it.Enter(new EnteredSecond(round, top.Root, top.Events));
        it.Hear(1, it.LineOf(1));
        it.Hear(2, it.LineOf(2));
        Assert.Equal([1, 2, 3], it.Said.Where(said => said.Message == new ProvenanceMessage.WantTop(round)).Select(static said => said.To).Order());
        Assert.Equal((ulong)it.Seconds.Count, it.Status.CalendarCertified);
        int before = it.Said.Count;
        // Ways that do not lead there.
        Segment way = Segment.Of(top.Prove(0), null);
        it.Hear(1, new ProvenanceMessage.TopShown(round, Segment.Of(top.Prove(1), null)));
        it.Hear(1, new ProvenanceMessage.TopShown(round, way with { Path = [] }));
        it.Hear(1, new ProvenanceMessage.TopShown(new Round(round.Second + 1), way));
        Assert.False(it.HasPassedDown(round));
        it.Hear(3, new ProvenanceMessage.TopShown(round, way));
        Assert.True(it.HasPassedDown(round));
        Assert.Equal(before, it.Said.Count(static said => said.Message is not ProvenanceMessage.Spine));
    }

    [Fact]
    public void A_way_is_shown_to_whoever_is_in_the_tree_that_stands_in_the_calendar()
    {
        OneOfFour it = new();
        it.RunTo(Duration.FromMilliseconds(3_050));
        Round round = new(EpochPlans.RoundOf(World.Start).Second + 2);
        it.Hear(1, it.TreeOf(1, round));
        it.RunTo(Duration.FromMilliseconds(3_600));
        it.Hear(1, new ProvenanceMessage.WantTop(round));
        Assert.Empty(Shown(it));
        it.Enter(it.Offered);
        it.Hear(2, new ProvenanceMessage.WantTop(round));
        it.Hear(1, new ProvenanceMessage.WantTop(new Round(round.Second + 1)));
        it.Hear(1, new ProvenanceMessage.WantTop(new Round(0)));
        Assert.Empty(Shown(it));
        it.Hear(1, new ProvenanceMessage.WantTop(round));
        (int to, ProvenanceMessage.TopShown shown) = Assert.Single(Shown(it));
        Assert.Equal(1, to);
        Assert.Equal(ReceiptCode.None, shown.Way.Fold(it.TreeOf(1, round).Leaf.Hash, out Hash256 root));
        Assert.Equal(it.Seconds.First(leaf => leaf.Round == round).CoreRoot, root);
    }

    private static (int To, ProvenanceMessage.TopShown Shown)[] Shown(OneOfFour it) =>
        [.. it.Said.Where(static said => said.Message is ProvenanceMessage.TopShown).Select(static said => (said.To, (ProvenanceMessage.TopShown)said.Message))];

    // Some seconds old, and the ledger has them.
    private static OneOfFour Entered()
    {
        OneOfFour it = new();
        it.RunTo(Duration.FromMilliseconds(3_600));
        it.Enter(it.Offered);
        Assert.True(it.Seconds.Count > 2);
        return it;
    }

    // The chain is old, and this validator has none of its seconds.
    private static OneOfFour Behind()
    {
        OneOfFour it = new(secondsBefore: Many);
        it.EnterUntold();
        it.Tell();
        it.RunTo(Duration.FromMilliseconds(1_100));
        Assert.True(it.Seconds.Count > 2 * Limits.CalendarLeavesPerFrameMax);
        return it;
    }

    private static (int Of, ProvenanceMessage.WantLeaves Want) LastAsked(OneOfFour it)
    {
        (int to, ProvenanceMessage message) = it.Said.Last(static said => said.Message is ProvenanceMessage.WantLeaves);
        return (to, (ProvenanceMessage.WantLeaves)message);
    }

    // What an honest validator answers, by a tree that is made of leaves alone.
    private static ProvenanceMessage.Leaves Answer(OneOfFour it, int from, int end)
    {
        Hash256[] leaves = [.. it.Seconds.Select(static leaf => leaf.Hash)];
        return new ProvenanceMessage.Leaves((ulong)from, (ulong)leaves.Length, [.. it.Seconds.Skip(from).Take(end - from)], MerkleTree.ProveConsistency(leaves, end).Path);
    }
}
