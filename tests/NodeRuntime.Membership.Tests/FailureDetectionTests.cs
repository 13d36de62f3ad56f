using System.Linq;
using NodeRuntime.Primitives;

namespace NodeRuntime.Membership.Tests;

public sealed class FailureDetectionTests
{
    [Fact]
    public void A_crashed_member_is_suspected_then_gone_and_joins_again_when_it_comes_back()
    {
        TestWorld world = Settled(8, 1);
        TestWorld.Node crashed = world.Nodes[5];
        TestWorld.Node[] others = [.. world.Nodes.Where(node => node != crashed)];

        world.Crash(crashed);
        Duration suspicion = world.RunTo(
            "suspected by all", () => others.All(node => StateOf(node, crashed) == MemberState.Suspected), Duration.FromSeconds(15));
        Assert.True(suspicion >= Duration.FromSeconds(3));
        world.RunTo("gone for all", () => others.All(node => StateOf(node, crashed) == MemberState.Left), Duration.FromSeconds(90));
        world.Boot(crashed);
        world.RunTo("back for all", world.AllKnowAll, Duration.FromSeconds(15));
        Assert.All(others, node => Assert.Equal(2, node.Count<MembershipEffect.Joined>(joined => joined.Record.Peer == crashed.Peer)));
    }

    [Fact]
    public void A_suspected_member_recovers()
    {
        TestWorld world = Settled(8, 2);
        TestWorld.Node crashed = world.Nodes[5];
        TestWorld.Node[] others = [.. world.Nodes.Where(node => node != crashed)];
        world.Crash(crashed);
        world.RunTo(
            "suspected by all", () => others.All(node => StateOf(node, crashed) == MemberState.Suspected), Duration.FromSeconds(15));
        world.Boot(crashed);
        world.RunTo("recovered for all", () => others.All(node => StateOf(node, crashed) == MemberState.Alive), Duration.FromSeconds(15));
        Assert.All(others, node => Assert.Equal(1, node.Count<MembershipEffect.Recovered>(recovered => recovered.Peer == crashed.Peer)));
        Assert.All(others, node => Assert.Equal(0, node.Count<MembershipEffect.Left>()));
    }

    [Fact]
    public void Heavy_loss_makes_nobody_suspect_anybody()
    {
        // A third of all messages: pings fail every moment, and still somebody hears everybody.
        TestWorld world = Settled(10, 3);
        world.LossPerMille = 330;
        world.Run(Duration.FromMinutes(5));
        Assert.All(world.Nodes, static node => Assert.Equal(0, node.Count<MembershipEffect.Suspected>()));
    }

    [Fact]
    public void Whoever_is_cut_off_from_one_is_vouched_for_by_others()
    {
        TestWorld world = Settled(6, 4);
        TestWorld.Node one = world.Nodes[1];
        TestWorld.Node other = world.Nodes[4];

        // These two cannot reach each other any more; the rest reaches both.
        world.CannotReach = (from, to) => (from == one.Number && to == other.Number) || (from == other.Number && to == one.Number);
        world.CutUnreachable();
        world.Run(Duration.FromMinutes(3));
        Assert.DoesNotContain(other.Number, one.Links);
        Assert.Equal(0, one.Count<MembershipEffect.Suspected>());
        Assert.Equal(0, other.Count<MembershipEffect.Suspected>());
    }

    [Fact]
    public void Round_trips_are_kept()
    {
        TestWorld world = Settled(4, 5);
        world.Run(Duration.FromSeconds(20));
        foreach (TestWorld.Node node in world.Nodes)
        {
            Assert.All(node.Machine!.Members, static member =>
                Assert.InRange(member.RoundTrip.Milliseconds, 4, 160));
        }
    }

    [Fact]
    public void Whoever_slept_suspects_nobody_for_it_and_still_notices_who_is_gone()
    {
        Machine machine = new();
        machine.Tick(Duration.Zero);
        for (int peer = 1; peer <= 4; peer++)
        {
            machine.Connect(peer);
            machine.Receive(peer, new MembershipMessage.Gossip([TestKeys.Record(TestKeys.Signer(peer), 9, machine.Now)]));
        }

        Assert.Equal(4, machine.Inner.Members.Count(static member => member.State == MemberState.Alive));
        Assert.Empty(machine.Tick(Duration.FromSeconds(30)).OfType<MembershipEffect.Suspected>());
        // They are silent now that we listen: patience begins anew, and ends.
        int suspected = 0;
        for (int i = 0; i < 4 * 4; i++) suspected += machine.Tick(Duration.FromMilliseconds(250)).OfType<MembershipEffect.Suspected>().Count();
        Assert.Equal(0, suspected);
        for (int i = 0; i < 4 * 20; i++) suspected += machine.Tick(Duration.FromMilliseconds(250)).OfType<MembershipEffect.Suspected>().Count();
        Assert.Equal(4, suspected);
    }

    private static TestWorld Settled(int count, ulong seed)
    {
        TestWorld world = new(count, seed);
        world.RunTo("a full mesh", () => world.Nodes.All(node => node.Links.Count == count - 1), Duration.FromSeconds(15));
        world.RunTo("all know all", world.AllKnowAll, Duration.FromSeconds(15));
        return world;
    }

    private static MemberState? StateOf(TestWorld.Node node, TestWorld.Node subject) => node.Machine!.Find(subject.Peer)?.State;
}
