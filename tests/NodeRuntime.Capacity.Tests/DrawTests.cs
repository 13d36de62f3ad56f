using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Capacity.Duties;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Tests;

public sealed class DrawTests
{
    [Fact]
    public void Distinct_numbers_are_distinct_sorted_below_the_bound_and_as_many_as_there_are()
    {
        for (uint bound = 0; bound < 60; bound++)
        {
            for (int count = 0; count < 12; count++)
            {
                ImmutableArray<uint> drawn = BeaconDraw.Distinct(HashDomain.CapacityDraw, Hasher.Sha256([(byte)count]), bound, count);
                Assert.Equal(System.Math.Min(count, (int)bound), drawn.Length);
                Assert.Equal(drawn.Distinct().Order(), drawn);
                Assert.All(drawn, index => Assert.True(index < bound));
            }
        }
    }

    // 4 of 10, 5,000 times: each is drawn 2,000 times, give or take five standard deviations of 35.
    [Fact]
    public void Every_number_is_drawn_alike()
    {
        int[] times = new int[10];
        for (uint i = 0; i < 5000; i++)
        {
            Hash256 seed = Hasher.Sha256(System.BitConverter.GetBytes(i));
            foreach (uint index in BeaconDraw.Distinct(HashDomain.CapacityDraw, seed, 10, 4)) times[index]++;
        }

        Assert.All(times, static count => Assert.InRange(count, 1825, 2175));
    }

    [Fact]
    public void Verifiers_are_of_the_candidates_never_the_subject_and_all_that_there_are_where_they_are_few()
    {
        ImmutableArray<PeerId> peers = [.. Enumerable.Range(0, 9).Select(static i => new PeerId(Hasher.Sha256([(byte)i]))).Order()];
        SortedSet<PeerId> seen = [];
        for (int i = 0; i < 200; i++)
        {
            PeerId subject = peers[i % 9];
            ImmutableArray<PeerId> drawn = VerifierDraw.Choose(Hasher.Sha256([1, (byte)i]), subject, peers, 3);
            Assert.Equal(3, drawn.Distinct().Count());
            Assert.DoesNotContain(subject, drawn);
            Assert.All(drawn, peer => Assert.Contains(peer, peers));
            seen.UnionWith(drawn);
        }

        Assert.Equal(9, seen.Count);
        PeerId stranger = new(Hasher.Sha256("stranger"u8));
        Assert.Equal(peers.AsEnumerable(), VerifierDraw.Choose(Hash256.Zero, stranger, peers, 20));
        Assert.Empty(VerifierDraw.Choose(Hash256.Zero, peers[0], [peers[0]], 3));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1000)]
    public void The_order_of_units_is_a_permutation_and_its_inverse_leads_back(uint units)
    {
        PlotIdentity identity = new(Hasher.Sha256("plot"u8));
        UnitOrder order = new(Hasher.Sha256("beacon"u8), identity, units);
        uint[] chosen = [.. Enumerable.Range(0, (int)units).Select(place => order.UnitAt((uint)place))];
        Assert.Equal(Enumerable.Range(0, (int)units).Select(static unit => (uint)unit), chosen.Order());
        Assert.All(chosen, (unit, place) => Assert.Equal((uint)place, order.PlaceOf(unit)));
        if (units < 64) return;
        UnitOrder other = new(Hasher.Sha256("next beacon"u8), identity, units);
        Assert.NotEqual(chosen, Enumerable.Range(0, (int)units).Select(place => other.UnitAt((uint)place)));
    }

    [Fact]
    public void A_tally_hears_each_drawn_verifier_once_and_the_majority_of_the_drawn_decides()
    {
        ImmutableArray<PeerId> drawn = [.. Enumerable.Range(0, 3).Select(static i => new PeerId(Hasher.Sha256([(byte)i]))).Order()];
        Hash256 subject = Hasher.Sha256("subject"u8);
        DutyTally tally = new(subject, drawn);
        Assert.Equal(DutyReportVerdict.WrongSubject, tally.TryAdd(new DutyReport(drawn[0], Hash256.Zero, DutyFinding.Passed), out _));
        PeerId stranger = new(Hasher.Sha256("stranger"u8));
        Assert.Equal(DutyReportVerdict.NotDrawn, tally.TryAdd(new DutyReport(stranger, subject, DutyFinding.Failed), out _));
        Assert.Equal(DutyReportVerdict.Accepted, tally.TryAdd(new DutyReport(drawn[0], subject, DutyFinding.Failed), out tally));
        Assert.Equal(DutyReportVerdict.Duplicate, tally.TryAdd(new DutyReport(drawn[0], subject, DutyFinding.Failed), out tally));
        Assert.Equal(DutyOutcome.Undecided, tally.Outcome);
        Assert.Equal(DutyReportVerdict.Accepted, tally.TryAdd(new DutyReport(drawn[1], subject, DutyFinding.Passed), out DutyTally split));
        Assert.Equal(DutyOutcome.Undecided, split.Outcome);
        Assert.Equal(DutyReportVerdict.Accepted, split.TryAdd(new DutyReport(drawn[2], subject, DutyFinding.Passed), out split));
        Assert.Equal(DutyOutcome.Passed, split.Outcome);
        Assert.Equal(DutyReportVerdict.Accepted, tally.TryAdd(new DutyReport(drawn[1], subject, DutyFinding.Failed), out tally));
        Assert.Equal(DutyOutcome.Failed, tally.Outcome);
    }
}
