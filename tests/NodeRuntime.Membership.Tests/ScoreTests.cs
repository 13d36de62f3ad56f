using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Primitives;

namespace NodeRuntime.Membership.Tests;

public sealed class ScoreTests
{
    private readonly Machine _machine = new();

    [Fact]
    public void Two_grave_misdeeds_are_a_ban_and_the_banned_is_turned_away_until_it_ends()
    {
        _machine.Connect(1);
        Assert.Empty(Blame(1, Misdeed.RuleBroken));
        ImmutableArray<MembershipEffect> effects = Blame(1, Misdeed.RuleBroken);
        Assert.Equal(_machine.Now + Duration.FromMinutes(10), Assert.Single(effects.OfType<MembershipEffect.Banned>()).Until);
        Assert.Equal(ConnectionEnd.Misbehaved, Assert.Single(effects.OfType<MembershipEffect.Disconnect>()).End);

        _machine.Now += Duration.FromMinutes(9);
        Assert.Equal(
            new MembershipEffect.Disconnect(_machine.Peer(1).Peer, ConnectionEnd.Misbehaved), Assert.Single(_machine.Connect(1)));
        _machine.Now += Duration.FromMinutes(1);
        Assert.Empty(_machine.Connect(1).OfType<MembershipEffect.Disconnect>());
    }

    [Fact]
    public void Points_are_halved_every_minute()
    {
        _machine.Connect(1);
        for (int i = 0; i < 50; i++)
        {
            Assert.Empty(Blame(1, Misdeed.Malformed).OfType<MembershipEffect.Banned>());
            _machine.Now += Duration.FromMinutes(2);
        }
    }

    [Fact]
    public void Silence_alone_never_bans()
    {
        _machine.Connect(1);
        for (int i = 0; i < 1000; i++) Assert.Empty(Blame(1, Misdeed.Unanswered));
        Assert.Empty(Blame(1, Misdeed.Flood));
    }

    [Fact]
    public void Malformed_messages_are_blamed_on_their_sender()
    {
        _machine.Connect(1);
        Assert.Empty(_machine.Receive(1, [1, 2, 3]));
        Assert.Single(_machine.Receive(1, [0x80]).OfType<MembershipEffect.Banned>());

        // What was still under way is nobody's.
        Assert.Empty(_machine.Receive(1, [1]));
    }

    [Fact]
    public void Every_cut_of_every_message_is_malformed_and_none_throws()
    {
        MembershipMessage[] messages =
        [
            new MembershipMessage.Gossip([TestKeys.Record(TestKeys.Signer(5), 9, _machine.Now)]),
            new MembershipMessage.Digest(true, [.. Enumerable.Range(0, MemberTable.BucketCount).Select(static i => (ulong)i)]),
            new MembershipMessage.Ping(ulong.MaxValue, _machine.Peer(3).Peer),
            new MembershipMessage.Ack(1, null, Duration.Zero),
            new MembershipMessage.Topic(1, _machine.Peer(3).Peer, _machine.Now, new byte[10]),
        ];
        foreach (MembershipMessage message in messages)
        {
            byte[] bytes = message.Encode();
            Assert.True(MembershipMessage.TryDecode(bytes, out MembershipMessage? read));
            Assert.Equal(bytes, read!.Encode());
            for (int length = 0; length < bytes.Length; length++)
            {
                Assert.False(MembershipMessage.TryDecode(bytes.AsMemory(0, length), out _));
            }

            Assert.False(MembershipMessage.TryDecode((byte[])[.. bytes, 0], out _));
        }
    }

    [Fact]
    public void Flipped_bits_give_a_message_or_none_and_the_machine_goes_on()
    {
        Prng prng = new(99);
        byte[] good = new MembershipMessage.Gossip([TestKeys.Record(TestKeys.Signer(5), 9, _machine.Now)]).Encode();
        Machine machine = new(static config => config with { BanLength = Duration.Zero });
        for (int i = 0; i < 3000; i++)
        {
            machine.Connect(1);
            byte[] bytes = (byte[])good.Clone();
            bytes[prng.NextBelow(bytes.Length)] ^= (byte)(1 << prng.NextBelow(8));
            machine.Receive(1, bytes);
            Assert.Empty(machine.Inner.Members);
        }

        machine.Connect(1);
        machine.Receive(1, good);
        Assert.Single(machine.Inner.Members);
    }

    [Fact]
    public void Dials_back_off_and_are_one_at_a_time()
    {
        List<Instant> dials = [];
        for (int i = 0; i < 4 * 600; i++)
        {
            foreach (MembershipEffect.Dial dial in _machine.Tick(Duration.FromMilliseconds(250)).OfType<MembershipEffect.Dial>())
            {
                Assert.Equal("seed.test:7070", dial.Address);
                dials.Add(_machine.Now);
                Assert.Empty(_machine.Tick(Duration.FromMilliseconds(250)).OfType<MembershipEffect.Dial>());
                _machine.Step(new MembershipInput.DialFailed(dial.Address, ConnectionEnd.Lost));
            }
        }

        // Half a second, one, two, ... thirty: about 7 on the way up, then two a minute.
        Assert.InRange(dials.Count, 20, 32);
        Assert.True(dials[^1] - dials[^2] >= Duration.FromSeconds(22));
    }

    [Fact]
    public void Our_own_address_is_dialled_once()
    {
        Assert.Single(_machine.Tick(Duration.Zero).OfType<MembershipEffect.Dial>());
        _machine.Step(new MembershipInput.DialFailed("seed.test:7070", ConnectionEnd.Self));
        for (int i = 0; i < 1000; i++) Assert.Empty(_machine.Tick(Duration.FromSeconds(1)).OfType<MembershipEffect.Dial>());
    }

    private ImmutableArray<MembershipEffect> Blame(int number, Misdeed misdeed) =>
        _machine.Step(new MembershipInput.Misbehaved(_machine.Peer(number).Peer, misdeed));
}
