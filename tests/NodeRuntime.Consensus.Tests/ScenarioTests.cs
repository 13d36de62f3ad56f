using System.Collections.Generic;
using NodeRuntime.Consensus.Tests.Harness;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus.Tests;

/// <summary>Networks with one misfortune each, told as a story.</summary>
public sealed class ScenarioTests
{
    [Fact]
    public void Who_joins_late_catches_up()
    {
        SmallWorld world = Calm(validators: 4, observers: 1);
        SmallNode late = world.Nodes[4];
        late.Crash();
        world.RunFor(Duration.FromSeconds(60));
        Height reached = world.Nodes[0].Finalized;
        Assert.True(reached.Number > 200, world.Describe());
        world.Restart(late);
        world.RunFor(Duration.FromSeconds(3));
        Assert.True(late.Finalized >= reached, world.Describe());
        Assert.True(world.Nodes[0].Finalized.Number < late.Finalized.Number + 3, world.Describe());
    }

    [Fact]
    public void An_observer_that_hears_no_vote_follows_at_a_distance_of_a_few_messages()
    {
        SmallWorld world = Calm(validators: 4, observers: 2);
        int bodies = 0;
        world.Loses = (_, to, message) =>
        {
            if (to.Key >= 1000 && message is ConsensusMessage.Chain or ConsensusMessage.BlockBody) bodies++;
            return to.Key >= 1000 && message is ConsensusMessage.Voted or ConsensusMessage.Propose or ConsensusMessage.HaveCertificate;
        };
        world.RunFor(Duration.FromSeconds(20));
        ulong height = world.Nodes[0].Finalized.Number;
        Assert.True(height > 60, world.Describe());
        Assert.True(height - world.Nodes[4].Finalized.Number <= 5, world.Describe());
        Assert.True(height - world.Nodes[5].Finalized.Number <= 5, world.Describe());
        // A block comes once to each of them, now and then twice.
        Assert.InRange(bodies, (int)height, (int)(3 * height));
    }

    [Fact]
    public void A_late_peer_crosses_a_stretch_without_certificates_by_hash()
    {
        SmallWorld world = new(new WorldPlan { Seed = 3, Validators = 4, Observers = 1, ChainCount = 4 });
        world.StartAll();
        SmallNode late = world.Nodes[4];
        late.Crash();
        world.RunFor(Duration.FromSeconds(2));
        // Views go on by notarizations alone: what they leave is final much later, by one certificate for all of it.
        world.Loses = (_, _, message) =>
            message is ConsensusMessage.Voted { Vote.Slot.Kind: VoteKind.Finalize }
                or ConsensusMessage.Certified { Certificate.IsFinalization: true };
        world.RunFor(Duration.FromSeconds(10));
        Height before = world.Nodes[0].Finalized;
        world.Loses = static (_, _, _) => false;
        world.RunFor(Duration.FromSeconds(5));
        Height reached = world.Nodes[0].Finalized;
        Assert.True(reached.Number > before.Number + 20, world.Describe());

        int branches = 0;
        world.Loses = (_, to, message) =>
        {
            if (to == late && message is ConsensusMessage.Branch) branches++;
            return false;
        };
        world.Restart(late);
        world.RunFor(Duration.FromSeconds(8));
        Assert.True(branches > 4, $"{branches} branches\n" + world.Describe());
        Assert.True(late.Finalized >= reached, world.Describe());
    }

    [Fact]
    public void A_tip_that_is_withheld_is_asked_of_another_peer()
    {
        SmallWorld world = Calm(validators: 4, observers: 1);
        SmallNode late = world.Nodes[4];
        late.Crash();
        world.RunFor(Duration.FromSeconds(20));
        Height reached = world.Nodes[0].Finalized;
        // Three of four promise and never give.
        world.Loses = (from, to, message) =>
            to == late && from.Number < 3 && message is ConsensusMessage.Chain or ConsensusMessage.BlockBody;
        world.Restart(late);
        world.RunFor(Duration.FromSeconds(5));
        Assert.True(late.Finalized >= reached, world.Describe());
    }

    [Fact]
    public void A_hundred_views_without_a_block_are_no_end()
    {
        SmallWorld world = Calm(validators: 4, observers: 1);
        world.RunFor(Duration.FromSeconds(2));
        world.Loses = static (_, _, message) => message is ConsensusMessage.Propose;
        while (world.Nodes[0].Snapshot!.View.Number < world.Nodes[0].Finalized.Number + 120) world.RunFor(Duration.FromSeconds(5));
        // One of them has forgotten the old nullifications, as a node that came late never had them.
        world.Loses = static (_, _, _) => false;
        Assert.True(world.Heal() < Duration.FromSeconds(3));
    }

    [Fact]
    public void Silence_is_no_storm()
    {
        SmallWorld world = Calm(validators: 4, observers: 0);
        world.RunFor(Duration.FromSeconds(2));
        world.Loses = static (_, _, message) => message is ConsensusMessage.Propose;
        world.RunFor(Duration.FromSeconds(10));
        View before = world.Nodes[0].Snapshot!.View;
        world.RunFor(Duration.FromSeconds(20));
        ulong views = world.Nodes[0].Snapshot!.View.Number - before.Number;
        // With D at its cap of 4 D0 a view takes 2D at least.
        Assert.InRange(views, 5UL, 25UL);
    }

    [Fact]
    public void A_crash_of_everybody_at_any_moment_ends_in_agreement_and_progress()
    {
        for (int moment = 0; moment < 40; moment++)
        {
            SmallWorld world = Calm(validators: 4, observers: 0, seed: (ulong)moment);
            world.RunFor(Duration.FromMilliseconds(700 + (7 * moment)));
            foreach (SmallNode node in world.Nodes) node.Crash();
            world.RunFor(Duration.FromSeconds(1));
            world.Heal();
        }
    }

    [Fact]
    public void A_validator_that_lost_its_watermark_votes_again_without_voting_twice()
    {
        SmallWorld world = Calm(validators: 4, observers: 0);
        world.RunFor(Duration.FromSeconds(5));
        SmallNode poor = world.Nodes[1];
        poor.Crash();
        poor.LoseWatermark();
        world.Restart(poor);
        Assert.True(poor.Snapshot!.IsFenced);
        world.RunFor(Duration.FromSeconds(5));
        Assert.False(poor.Snapshot!.IsFenced, world.Describe());
        world.Heal();
    }

    [Fact]
    public void A_validator_put_back_from_a_backup_never_votes_twice()
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            SmallWorld world = Calm(validators: 4, observers: 0, seed);
            world.RunFor(Duration.FromSeconds(2));
            SmallNode node = world.Nodes[(int)(seed % 4)];
            SmallDisk backup = node.Disk.Copy();
            world.RunFor(Duration.FromSeconds(3));
            node.Crash();
            node.Restore(backup);
            // The oracle watches every vote; the chain must not need people.
            world.Restart(node);
            world.RunFor(Duration.FromSeconds(4));
            Assert.False(node.Snapshot!.IsFenced, world.Describe());
            world.Heal();
        }
    }

    [Fact]
    public void A_silent_validator_costs_its_own_views_only_until_it_is_skipped()
    {
        SmallWorld world = new(new WorldPlan { Seed = 3, Validators = 4, Silent = 1 });
        world.StartAll();
        world.RunFor(Duration.FromSeconds(20));
        Height before = world.Nodes[1].Finalized;
        View view = world.Nodes[1].Snapshot!.View;
        world.RunFor(Duration.FromSeconds(10));
        ulong blocks = world.Nodes[1].Finalized.Number - before.Number;
        ulong views = world.Nodes[1].Snapshot!.View.Number - view.Number;
        // Three of four views make a block, and the fourth costs no timeout: as many blocks as without it, nearly.
        Assert.True(blocks * 4 >= (views - 4) * 3, world.Describe());
        Assert.True(blocks > 40, $"{blocks} blocks");
    }

    [Fact]
    public void A_hundred_validators_agree()
    {
        SmallWorld world = new(new WorldPlan { Seed = 5, Validators = 100 });
        world.StartAll();
        world.RunFor(Duration.FromMilliseconds(1500));
        Assert.True(world.Oracle.HeightsAgreed >= 4, world.Describe());
        Assert.All(world.Nodes, static node => Assert.True(node.Finalized.Number >= 3));
    }

    [Fact]
    public void The_same_seed_is_the_same_run()
    {
        List<string> first = Record(42);
        List<string> second = Record(42);
        Assert.True(first.Count > 1000);
        Assert.Equal(first, second);
    }

    [Fact]
    public void Memory_does_not_grow_with_the_chain()
    {
        SmallWorld world = Calm(validators: 4, observers: 1);
        world.RunFor(Duration.FromSeconds(60));
        foreach (SmallNode node in world.Nodes)
        {
            ConsensusSnapshot snapshot = node.Snapshot!;
            Assert.True(snapshot.BlocksHeld <= 4, world.Describe());
            Assert.True(snapshot.CertificatesHeld <= 8);
            Assert.True(snapshot.VoteSlotsHeld <= 2 * (Limits.ViewsBehindMax + Limits.ViewsAheadMax));
            Assert.True(node.Disk.Log.Count < 40);
        }
    }

    private static SmallWorld Calm(int validators, int observers, ulong seed = 1)
    {
        SmallWorld world = new(new WorldPlan { Seed = seed, Validators = validators, Observers = observers, ChainCount = 64 });
        world.StartAll();
        return world;
    }

    private static List<string> Record(ulong seed)
    {
        List<string> lines = [];
        SmallWorld world = new(WorldPlan.FromSeed(seed));
        world.Log = line => lines.Add(world.Now + " " + line[..System.Math.Min(line.Length, 200)]);
        world.Run();
        return lines;
    }
}
