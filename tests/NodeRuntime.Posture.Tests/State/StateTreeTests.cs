using System.Globalization;
using NodeRuntime.Posture.Observing;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Posture.Tests.State;

public sealed class StateTreeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(64)]
    public void One_thing_is_proven_without_the_others(int count)
    {
        StateTree tree = new();
        for (int i = 0; i < count; i++) Assert.True(tree.Set(Rig.File(i.ToString(CultureInfo.InvariantCulture)), "value " + i));
        for (int i = 0; i < count; i++)
        {
            Thing thing = Rig.File(i.ToString(CultureInfo.InvariantCulture));
            MerkleInclusionProof proof = tree.Prove(thing)!;
            Assert.Equal(MerkleVerdict.Accepted, proof.Verify(tree.Root(), StateTree.LeafOf(thing, "value " + i)));
            Assert.Equal(MerkleVerdict.RootMismatch, proof.Verify(tree.Root(), StateTree.LeafOf(thing, "another")));
        }

        Assert.Null(tree.Prove(Rig.File("nowhere")));
    }

    [Fact]
    public void The_root_says_what_is_and_not_how_it_came_to_be()
    {
        StateTree one = new(), other = new();
        one.Set(Rig.File("/a"), "1");
        one.Set(Rig.File("/b"), "2");
        other.Set(Rig.File("/b"), "3");
        other.Set(Rig.File("/c"), "4");
        other.Set(Rig.File("/a"), "1");
        Assert.NotEqual(one.Root(), other.Root());
        other.Set(Rig.File("/b"), "2");
        other.Set(Rig.File("/c"), null);
        Assert.Equal(one.Root(), other.Root());

        // Programs come and go.
        one.Set(new Thing(ThingClass.Process, "/bin/sh"), "runs");
        Assert.Equal(one.Root(), other.Root());
        Assert.Null(one.Prove(new Thing(ThingClass.Process, "/bin/sh")));
    }

    [Fact]
    public void A_number_falls_on_the_thing_whose_proof_has_that_index()
    {
        StateTree tree = new();
        Assert.Null(tree.Draw(7));
        tree.Set(new Thing(ThingClass.Process, "/bin/sh"), "runs");
        Assert.Null(tree.Draw(7));
        for (int i = 0; i < 11; i++) tree.Set(Rig.File(i.ToString(CultureInfo.InvariantCulture)), "1");
        tree.Set(new Thing(ThingClass.Module, "ext4"), "1");
        foreach (ulong number in (ulong[])[0, 1, 11, 12, 25, ulong.MaxValue])
        {
            Thing drawn = tree.Draw(number)!.Value;
            Assert.Equal((12UL, number % 12), (tree.Prove(drawn)!.Size, tree.Prove(drawn)!.Index));
        }
    }

    [Fact]
    public void What_is_full_takes_no_more_and_still_changes()
    {
        StateTree tree = new();
        for (int i = 0; i < Limits.PostureThingsMax; i++) Assert.True(tree.Set(Rig.File(i.ToString(CultureInfo.InvariantCulture)), "1"));
        Assert.False(tree.Set(Rig.File("one more"), "1"));
        Assert.True(tree.Set(Rig.File("7"), "2"));
        Assert.True(tree.Set(Rig.File("8"), null));
        Assert.True(tree.Set(Rig.File("one more"), "1"));
    }

    [Theory]
    [InlineData(1000, 1000, null)]
    [InlineData(1400, 1000, null)]
    [InlineData(1501, 1000, EdgeCause.ClockStepped)]
    [InlineData(-1, 1000, EdgeCause.ClockStepped)]
    [InlineData(499, 1000, EdgeCause.ClockStepped)]
    [InlineData(10_001, 10_001, EdgeCause.Gap)]
    [InlineData(60_000, 10_001, EdgeCause.ClockStepped)]
    public void A_clock_that_was_set_and_a_watch_that_was_stopped_are_told(long wall, long steady, EdgeCause? expected) =>
        Assert.Equal(expected, ClockRules.Judge(Duration.FromMilliseconds(wall), Duration.FromMilliseconds(steady)));
}
