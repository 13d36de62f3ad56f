using System.Collections.Generic;
using System.Linq;
using NodeRuntime.Primitives;

namespace NodeRuntime.Membership.Tests;

public sealed class DiscoveryTests
{
    [Theory]
    [InlineData(4, 1, 3)]
    [InlineData(4, 2, 3)]
    [InlineData(16, 3, 5)]
    [InlineData(31, 4, 6)]
    [InlineData(60, 5, 10)]
    public void From_one_seed_address_each_all_learn_of_all(int count, ulong seed, int seconds)
    {
        TestWorld world = new(count, seed);
        world.RunTo("all know all", world.AllKnowAll, Duration.FromSeconds(seconds));
        NobodyIsBlamed(world);
    }

    [Theory]
    [InlineData(12, 1)]
    [InlineData(30, 2)]
    public void A_chain_of_seeds_is_enough(int count, ulong seed)
    {
        // Each knows only the one before it.
        TestWorld world = new(count, seed, static i => i == 0 ? 0 : i - 1);
        world.RunTo("all know all", world.AllKnowAll, Duration.FromSeconds(15));
        NobodyIsBlamed(world);
    }

    [Theory]
    [InlineData(8, 1)]
    [InlineData(32, 2)]
    public void A_small_network_becomes_a_full_mesh(int count, ulong seed)
    {
        TestWorld world = new(count, seed);
        world.RunTo("a full mesh", () => world.Nodes.All(node => node.Links.Count == count - 1), Duration.FromSeconds(15));
        world.Run(Duration.FromSeconds(5));
        foreach (TestWorld.Node node in world.Nodes)
        {
            Assert.Equal(count - 1, node.Count<MembershipEffect.PeerReady>() - node.Count<MembershipEffect.PeerGone>());
            Assert.Equal(count - 1, node.Count<MembershipEffect.Joined>());
        }
    }

    [Fact]
    public void A_greater_network_keeps_a_view_and_a_full_mesh_of_validators()
    {
        TestWorld world = new(60, 7, configure: static config => config with { MeshMembersMax = 10 });
        world.RunTo("all know all", world.AllKnowAll, Duration.FromSeconds(30));
        PeerId[] validators = [.. world.Nodes.Take(12).Select(static node => node.Peer)];
        foreach (TestWorld.Node node in world.Nodes) world.Give(node, new MembershipInput.Validators([.. validators]));
        world.RunTo(
            "validators are connected with validators",
            () => world.Nodes.Take(12).All(static node => node.Links.Count(static other => other < 12) == 11),
            Duration.FromSeconds(30));

        world.RunTo("views are full", () => world.Nodes.All(static node => node.Links.Count >= 6), Duration.FromSeconds(30));

        // The seed was dialled by all, and lets them go one by one, as does everybody who has too many.
        world.RunTo("nobody is everybody's", () => world.Nodes.All(static node => Others(node, 12) <= 12), Duration.FromSeconds(60));
        Assert.All(world.Nodes, static node => Assert.Equal(0, node.Count<MembershipEffect.Banned>()));
        Assert.All(world.Nodes, static node =>
            Assert.Equal(0, node.Count<MembershipEffect.Disconnect>(static effect => effect.End != ConnectionEnd.Lost)));
    }

    [Fact]
    public void Of_a_hundred_peers_thirty_leave_at_once_and_the_others_hold_together()
    {
        const int Validators = 7;
        TestWorld world = new(100, 17, configure: static config => config with { MeshMembersMax = 10 }) { LossPerMille = 20 };
        PeerId[] validators = [.. world.Nodes.Take(Validators).Select(static node => node.Peer)];
        foreach (TestWorld.Node node in world.Nodes) world.Give(node, new MembershipInput.Validators([.. validators]));
        world.RunTo("all know all", world.AllKnowAll, Duration.FromSeconds(30));
        // Newcomers of the last seconds are not let go, so a view may be a little larger than its bound.
        world.RunTo("views are neither too small nor too large", () => world.Nodes.All(static node => node.Links.Count >= 6
            && Others(node, Validators) <= 18), Duration.FromSeconds(60));
        world.RunTo("validators have each other", () => AreMesh(world, Validators), Duration.FromSeconds(30));

        // Every third of the first ninety, a validator or two and the seed of all among them.
        TestWorld.Node[] leaving = [.. world.Nodes.Where(static node => node.Number < 90 && node.Number % 3 == 0)];
        Assert.Equal(30, leaving.Length);
        foreach (TestWorld.Node node in leaving) world.Crash(node);
        TestWorld.Node[] left = [.. world.Nodes.Except(leaving)];
        world.RunTo("one network", () => Reached(world, left[0]) == left.Length, Duration.FromSeconds(5));
        world.RunTo("full views", () => left.All(static node => node.Links.Count >= 6), Duration.FromSeconds(60));
        world.RunTo("validators have each other", () => AreMesh(world, Validators), Duration.FromSeconds(30));
        Assert.Equal(left.Length, Reached(world, left[0]));
        Assert.All(left, static node => Assert.Equal(0, node.Count<MembershipEffect.Banned>()));

        // What one of them says reaches all.
        world.LossPerMille = 0;
        world.Give(left[3], new MembershipInput.Publish(1, new byte[] { 42 }));
        world.RunTo(
            "all have heard it",
            () => left.Count(static node => node.Count<MembershipEffect.Delivered>() == 1) == left.Length - 1,
            Duration.FromSeconds(5));
    }

    /// <summary>Links with peers that are no validators: the first so many are.</summary>
    private static int Others(TestWorld.Node node, int validators) => node.Links.Count(other => other >= validators);

    private static bool AreMesh(TestWorld world, int count)
    {
        TestWorld.Node[] alive = [.. world.Nodes.Take(count).Where(static node => node.Machine is not null)];
        return alive.All(node => alive.All(other => other == node || node.Links.Contains(other.Number)));
    }

    private static int Reached(TestWorld world, TestWorld.Node from)
    {
        SortedSet<int> reached = [from.Number];
        Queue<int> open = new([from.Number]);
        while (open.TryDequeue(out int number))
        {
            foreach (int other in world.Nodes[number].Links)
            {
                if (reached.Add(other)) open.Enqueue(other);
            }
        }

        return reached.Count;
    }

    [Fact]
    public void Loss_slows_and_does_not_stop()
    {
        TestWorld world = new(20, 11) { LossPerMille = 200 };
        world.RunTo("all know all", world.AllKnowAll, Duration.FromSeconds(60));
        NobodyIsBlamed(world);
    }

    [Fact]
    public void Halves_that_were_parted_find_each_other_again()
    {
        TestWorld world = new(10, 13);
        world.RunTo("all know all", world.AllKnowAll, Duration.FromSeconds(5));
        world.GroupOf = static number => number % 2;
        world.CutUnreachable();
        world.RunTo(
            "each half suspects the other",
            () => world.Nodes.All(static node => node.Count<MembershipEffect.Suspected>() == 5),
            Duration.FromSeconds(15));
        world.RunTo(
            "each half counts the other as gone",
            () => world.Nodes.All(static node => node.Count<MembershipEffect.Left>() == 5),
            Duration.FromSeconds(90));

        world.GroupOf = static _ => 0;

        // The longest back-off, and a quarter of jitter.
        world.RunTo("all know all", world.AllKnowAll, Duration.FromSeconds(40));
        world.RunTo("a full mesh", () => world.Nodes.All(static node => node.Links.Count == 9), Duration.FromSeconds(40));
        NobodyIsBlamed(world);
    }

    [Fact]
    public void Equal_seeds_give_equal_histories()
    {
        Assert.Equal(History(21), History(21));
        Assert.NotEqual(History(21), History(22));
    }

    [Fact]
    public void A_peer_that_lost_its_memory_begins_above_its_past()
    {
        TestWorld world = new(4, 31);
        world.RunTo("all know all", world.AllKnowAll, Duration.FromSeconds(5));
        TestWorld.Node node = world.Nodes[2];
        ulong before = node.Machine!.Own!.Sequence;
        world.Crash(node);

        // Back with a clock that is three minutes behind.
        node.ClockSkew = Duration.FromMinutes(-3);
        world.Boot(node);
        world.RunTo("its new record is the newest", () => node.Machine!.Own!.Sequence > before, Duration.FromSeconds(10));
        ulong after = node.Machine!.Own!.Sequence;
        world.RunTo(
            "all have it",
            () => world.Nodes.Where(other => other != node).All(other => other.Machine!.Find(node.Peer)!.Record.Sequence == after),
            Duration.FromSeconds(20));
    }

    private static Hash256 History(ulong seed)
    {
        TestWorld world = new(8, seed) { LossPerMille = 100 };
        world.Run(Duration.FromSeconds(5));
        world.Crash(world.Nodes[3]);
        world.Run(Duration.FromSeconds(10));
        world.Boot(world.Nodes[3]);
        world.Run(Duration.FromSeconds(10));
        return world.Trace;
    }

    private static void NobodyIsBlamed(TestWorld world)
    {
        foreach (TestWorld.Node node in world.Nodes)
        {
            Assert.Equal(0, node.Count<MembershipEffect.Banned>());
            Assert.Equal(0, node.Count<MembershipEffect.Disconnect>());
        }
    }
}
