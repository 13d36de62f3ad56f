using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Light;
using Xunit.Abstractions;

namespace NodeRuntime.Proofs.Tests.Light;

/// <summary>A proof of three seals, and rows that each spoil one thing of it and name the verdict.</summary>
public sealed class SetProofTests(ITestOutputHelper output)
{
    private static readonly SealChain Chain = new(new ChainId(Hasher.Sha256("chain"u8)), static name => FakeSignatures.SignerOf(name));

    private static readonly SortedDictionary<string, (SealVerdict Verdict, Func<SetProof, SetProof> Spoil)> Rows = new(StringComparer.Ordinal)
    {
        ["nothing"] = (SealVerdict.Accepted, static it => it),
        ["no seal at all"] = (SealVerdict.Accepted, static _ => SetProof.OfGenesis),
        ["a seal that was final in a later view"] =
            (SealVerdict.Accepted, static it => Second(it, static seal => seal with { Certified = Chain.Certify(seal.Certified.Header, change: Later) })),
        ["a gap"] = (SealVerdict.WrongEpoch, static it => it with { Seals = it.Seals.RemoveAt(1) }),
        ["the first one missing"] = (SealVerdict.WrongEpoch, static it => it with { Seals = it.Seals.RemoveAt(0) }),
        ["two the wrong way round"] = (SealVerdict.WrongEpoch, static it => it with { Seals = [it.Seals[1], it.Seals[0], it.Seals[2]] }),
        ["one twice"] = (SealVerdict.WrongEpoch, static it => it with { Seals = it.Seals.Insert(1, it.Seals[0]) }),
        ["another chain"] = (SealVerdict.WrongChain, static it => SecondHeader(it, static header => header with { Chain = default })),
        ["a header that seals nothing"] = (SealVerdict.NotASeal, static it => SecondHeader(it, static header => header with { NextSetHash = null })),
        ["another set than the header names"] = (SealVerdict.NextSetWrong, static it => Second(it, static seal => seal with { Next = Chain.Set(7) })),
        ["a set of another epoch with a hash that fits"] =
            (SealVerdict.NextSetWrong, static it => SecondHeader(it, static header => header with { NextSetHash = Chain.Set(7).Hash }, Chain.Set(7))),
        ["a set with one more vote"] =
            (SealVerdict.NextSetWrong, static it => Second(it, static seal => seal with { Next = Heavier(seal.Next) })),
        ["a notarization"] =
            (SealVerdict.NotFinalized, static it => Second(it, static seal => seal with { Certified = Chain.Certify(seal.Certified.Header, change: Notarized) })),
        ["a finalization of an earlier view"] =
            (SealVerdict.NotFinalized, static it => Second(it, static seal => seal with { Certified = Chain.Certify(seal.Certified.Header, change: Earlier) })),
        ["a finalization of another epoch"] =
            (SealVerdict.NotFinalized, static it => Second(it, static seal => seal with { Certified = Chain.Certify(seal.Certified.Header, change: OtherEpoch) })),
        ["a header changed after its certification"] = (SealVerdict.NotFinalized, static it => Second(
            it, static seal => seal with { Certified = seal.Certified with { Header = seal.Certified.Header with { Height = new Height(1) } } })),
        ["two of four votes"] =
            (SealVerdict.BelowQuorum, static it => Second(it, static seal => seal with { Certified = Chain.Certify(seal.Certified.Header, votes: 2) })),
        ["signed by the set that follows"] = (SealVerdict.SignatureWrong, static it => Second(it, SignedByNext)),
        ["a fifth signer"] = (SealVerdict.ForeignValidators, static it => Second(it, WithFifth)),
    };

    public static TheoryData<string> Names => [.. Rows.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_proof_spoiled_in_one_place_gets_its_verdict(string row)
    {
        (SealVerdict verdict, Func<SetProof, SetProof> spoil) = Rows[row];
        SetProof proof = spoil(Chain.Proof(3));
        Assert.Equal(verdict, proof.Verify(Chain.Set(0), Chain.Chain, FakeSignatures.Instance, out ValidatorSet? proven));
        if (verdict != SealVerdict.Accepted) Assert.Null(proven);
        else Assert.Equal(Chain.Set((uint)proof.Seals.Length).Hash, proven!.Hash);
    }

    [Fact]
    public void Every_verdict_of_a_seal_is_in_the_table() =>
        Assert.Empty(Enum.GetValues<SealVerdict>().Except(Rows.Values.Select(static row => row.Verdict)));

    [Fact]
    public void A_proof_that_is_too_long_is_refused_by_its_length()
    {
        Seal seal = Chain.Seal(0);
        SetProof longest = new([.. Enumerable.Repeat(seal, Limits.SealsPerProofMax)]);
        Assert.True(SetProof.TryDecode(longest.Encode(), out _));
        Assert.False(SetProof.TryDecode(new SetProof(longest.Seals.Add(seal)).Encode(), out _));
    }

    [Fact]
    public void What_a_seal_costs()
    {
        int four = Chain.Seal(0).Encode().Length;
        ValidatorMember[] hundred = [.. Enumerable.Range(0, 100).Select(static i => new ValidatorMember(FakeSignatures.SignerOf("m" + i).PublicKey, 1UL << 40))];
        ValidatorSet next = new(new Epoch(1), [.. hundred]);
        BlockHeader header = Chain.SealHeader(0) with { NextSetHash = next.Hash, Participation = [.. new byte[13]] };
        CertificateSigner[] signers = [.. Enumerable.Range(0, 67).Select(i => new CertificateSigner(new ValidatorIndex((ushort)i), FakeSignatures.SignerOf("m" + i).Sign(header.Digest)))];
        Certificate finalization = new(new VoteSlot(header.Epoch, header.View, VoteKind.Finalize), header.Digest, [.. signers]);
        int large = new Seal(new CertifiedHeader(header, finalization), next).Encode().Length;
        output.WriteLine($"a seal of 4 validators has {four} bytes, one of 100 has {large}; a receipt holds {Limits.ReceiptSealsBytesMax / four} or {Limits.ReceiptSealsBytesMax / large}");
        Assert.InRange(four, 400, 1_200);
        Assert.InRange(large, 5_000, 12_288);
    }

    private static SetProof Second(SetProof proof, Func<Seal, Seal> change) => proof with { Seals = proof.Seals.SetItem(1, change(proof.Seals[1])) };

    private static SetProof SecondHeader(SetProof proof, Func<BlockHeader, BlockHeader> change, ValidatorSet? next = null) => Second(
        proof, seal => new Seal(Chain.Certify(change(seal.Certified.Header)), next ?? seal.Next));

    private static Seal SignedByNext(Seal seal)
    {
        VoteSlot slot = seal.Certified.Finalization.Slot;
        Hash256 digest = slot.SigningDigest(Chain.Chain, seal.Certified.Header.Digest);
        ImmutableArray<CertificateSigner> signers =
            [.. SealChain.NamesOf(2).Select((name, i) => new CertificateSigner(new ValidatorIndex((ushort)i), FakeSignatures.SignerOf(name).Sign(digest)))];
        return seal with { Certified = seal.Certified with { Finalization = seal.Certified.Finalization with { Signers = signers } } };
    }

    private static Seal WithFifth(Seal seal)
    {
        Certificate finalization = seal.Certified.Finalization;
        CertificateSigner fifth = finalization.Signers[0] with { Index = new ValidatorIndex(4) };
        return seal with { Certified = seal.Certified with { Finalization = finalization with { Signers = finalization.Signers.Add(fifth) } } };
    }

    private static ValidatorSet Heavier(ValidatorSet set) => new(set.Epoch, set.Members.SetItem(0, set.Members[0] with { Weight = 2 }));

    private static VoteSlot Later(VoteSlot slot) => slot with { View = new View(slot.View.Number + 5) };

    private static VoteSlot Earlier(VoteSlot slot) => slot with { View = new View(slot.View.Number - 1) };

    private static VoteSlot Notarized(VoteSlot slot) => slot with { Kind = VoteKind.Notarize };

    private static VoteSlot OtherEpoch(VoteSlot slot) => slot with { Epoch = new Epoch(0) };
}
