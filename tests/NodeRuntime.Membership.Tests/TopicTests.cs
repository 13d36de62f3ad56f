using System;
using System.Linq;
using NodeRuntime.Primitives;

namespace NodeRuntime.Membership.Tests;

public sealed class TopicTests
{
    [Theory]
    [InlineData(4, 1)]
    [InlineData(24, 2)]
    [InlineData(60, 3)]
    public void A_message_comes_to_everybody_exactly_once(int count, ulong seed)
    {
        TestWorld world = new(count, seed);
        world.RunTo("all know all", world.AllKnowAll, Duration.FromSeconds(20));
        world.Run(Duration.FromSeconds(5));
        byte[][] payloads = [.. Enumerable.Range(0, 20).Select(static i => new[] { (byte)i })];
        for (int i = 0; i < payloads.Length; i++) world.Give(world.Nodes[i % count], new MembershipInput.Publish(7, payloads[i]));

        world.Run(Duration.FromSeconds(5));

        for (int n = 0; n < count; n++)
        {
            MembershipEffect.Delivered[] delivered = [.. world.Nodes[n].Effects.OfType<MembershipEffect.Delivered>()];
            Assert.Equal(delivered.Length, delivered.Select(static one => one.Payload.Span[0]).Distinct().Count());
            Assert.Equal(Enumerable.Range(0, 20).Count(i => i % count != n), delivered.Length);
            Assert.All(delivered, one => Assert.Equal((7, world.Nodes[one.Payload.Span[0] % count].Peer), (one.Topic, one.Origin)));
        }
    }

    [Fact]
    public void The_same_bytes_published_later_are_another_message()
    {
        TestWorld world = new(2, 4);
        world.RunTo("all know all", world.AllKnowAll, Duration.FromSeconds(5));
        for (int i = 0; i < 3; i++)
        {
            world.Give(world.Nodes[0], new MembershipInput.Publish(1, new byte[] { 9 }));
            world.Run(Duration.FromSeconds(1));
        }

        Assert.Equal(3, world.Nodes[1].Count<MembershipEffect.Delivered>());
    }

    [Fact]
    public void An_old_message_is_not_delivered_however_often_it_is_replayed()
    {
        Machine machine = new();
        TimeSpan lifetime = TimeSpan.FromMinutes(2);
        Instant published = machine.Now;
        byte[] message = new MembershipMessage.Topic(1, machine.Peer(9).Peer, published, new byte[] { 1 }).Encode();
        machine.Connect(1);
        Assert.Single(machine.Receive(1, message).OfType<MembershipEffect.Delivered>());
        for (int second = 0; second < 10 * (int)lifetime.TotalSeconds; second += 7)
        {
            machine.Now = published + Duration.FromSeconds(second);
            Assert.Empty(machine.Receive(1, message).OfType<MembershipEffect.Delivered>());
        }
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(long.MaxValue)]
    public void A_message_from_no_possible_time_is_dropped(long publishedAt)
    {
        Machine machine = new();
        machine.Connect(1);
        byte[] message = new MembershipMessage.Topic(1, machine.Peer(9).Peer, new Instant(publishedAt), new byte[] { 1 }).Encode();
        Assert.Empty(machine.Receive(1, message));
    }

    [Fact]
    public void Our_own_message_comes_back_to_nobody()
    {
        Machine machine = new();
        machine.Connect(1);
        byte[] message = new MembershipMessage.Topic(1, machine.Self, machine.Now, new byte[] { 1 }).Encode();
        Assert.Empty(machine.Receive(1, message).OfType<MembershipEffect.Delivered>());
    }
}
