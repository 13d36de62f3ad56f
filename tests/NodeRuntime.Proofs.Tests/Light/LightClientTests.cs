using System;
using System.Collections.Generic;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Light;

namespace NodeRuntime.Proofs.Tests.Light;

public sealed class LightClientTests
{
    private static readonly SealChain Chain = new(new ChainId(Hasher.Sha256("chain"u8)), static name => FakeSignatures.SignerOf(name));

    // What a quorum of liars can sign, and an honest one cannot beside the chain.
    private static readonly SortedDictionary<string, (CertifiedHeader True, CertifiedHeader Other)> Forks = new(StringComparer.Ordinal)
    {
        ["two blocks of one height"] = (Chain.Block(1, 40), Chain.Certify(Chain.Block(1, 40).Header with { View = new View(77) })),
        ["two blocks of one view"] = (Chain.Block(1, 40, 50), Chain.Block(1, 41, 50)),
        ["a lower block in a later view"] = (Chain.Block(1, 40, 50), Chain.Block(1, 39, 60)),
        ["a block above the seal of its epoch"] = (Chain.Seal(1).Certified, Chain.Certify(Chain.Header(1, 201, 130))),
        ["a block of the next epoch below the seal"] = (Chain.Seal(1).Certified, Chain.Certify(Chain.Header(2, 199, 3))),
        ["another seal"] = (Chain.Seal(1).Certified, Chain.Certify(Chain.SealHeader(1) with { Height = new Height(150), View = new View(90) })),
    };

    private static readonly SortedDictionary<string, (CertifiedHeader One, CertifiedHeader Other)> Fits = new(StringComparer.Ordinal)
    {
        ["one block twice"] = (Chain.Block(1, 40), Chain.Block(1, 40)),
        ["a child"] = (Chain.Block(1, 40), Chain.Block(1, 41)),
        ["one seal, final in two views"] = (Chain.Seal(1).Certified, Chain.Certify(Chain.SealHeader(1), change: static it => it with { View = new View(140) })),
        ["a seal and the block below it"] = (Chain.Block(1, 99), Chain.Seal(1).Certified),
        ["a seal and the first block of the next epoch"] = (Chain.Seal(1).Certified, Chain.Block(2, 1)),
    };

    public static TheoryData<string> Contradictions => [.. Forks.Keys];

    public static TheoryData<string> Pairs => [.. Fits.Keys];

    [Fact]
    public void It_follows_the_sets_and_believes_their_headers()
    {
        LightClient light = Follower(3);
        Assert.Equal(new Epoch(3), light.Epoch);
        Assert.Equal(Chain.Set(3).Hash, light.Validators.Hash);
        for (uint epoch = 0; epoch <= 3; epoch++) Assert.Equal(CertifiedHeaderVerdict.Accepted, light.Check(Chain.Block(epoch, 40)));
        Assert.Null(light.Fork);
        Assert.Equal(Chain.Proof(3).Encode(), light.Sets.Encode());
    }

    [Fact]
    public void A_header_of_an_epoch_that_no_seal_leads_to_is_foreign()
    {
        LightClient light = Follower(1);
        Assert.Equal(CertifiedHeaderVerdict.ForeignValidators, light.Check(Chain.Block(2, 1)));
        Assert.Equal(SealVerdict.WrongEpoch, light.Follow(Chain.Seal(2)));
        Assert.Equal(SealVerdict.Accepted, light.Follow(Chain.Seal(1)));
        Assert.Equal(CertifiedHeaderVerdict.Accepted, light.Check(Chain.Block(2, 1)));
    }

    [Fact]
    public void A_seal_that_is_known_changes_nothing()
    {
        LightClient light = Follower(2);
        Assert.Equal(SealVerdict.Accepted, light.Follow(Chain.Seal(0)));
        Assert.Equal(new Epoch(2), light.Epoch);
        Assert.Null(light.Fork);
    }

    [Theory]
    [MemberData(nameof(Contradictions))]
    public void Two_final_headers_that_exclude_each_other_are_a_fork_that_anybody_can_check(string fork)
    {
        (CertifiedHeader real, CertifiedHeader other) = Forks[fork];
        LightClient light = Follower(2);
        Assert.Equal(CertifiedHeaderVerdict.Accepted, light.Check(real));
        Assert.Null(light.Fork);
        Assert.Equal(CertifiedHeaderVerdict.Accepted, light.Check(other));

        ForkProof proof = light.Fork!;
        Assert.True(ForkProof.TryDecode(proof.Encode(), out ForkProof? read));
        Assert.Equal(ForkVerdict.Accepted, read!.Verify(Chain.Set(0), Chain.Chain, FakeSignatures.Instance));
        Assert.True(ForkProof.Contradict(other, real));
        // From here on it takes nothing more.
        Assert.Equal(SealVerdict.Accepted, light.Follow(Chain.Seal(2)));
        Assert.Equal(new Epoch(2), light.Epoch);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Headers_of_one_chain_are_no_fork(string pair)
    {
        (CertifiedHeader one, CertifiedHeader other) = Fits[pair];
        Assert.False(ForkProof.Contradict(one, other));
        Assert.False(ForkProof.Contradict(other, one));
        LightClient light = Follower(2);
        light.Check(one);
        light.Check(other);
        Assert.Null(light.Fork);
    }

    [Fact]
    public void A_second_seal_of_an_epoch_that_is_over_is_a_fork()
    {
        LightClient light = Follower(2);
        BlockHeader header = Chain.SealHeader(0) with { Height = new Height(70), View = new View(75) };
        Assert.Equal(SealVerdict.Accepted, light.Follow(new Seal(Chain.Certify(header), Chain.Set(1))));
        Assert.Equal(ForkVerdict.Accepted, light.Fork!.Verify(Chain.Set(0), Chain.Chain, FakeSignatures.Instance));
    }

    [Fact]
    public void A_fork_that_is_not_proven_is_none()
    {
        (CertifiedHeader real, CertifiedHeader other) = Forks["two blocks of one height"];
        ForkProof proof = new(Chain.Proof(2), real, other);
        Assert.Equal(ForkVerdict.Accepted, Verify(proof));
        Assert.Equal(ForkVerdict.NoContradiction, Verify(proof with { Second = real }));
        Assert.Equal(ForkVerdict.SetsNotProven, Verify(proof with { Sets = new SetProof([Chain.Seal(1)]) }));
        Assert.Equal(ForkVerdict.NotFinalized, Verify(proof with { Sets = SetProof.OfGenesis }));
        Assert.Equal(ForkVerdict.NotFinalized, Verify(proof with { Second = Chain.Certify(other.Header, votes: 2) }));
    }

    private static ForkVerdict Verify(ForkProof proof) => proof.Verify(Chain.Set(0), Chain.Chain, FakeSignatures.Instance);

    private static LightClient Follower(uint epochs)
    {
        LightClient light = new(Chain.Chain, Chain.Set(0), FakeSignatures.Instance);
        Assert.All(Chain.Proof(epochs).Seals, seal => Assert.Equal(SealVerdict.Accepted, light.Follow(seal)));
        return light;
    }
}
