using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Membership.Tests;

public sealed class RecordTests
{
    private readonly Machine _machine = new();

    public RecordTests() => _machine.Connect(1);

    [Fact]
    public void A_record_survives_the_wire()
    {
        MemberRecord record = TestKeys.Record(TestKeys.Signer(5), 9, _machine.Now) with { ApiAddress = "api.test:443" };
        byte[] bytes = new MembershipMessage.Gossip([record]).Encode();
        Assert.True(MembershipMessage.TryDecode(bytes, out MembershipMessage? message));
        MemberRecord read = Assert.Single(Assert.IsType<MembershipMessage.Gossip>(message).Records);
        Assert.Equal(bytes, new MembershipMessage.Gossip([read]).Encode());
        Assert.Equal(record.SigningDigest(TestKeys.Chain), read.SigningDigest(TestKeys.Chain));
    }

    [Fact]
    public void A_good_record_joins_once()
    {
        MemberRecord record = TestKeys.Record(TestKeys.Signer(5), 9, _machine.Now);
        Assert.Single(Offer(record).OfType<MembershipEffect.Joined>());
        Assert.Empty(Offer(record));
        Assert.Single(Offer(TestKeys.Record(TestKeys.Signer(5), 10, _machine.Now)).OfType<MembershipEffect.Updated>());
    }

    [Fact]
    public void An_older_record_does_not_come_back()
    {
        MemberRecord old = TestKeys.Record(TestKeys.Signer(5), 9, _machine.Now);
        Offer(TestKeys.Record(TestKeys.Signer(5), 10, _machine.Now));
        Assert.Empty(Offer(old));
        Assert.Equal(10UL, _machine.Inner.Find(old.Peer)!.Record.Sequence);
    }

    public static TheoryData<string> Forgeries =>
        ["roles", "address", "region", "api", "version", "sequence", "issued", "chain", "key", "signature"];

    [Theory]
    [MemberData(nameof(Forgeries))]
    public void Every_field_is_under_the_signature_and_two_forgeries_are_a_ban(string field)
    {
        ISigner signer = TestKeys.Signer(5);
        MemberRecord good = TestKeys.Record(signer, 9, _machine.Now);
        MemberRecord forged = field switch
        {
            "roles" => good with { Roles = MemberRoles.Validator },
            "address" => good with { Addresses = ["10.6.6.6:1"] },
            "region" => good with { Region = "us" },
            "api" => good with { ApiAddress = "10.6.6.6:1" },
            "version" => good with { Version = "6.6.6" },
            "sequence" => good with { Sequence = 10 },
            "issued" => good with { IssuedAt = _machine.Now + new Duration(1) },
            "chain" => TestKeys.Record(signer, 9, _machine.Now, new ChainId(Hasher.Sha256([2]))),
            "key" => good with { NodeKey = TestKeys.Signer(6).PublicKey },
            "signature" => good with { Signature = TestKeys.Record(signer, 8, _machine.Now).Signature },
            _ => throw new ArgumentOutOfRangeException(nameof(field)),
        };
        Assert.Empty(Offer(forged));
        Assert.Empty(_machine.Inner.Members);
        ImmutableArray<MembershipEffect> second = Offer(forged);
        Assert.Equal(_machine.Peer(1).Peer, Assert.Single(second.OfType<MembershipEffect.Banned>()).Peer);
        Assert.Single(second.OfType<MembershipEffect.Disconnect>());
        Assert.Empty(_machine.Inner.Members);
    }

    [Fact]
    public void A_record_from_another_time_is_not_taken_and_nobody_is_blamed()
    {
        for (int i = 0; i < 20; i++)
        {
            Assert.Empty(Offer(TestKeys.Record(TestKeys.Signer(5), 9, _machine.Now - Duration.FromMinutes(31))));
            Assert.Empty(Offer(TestKeys.Record(TestKeys.Signer(5), 9, _machine.Now + Duration.FromMinutes(6))));
            Assert.Empty(Offer(TestKeys.Record(TestKeys.Signer(5), 9, new Instant(long.MaxValue))));
            Assert.Empty(Offer(TestKeys.Record(TestKeys.Signer(5), 9, new Instant(long.MinValue))));
        }

        Assert.Empty(_machine.Inner.Members);
    }

    [Fact]
    public void A_record_that_is_not_renewed_is_forgotten()
    {
        Offer(TestKeys.Record(TestKeys.Signer(5), 9, _machine.Now));
        Assert.Single(_machine.Inner.Members);
        List<MembershipEffect> effects = [];
        for (int minute = 0; minute < 32; minute++) effects.AddRange(_machine.Tick(Duration.FromMinutes(1)));
        Assert.Empty(_machine.Inner.Members);
        Assert.Single(effects.OfType<MembershipEffect.Left>());
    }

    [Fact]
    public void A_flood_of_invented_members_stops_at_the_introducers_quota()
    {
        Machine machine = new();
        machine.Connect(1);
        machine.Connect(2);
        int joined = 0;
        int number = 1000;
        for (int batch = 0; batch < 41; batch++)
        {
            machine.Now += Duration.FromSeconds(1);
            MemberRecord[] records = new MemberRecord[MembershipMessage.RecordsMax];
            for (int i = 0; i < records.Length; i++) records[i] = TestKeys.Record(TestKeys.Signer(number++), 1, machine.Now);
            joined += machine.Receive(1, new MembershipMessage.Gossip([.. records])).OfType<MembershipEffect.Joined>().Count();
        }

        Assert.Equal(Limits.MembersKnownMax / 4, joined);

        // Another introducer still has its own quota.
        MemberRecord honest = TestKeys.Record(TestKeys.Signer(5), 1, machine.Now);
        Assert.Single(machine.Receive(2, new MembershipMessage.Gossip([honest])).OfType<MembershipEffect.Joined>());
    }

    [Fact]
    public void Records_beyond_a_peers_budget_are_not_even_checked()
    {
        CountingVerifier verifier = new();
        MembershipConfig config = new() { Chain = TestKeys.Chain, Addresses = [], Seeds = [] };
        MembershipMachine machine = new(config, TestKeys.Signer(0), verifier, new Prng(1));
        ISigner peer = TestKeys.Signer(1);
        machine.Step(_machine.Now, new MembershipInput.Connected(peer.PublicKey.ToPeerId(), peer.PublicKey, "a:1", Outbound: false));
        ISigner author = TestKeys.Signer(2);
        for (ulong sequence = 1; sequence <= 6000; sequence += 50)
        {
            MemberRecord[] records = [.. Enumerable.Range(0, 50).Select(i => TestKeys.Record(author, sequence + (ulong)i, _machine.Now))];
            byte[] gossip = new MembershipMessage.Gossip([.. records]).Encode();
            machine.Step(_machine.Now, new MembershipInput.Received(peer.PublicKey.ToPeerId(), gossip));
        }

        Assert.Equal(4096, verifier.Count);
    }

    [Theory]
    [InlineData("a:1", true)]
    [InlineData("[::1]:65535", true)]
    [InlineData("a", false)]
    [InlineData(":1", false)]
    [InlineData("a:", false)]
    [InlineData("a:123456", false)]
    [InlineData("a:x", false)]
    [InlineData("a b:1", false)]
    [InlineData("a\n:1", false)]
    public void An_address_is_host_and_port(string text, bool isAddress) => Assert.Equal(isAddress, MemberRecord.IsAddress(text));

    private ImmutableArray<MembershipEffect> Offer(MemberRecord record) => _machine.Receive(1, new MembershipMessage.Gossip([record]));

    private sealed class CountingVerifier : ISignatureVerifier
    {
        public int Count { get; private set; }

        public SignatureVerdict Verify(in PublicKey key, Hash256 digest, in Signature signature)
        {
            Count++;
            return TestKeys.Signatures.Verify(key, digest, signature);
        }
    }
}
