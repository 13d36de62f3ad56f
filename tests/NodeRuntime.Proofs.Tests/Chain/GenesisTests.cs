using System;
using System.Collections.Generic;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Proofs.Tests.Chain;

public sealed class GenesisTests
{
    private static readonly AccountId[] Accounts = [.. new[] { "a", "b" }.Select(Account).Order()];

    private static readonly Genesis Valid = new()
    {
        Name = "chain",
        IsDevelopment = true,
        Nonce = Hasher.Sha256("nonce"u8),
        Time = Instant.FromMilliseconds(1),
        Parameters = ChainParameters.Development,
        Validators = [Validator("v0"), Validator("v1")],
        Allocations =
        [
            new GenesisAllocation(Accounts[0], new Amount(5), new Amount(6)),
            new GenesisAllocation(Accounts[1], new Amount(7), Amount.Zero),
        ],
    };

    private static readonly SortedDictionary<string, Genesis> Malformed = new(StringComparer.Ordinal)
    {
        ["no validators"] = Valid with { Validators = [] },
        ["a validator twice"] = Valid with { Validators = [Validator("v0"), Validator("v0")] },
        ["a validator without weight"] = Valid with { Validators = [Validator("v0") with { Weight = 0 }] },
        ["a validator with too much weight"] = Valid with { Validators = [Validator("v0") with { Weight = ValidatorSet.WeightMax + 1 }] },
        ["too many validators"] = Valid with { Validators = [.. Enumerable.Range(0, 101).Select(i => Validator("v" + i))] },
        ["accounts out of order"] = Valid with { Allocations = [Valid.Allocations[1], Valid.Allocations[0]] },
        ["an account twice"] = Valid with { Allocations = [Valid.Allocations[0], Valid.Allocations[0]] },
        ["a faucet where real tokens are"] = Valid with { IsDevelopment = false },
        ["a supply beyond 2^100"] = Valid with { Allocations = [Valid.Allocations[0] with { Balance = new Amount(UInt128.One << 100) }] },
        ["a supply that overflows"] = Valid with { Allocations = [Valid.Allocations[0] with { Balance = new Amount(UInt128.MaxValue) }] },
        ["a chain of reveals that is too short"] = With(BeaconParameters.Development with { RevealsMax = BeaconParameters.RevealsFewest - 1 }),
        ["a chain of reveals that is too long"] = With(BeaconParameters.Development with { RevealsMax = BeaconParameters.RevealsMost + 1 }),
        ["lost views for nothing"] = With(BeaconParameters.Development with { MissedPenalty = Amount.Zero }),
        ["a lost view for more than the least bond"] =
            With(BeaconParameters.Development with { MissedPenalty = Valid.Parameters.ValidatorBondMin + new Amount(1) }),
        ["no attempts"] = Valid with { Parameters = Valid.Parameters with { AttemptsMax = 0 } },
        ["a penalty above the deposit"] = Valid with { Parameters = Valid.Parameters with { MissedResultPenaltyBasisPoints = 10_001 } },
        ["a window of nothing"] = Valid with { Parameters = Valid.Parameters with { AuctionWindow = Duration.Zero } },
        ["a window of more than a year"] =
            Valid with { Parameters = Valid.Parameters with { UnbondingTime = Duration.FromMinutes(525_601) } },
    };

    private static Genesis With(BeaconParameters beacon) => Valid with { Parameters = Valid.Parameters with { Beacon = beacon } };

    public static TheoryData<string> MalformedNames => [.. Malformed.Keys];

    [Fact]
    public void A_document_is_its_chain()
    {
        Assert.True(Genesis.TryDecode(Valid.Encode(), out Genesis? read));
        Assert.Equal(Valid.ChainId, read!.ChainId);
        Assert.NotEqual(Valid.ChainId, (Valid with { Nonce = Hash256.Zero }).ChainId);
    }

    [Fact]
    public void Without_a_faucet_a_chain_may_be_real()
    {
        Genesis real = Valid with { IsDevelopment = false, Parameters = Valid.Parameters with { FaucetAmount = Amount.Zero } };
        Assert.True(Genesis.TryDecode(real.Encode(), out _));
    }

    [Theory]
    [MemberData(nameof(MalformedNames))]
    public void A_document_that_makes_no_chain_is_refused(string what)
    {
        Assert.False(Genesis.TryDecode(Malformed[what].Encode(), out Genesis? read));
        Assert.Null(read);
    }

    private static AccountId Account(string name) => KeyPolicy.Single(FakeSignatures.SignerOf(name).PublicKey).ToAccountId();

    private static GenesisValidator Validator(string name) => new(FakeSignatures.SignerOf(name).PublicKey, 1);
}
