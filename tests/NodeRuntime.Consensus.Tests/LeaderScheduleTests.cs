using System.Collections.Generic;
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
