using System.Collections.Generic;
using System.Text;
using NodeRuntime.Consensus.Tests.Harness;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using Xunit.Abstractions;

namespace NodeRuntime.Consensus.Tests;

/// <summary>Whole networks under faults. A failing seed prints itself; run it alone with <c>One_seed</c>.</summary>
public sealed class SeedTests(ITestOutputHelper output)
{
    // For every run of the tests; CONSENSUS_SEEDS=10000 for a night.
    private static readonly int SeedsPerGroup =
        int.TryParse(System.Environment.GetEnvironmentVariable("CONSENSUS_SEEDS"), out int count) ? count : 60;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Networks_agree_under_faults_and_finalize_after_healing(int group)
    {
        StringBuilder failures = new();
        long inputs = 0;
        int heights = 0;
        int nullified = 0;
        int seals = 0;
        int reseals = 0;
        int punished = 0;
        Duration slowest = Duration.Zero;
        for (int i = 0; i < SeedsPerGroup; i++)
        {
            ulong seed = (ulong)((i * 6) + group);
            SmallWorld world = new(WorldPlan.FromSeed(seed));
            try
            {
                Duration healed = world.Run();
                if (healed > slowest) slowest = healed;
                punished += Punished(world);
            }
            catch (System.Exception exception) when (exception is HarnessException or InvariantException or System.OverflowException)
            {
                failures.Append("\nseed ").Append(seed).Append(": ").Append(exception.Message);
            }

            inputs += world.Inputs;
            heights += world.Oracle.HeightsAgreed;
            nullified += world.Oracle.ViewsNullified;
            seals += world.Oracle.Seals;
            reseals += world.Oracle.Reseals;
        }

        output.WriteLine($"{SeedsPerGroup} seeds, {inputs} inputs, {heights} heights, {nullified} views nullified, {seals} seals, {reseals} put to the vote again, {punished} twins punished, slowest healing {slowest}");
        Assert.True(failures.Length == 0, failures.ToString());
        Assert.True(heights > SeedsPerGroup);
        // Where one validator may lie, some do, and are found out.
        Assert.Equal(group >= 3, punished > 0);
    }

    // I10 in the state: whoever is in jail anywhere was run twice.
    private static int Punished(SmallWorld world)
    {
        SortedSet<PublicKey> punished = [];
        SortedSet<PublicKey> twins = [];
        foreach (SmallNode node in world.Nodes)
        {
            if (node.IsHonest) punished.UnionWith(node.Jail);
        }

        for (int i = 0; i < world.Plan.Twins; i++) twins.Add(KeyedHashSignatures.KeyOf(i));
        foreach (PublicKey key in punished)
        {
            if (!twins.Contains(key)) throw new HarnessException($"honest validator key {key} is in jail");
        }

        return punished.Count;
    }
}
