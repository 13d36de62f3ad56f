using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Consensus.Tests.Harness;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus.Tests;

public sealed class LeaderScheduleTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(100)]
    public void In_a_rotation_everybody_leads_once(int count)
    {
        Bench bench = new(count);
        SortedSet<int> leaders = [];
        for (int i = 0; i < count; i++) leaders.Add(bench.Leader((ulong)((3 * count) + i)));
        Assert.Equal(count, leaders.Count);
    }

    [Fact]
    public void Rotations_differ_and_chains_differ()
    {
        Bench bench = new(10);
        List<int> first = [];
        List<int> second = [];
        List<int> other = [];
        for (ulong i = 0; i < 10; i++)
        {
            first.Add(bench.Leader(i));
            second.Add(bench.Leader(10 + i));
            other.Add(LeaderSchedule.LeaderOf(default, bench.Genesis.ValidatorSet, new View(i)).Number);
        }

        Assert.NotEqual(first, second);
        Assert.NotEqual(first, other);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public void Turns_between_two_views_are_those_of_the_views_between(int count)
    {
        ValidatorSet set = new(new Epoch(2), [.. Enumerable.Range(0, count).Select(i => new ValidatorMember(KeyedHashSignatures.KeyOf(i), (ulong)(1 + (i * i))))]);
        for (ulong after = 0; after < 20; after++)
        {
            ulong[] turns = new ulong[count];
            for (ulong before = after + 1; before < after + 40; before++)
            {
                ImmutableArray<ulong> found = LeaderSchedule.TurnsBetween(default, set, new View(after), new View(before));
                Assert.Equal(before == after + 1 ? [] : turns, found);
                turns[LeaderSchedule.LeaderOf(default, set, new View(before)).Number]++;
            }
        }
    }

    [Fact]
    public void Turns_between_views_that_lie_far_apart_are_counted_and_not_drawn()
    {
        ValidatorSet set = new(new Epoch(0), [.. Enumerable.Range(0, 5).Select(i => new ValidatorMember(KeyedHashSignatures.KeyOf(i), 1))]);
        ImmutableArray<ulong> turns = LeaderSchedule.TurnsBetween(default, set, new View(4), new View(5_000_000_000_000_005));
        Assert.Equal(Enumerable.Repeat(1_000_000_000_000_000UL, 5), turns);
        Assert.Empty(LeaderSchedule.TurnsBetween(default, set, new View(9), new View(9)));
    }

    [Fact]
    public void Weight_leads_early()
    {
        ValidatorSet set = new(new Epoch(0), [new(KeyedHashSignatures.KeyOf(0), 1000), new(KeyedHashSignatures.KeyOf(1), 1), new(KeyedHashSignatures.KeyOf(2), 1)]);
        int first = 0;
        for (ulong rotation = 0; rotation < 100; rotation++)
        {
            if (LeaderSchedule.LeaderOf(default, set, new View(3 * rotation)).Number == 0) first++;
        }

        Assert.True(first > 90);
    }
}
