using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Proofs.Tests.Chain;

public sealed class CertificateRulesTests
{
    private static readonly ChainId Chain = new(Hasher.Sha256("chain"u8));
    private static readonly Hash256 Value = Hasher.Sha256("value"u8);
    private static readonly VoteSlot Slot = new(new Epoch(3), new View(12), VoteKind.Finalize);

    // Weights 5, 3, 2, 2, 1: W = 13, F = 4, Q = 9.
    private static readonly ISigner[] Signers = [.. Enumerable.Range(0, 5).Select(i => FakeSignatures.SignerOf("validator " + i))];
    private static readonly ulong[] Weights = [5, 3, 2, 2, 1];
    private static readonly ValidatorSet Set =
        new(new Epoch(3), [.. Signers.Zip(Weights, static (signer, weight) => new GenesisValidator(signer.PublicKey, weight))]);

    [Theory]
    [InlineData(1ul, 0ul, 1ul)]
    [InlineData(2ul, 0ul, 2ul)]
    [InlineData(3ul, 0ul, 3ul)]
    [InlineData(4ul, 1ul, 3ul)]
    [InlineData(7ul, 2ul, 5ul)]
    [InlineData(13ul, 4ul, 9ul)]
    [InlineData(100ul, 33ul, 67ul)]
    public void A_quorum_is_what_a_third_cannot_hold_back(ulong total, ulong faulty, ulong quorum)
    {
        ValidatorSet set = new(new Epoch(0), [new GenesisValidator(Signers[0].PublicKey, total)]);
        Assert.Equal(faulty, set.FaultyWeightMax);
        Assert.Equal(quorum, set.Quorum);
        // Two quorums meet in an honest validator, and the honest alone make a quorum.
        Assert.True((2 * quorum) - total > faulty);
        Assert.True(total - faulty >= quorum);
    }

    [Fact]
    public void A_hundred_of_the_greatest_weights_do_not_overflow()
    {
        ValidatorSet set = new(
            new Epoch(0), [.. Enumerable.Range(0, 100).Select(i => new GenesisValidator(Signers[0].PublicKey, ValidatorSet.WeightMax))]);
        Assert.True(set.TotalWeight < 1UL << 62);
    }

    [Theory]
    [InlineData("0 1 4", CertificateVerdict.Accepted)]
    [InlineData("0 2 3", CertificateVerdict.Accepted)]
    [InlineData("0 1 2 3 4", CertificateVerdict.Accepted)]
    [InlineData("0 1", CertificateVerdict.BelowQuorum)]
    [InlineData("1 2 3 4", CertificateVerdict.BelowQuorum)]
    [InlineData("0", CertificateVerdict.BelowQuorum)]
    [InlineData("", CertificateVerdict.BelowQuorum)]
    public void Weight_decides_not_number(string voters, CertificateVerdict verdict)
    {
        Assert.Equal(verdict, Check(Certify(voters)));
        Assert.Equal(verdict, Check(Certify(voters, value: null)));
    }

    [Fact]
    public void Another_epoch_is_refused_first() =>
        Assert.Equal(CertificateVerdict.WrongEpoch, Check(Certify("", slot: Slot with { Epoch = new Epoch(4) })));

    [Fact]
    public void A_signer_outside_the_set_is_refused()
    {
        Certificate certificate = Certify("0 1 2");
        ImmutableArray<CertificateSigner> signers = certificate.Signers.Add(certificate.Signers[0] with { Index = new ValidatorIndex(5) });
        Assert.Equal(CertificateVerdict.SignerUnknown, Check(certificate with { Signers = signers }));
    }

    [Fact]
    public void One_wrong_signature_spoils_a_certificate_that_would_not_need_it()
    {
        Certificate certificate = Certify("0 1 2 3 4");
        ImmutableArray<CertificateSigner> signers =
            certificate.Signers.SetItem(4, certificate.Signers[4] with { Signature = certificate.Signers[3].Signature });
        Assert.Equal(CertificateVerdict.SignatureWrong, Check(certificate with { Signers = signers }));
    }

    [Fact]
    public void Signatures_hold_for_one_chain_slot_and_value()
    {
        Certificate certificate = Certify("0 1 2");
        Assert.Equal(CertificateVerdict.SignatureWrong, Check(certificate with { Value = Hasher.Sha256("other"u8) }));
        Assert.Equal(CertificateVerdict.SignatureWrong, Check(certificate with { Value = null }));
        Assert.Equal(CertificateVerdict.SignatureWrong, Check(certificate with { Slot = Slot with { View = new View(13) } }));
        Assert.Equal(CertificateVerdict.SignatureWrong, Check(certificate with { Slot = Slot with { Kind = VoteKind.Notarize } }));
        Assert.Equal(
            CertificateVerdict.SignatureWrong,
            CertificateRules.Check(certificate, new ChainId(Value), Set, FakeSignatures.Instance, out _));
    }

    [Theory]
    [InlineData("0 0 1 2")]
    [InlineData("1 0 2")]
    public void A_signer_twice_or_out_of_order_has_no_encoding_that_is_read(string voters)
    {
        WireReader reader = new(Certify(voters).Encode());
        Certificate.Read(reader);
        Assert.False(reader.Succeeded);
    }

    [Fact]
    public void Nothing_can_be_notarized_by_nobody()
    {
        WireReader reader = new(Certify("0 1 2", value: null, Slot with { Kind = VoteKind.Notarize }).Encode());
        Certificate.Read(reader);
        Assert.False(reader.Succeeded);
    }

    [Fact]
    public void A_vote_of_the_set_is_verified()
    {
        Vote vote = new(Slot, Value, new ValidatorIndex(2), Signers[2].Sign(Slot.SigningDigest(Chain, Value)));
        Assert.Equal(CertificateVerdict.Accepted, Check(vote));
        Assert.Equal(CertificateVerdict.WrongEpoch, Check(vote with { Slot = Slot with { Epoch = new Epoch(2) } }));
        Assert.Equal(CertificateVerdict.SignerUnknown, Check(vote with { Voter = new ValidatorIndex(5) }));
        Assert.Equal(CertificateVerdict.SignatureWrong, Check(vote with { Voter = new ValidatorIndex(1) }));
        Assert.Equal(CertificateVerdict.SignatureWrong, Check(vote with { Value = null }));
    }

    [Fact]
    public void Verified_votes_combine_to_a_certificate_that_is_accepted_whatever_their_order()
    {
        Verified<Vote>[] votes = [.. new[] { 3, 0, 2, 0 }.Select(VerifiedVote)];
        Verified<Certificate> combined = CertificateRules.Combine(Set, Slot, Value, votes);
        Assert.Equal([0, 2, 3], combined.Value.Signers.Select(signer => (int)signer.Index.Number));
        Assert.Equal(CertificateVerdict.Accepted, Check(combined.Value));
        WireReader reader = new(combined.Value.Encode());
        Certificate.Read(reader);
        Assert.True(reader.Succeeded);
    }

    [Fact]
    public void Votes_below_a_quorum_or_for_something_else_break_an_invariant()
    {
        Verified<Vote>[] votes = [VerifiedVote(0), VerifiedVote(1)];
        Assert.Throws<InvariantException>(() => CertificateRules.Combine(Set, Slot, Value, votes));
        Assert.Throws<InvariantException>(() => CertificateRules.Combine(Set, Slot, null, votes));
        // The weight of a vote counts once.
        Assert.Throws<InvariantException>(() => CertificateRules.Combine(Set, Slot, Value, [VerifiedVote(0), VerifiedVote(0)]));
    }

    private static Verified<Vote> VerifiedVote(int index)
    {
        Vote vote = new(Slot, Value, new ValidatorIndex((ushort)index), Signers[index].Sign(Slot.SigningDigest(Chain, Value)));
        CertificateRules.Check(vote, new SigningDigests(Chain), Set, FakeSignatures.Instance, out Verified<Vote>? verified);
        return verified!;
    }

    private static CertificateVerdict Check(Vote vote)
    {
        CertificateVerdict verdict = CertificateRules.Check(vote, new SigningDigests(Chain), Set, FakeSignatures.Instance, out Verified<Vote>? verified);
        Assert.Equal(verdict == CertificateVerdict.Accepted, verified is not null);
        return verdict;
    }

    private static CertificateVerdict Check(Certificate certificate)
    {
        CertificateVerdict verdict =
            CertificateRules.Check(certificate, Chain, Set, FakeSignatures.Instance, out Verified<Certificate>? verified);
        Assert.Equal(verdict == CertificateVerdict.Accepted, verified is not null);
        return verdict;
    }

    private static Certificate Certify(string voters) => Certify(voters, Value);

    private static Certificate Certify(string voters, Hash256? value) => Certify(voters, value, Slot);

    private static Certificate Certify(string voters, VoteSlot slot) => Certify(voters, Value, slot);

    private static Certificate Certify(string voters, Hash256? value, VoteSlot slot)
    {
        Hash256 digest = slot.SigningDigest(Chain, value);
        return new Certificate(slot, value,
        [
            .. voters.Split(' ', System.StringSplitOptions.RemoveEmptyEntries).Select(ushort.Parse)
                .Select(i => new CertificateSigner(new ValidatorIndex(i), Signers[i].Sign(digest))),
        ]);
    }
}
