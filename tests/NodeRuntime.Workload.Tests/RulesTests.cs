using System;
using System.Linq;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Transactions;
using Xunit;

namespace NodeRuntime.Workload.Tests;

/// <summary>Bids and specifications: one that is accepted, and rows that each spoil one thing.</summary>
public sealed class RulesTests
{
    [Theory]
    [InlineData("nothing", BidVerdict.Accepted)]
    [InlineData("sandbox", BidVerdict.SandboxUnavailable)]
    [InlineData("bond", BidVerdict.BondTooLow)]
    [InlineData("capacity", BidVerdict.CapacityUnproven)]
    [InlineData("region", BidVerdict.RegionDiffers)]
    [InlineData("same region", BidVerdict.Accepted)]
    [InlineData("price", BidVerdict.PriceTooLow)]
    [InlineData("price at the cap", BidVerdict.Accepted)]
    [InlineData("memory", BidVerdict.MemoryTooLarge)]
    [InlineData("fuel", BidVerdict.FuelTooLarge)]
    [InlineData("input", BidVerdict.InputTooLarge)]
    [InlineData("output", BidVerdict.OutputTooLarge)]
    [InlineData("leases", BidVerdict.Full)]
    public void A_bid_is_refused_for_the_first_rule_that_says_no(string spoiled, BidVerdict expected)
    {
        OrderTerms terms = Provider.Terms();
        terms = spoiled switch
        {
            "region" => terms with { Region = "us" },
            "same region" => terms with { Region = "eu" },
            "price" => terms with { PricePerSecondMax = new Amount(999) },
            "price at the cap" => terms with { PricePerSecondMax = new Amount(1000) },
            "memory" => terms with { MemoryPagesMax = 101 },
            "fuel" => terms with { FuelMax = 1001 },
            "input" => terms with { InputBytes = 10_001 },
            "output" => terms with { OutputBytesMax = 10_001 },
            _ => terms,
        };
        ProviderStanding standing = new(spoiled != "sandbox", spoiled != "bond", spoiled != "capacity", spoiled == "leases" ? 2 : 1);

        Assert.Equal(expected, BidRules.Check(new Provider().Order with { Terms = terms }, Provider.Config, standing));
    }

    [Theory]
    [InlineData("nothing", SpecVerdict.Accepted)]
    [InlineData("fuel", SpecVerdict.FuelExceedsTerms)]
    [InlineData("memory", SpecVerdict.MemoryExceedsTerms)]
    [InlineData("output", SpecVerdict.OutputExceedsTerms)]
    [InlineData("empty module", SpecVerdict.ModuleSizeOutOfRange)]
    [InlineData("huge module", SpecVerdict.ModuleSizeOutOfRange)]
    [InlineData("input", SpecVerdict.InputExceedsTerms)]
    [InlineData("endless input", SpecVerdict.InputExceedsTerms)]
    [InlineData("standard input", SpecVerdict.InputExceedsTerms)]
    [InlineData("endless standard input", SpecVerdict.InputExceedsTerms)]
    public void A_specification_keeps_within_its_terms(string spoiled, SpecVerdict expected)
    {
        JobSpec spec = Provider.Spec();
        spec = spoiled switch
        {
            "fuel" => spec with { FuelMax = 501 },
            "memory" => spec with { MemoryPagesMax = 11 },
            "output" => spec with { OutputBytesMax = 1001 },
            "empty module" => spec with { Module = spec.Module with { Length = 0 } },
            "huge module" => spec with { Module = spec.Module with { Length = Limits.ModuleBytesMax + 1 } },
            "input" => spec with { Inputs = [new JobInput("a.bin", spec.Module with { Length = 51 })] },
            "endless input" => spec with { Inputs = [new JobInput("a.bin", spec.Module with { Length = ulong.MaxValue })] },
            "standard input" => spec with { StandardInput = spec.Module with { Length = 1 } },
            "endless standard input" => spec with { StandardInput = spec.Module with { Length = ulong.MaxValue } },
            _ => spec,
        };

        Assert.Equal(expected, SpecRules.Check(spec, Provider.Terms()));
    }

    [Fact]
    public void A_decline_is_signed_for_one_chain_order_and_reason()
    {
        Decline decline = Decline.Sign(Provider.ProviderSigner, Provider.Chain, Provider.OrderId, BidVerdict.Full);
        Decline again = Decline.Decode(decline.Encode())!;

        Assert.Equal(decline, again);
        Assert.Equal(DeclineVerdict.Accepted, again.Check(Provider.Chain, Provider.Verifier));
        Assert.Equal(DeclineVerdict.SignatureWrong, again.Check(new ChainId(Hash256.Zero), Provider.Verifier));
        Assert.Equal(DeclineVerdict.SignatureWrong, (again with { Reason = BidVerdict.PriceTooLow }).Check(Provider.Chain, Provider.Verifier));
        Assert.Equal(DeclineVerdict.SignatureWrong, (again with { Order = new OrderId(Hash256.Zero) }).Check(Provider.Chain, Provider.Verifier));
        Assert.Equal(
            DeclineVerdict.SignatureWrong,
            (again with { ProviderKey = Provider.StrangerSigner.PublicKey }).Check(Provider.Chain, Provider.Verifier));
        Assert.Equal(DeclineVerdict.ReasonUnknown, (again with { Reason = BidVerdict.Accepted }).Check(Provider.Chain, Provider.Verifier));
        Assert.Equal(DeclineVerdict.ReasonUnknown, (again with { Reason = (BidVerdict)200 }).Check(Provider.Chain, Provider.Verifier));
    }

    [Fact]
    public void Damaged_declines_and_work_records_are_refused_or_are_other_values_and_never_throw()
    {
        Provider provider = new Provider().Finished();
        LeaseWorkRecord record = provider.Durable!;
        byte[] encoded = record.Encode();
        Assert.Equal(encoded, LeaseWorkRecord.Decode(encoded)!.Encode());
        byte[] early = (record with { OwnerSignature = null, Result = null }).Encode();
        Assert.Equal(early, LeaseWorkRecord.Decode(early)!.Encode());
        Damage(encoded, static bytes => LeaseWorkRecord.Decode(bytes)?.Encode());

        byte[] decline = Decline.Sign(Provider.ProviderSigner, Provider.Chain, Provider.OrderId, BidVerdict.Full).Encode();
        Damage(decline, static bytes => Decline.Decode(bytes)?.Encode());
    }

    // Each bit turned, each prefix, one byte more: null, or exactly the bytes that came in.
    private static void Damage(byte[] bytes, Func<byte[], byte[]?> again)
    {
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            byte[] damaged = [.. bytes];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            if (again(damaged) is { } encoded) Assert.Equal(damaged, encoded);
        }

        for (int length = 0; length < bytes.Length; length++) Assert.Null(again(bytes[..length]));
        Assert.Null(again([.. bytes, .. new byte[1]]));
        Prng prng = new(5);
        foreach (int length in Enumerable.Range(0, 200))
        {
            byte[] noise = new byte[length];
            prng.Fill(noise);
            Assert.Null(again(noise));
        }
    }
}
