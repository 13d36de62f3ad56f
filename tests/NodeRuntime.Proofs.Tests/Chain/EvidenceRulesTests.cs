using System;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Proofs.Tests.Chain;

/// <summary>One good piece of evidence of each fault, and rows that each spoil one thing.</summary>
public sealed class EvidenceRulesTests
{
    private static readonly ChainId Chain = new(Hasher.Sha256("chain"u8));
    private static readonly ISigner[] Signers = [.. Enumerable.Range(0, 4).Select(i => FakeSignatures.SignerOf("validator " + i))];
    private static readonly ValidatorSet Set = new(new Epoch(3), [.. Signers.Select(signer => new GenesisValidator(signer.PublicKey, 1))]);

    [Theory]
    [InlineData("N1", "N2", EvidenceFault.DoubleNotarize)]
    [InlineData("F1", "F2", EvidenceFault.DoubleFinalize)]
    [InlineData("F1", "Z", EvidenceFault.DoubleFinalize)]
    [InlineData("N1", "F2", EvidenceFault.Mismatch)]
    public void Contradicting_votes_convict_and_have_one_encoding_in_either_order(string one, string other, EvidenceFault fault)
    {
        Evidence evidence = Evidence.Of(Chain, Vote(one), Vote(other))!;
        Evidence turned = Evidence.Of(Chain, Vote(other), Vote(one))!;
        Assert.Equal(fault, evidence.Fault);
        Assert.Equal(new EvidenceId(new ValidatorIndex(2), new Epoch(3), new View(12), fault), evidence.Id);
        Assert.Equal(evidence.Encode(), turned.Encode());
        Assert.True(evidence.Encode().Length <= Limits.EvidenceBytesMax);
        Assert.Equal(EvidenceVerdict.Accepted, Check(evidence));
        Assert.True(Evidence.TryDecode(evidence.Encode(), out Evidence? decoded));
        Assert.Equal(evidence, decoded);
        Assert.False(Evidence.TryDecode(Encode(Chain, evidence.Second, evidence.First), out _));
    }

    [Theory]
    [InlineData("N1", "N1")]
    [InlineData("F1", "F1")]
    [InlineData("Z", "Z")]
    [InlineData("N1", "F1")]
    [InlineData("N1", "Z")]
    [InlineData("N1", "N2 of another view")]
    [InlineData("N1", "N2 of another epoch")]
    [InlineData("N1", "N2 of another voter")]
    [InlineData("F1", "F1 signed again")]
    public void What_does_not_contradict_is_no_evidence_and_has_no_encoding(string one, string other)
    {
        Assert.Null(Evidence.Of(Chain, Vote(one), Vote(other)));
        Assert.False(Evidence.TryDecode(Encode(Chain, Vote(one), Vote(other)), out _));
        Assert.False(Evidence.TryDecode(Encode(Chain, Vote(other), Vote(one)), out _));
    }

    [Fact]
    public void Each_defect_has_its_verdict()
    {
        Evidence good = Evidence.Of(Chain, Vote("N1"), Vote("N2"))!;
        ChainId foreign = new(Hasher.Sha256("another chain"u8));
        Assert.Equal(EvidenceVerdict.WrongChain, Check(Evidence.Of(foreign, good.First, good.Second)!));
        // The same votes signed for another chain, said to be of this one: the signatures know better.
        Assert.Equal(EvidenceVerdict.SignatureWrong, Check(Evidence.Of(Chain, Vote("N1", foreign), Vote("N2", foreign))!));
        Assert.Equal(EvidenceVerdict.WrongEpoch, Check(Spoil(good, vote => vote with { Slot = vote.Slot with { Epoch = new Epoch(2) } })));
        Assert.Equal(EvidenceVerdict.VoterUnknown, Check(Spoil(good, vote => vote with { Voter = new ValidatorIndex(4) })));
        Assert.Equal(EvidenceVerdict.SignatureWrong, Check(Spoil(good, vote => vote with { Voter = new ValidatorIndex(1) })));
        Assert.Equal(EvidenceVerdict.SignatureWrong, Check(Evidence.Of(Chain, good.First, good.Second with { Signature = good.First.Signature })!));
        Assert.Equal(EvidenceVerdict.SignatureWrong, Check(Evidence.Of(Chain, good.First with { Signature = good.Second.Signature }, good.Second)!));
        Assert.Equal(EvidenceVerdict.SignatureWrong, Check(Evidence.Of(Chain, good.First, good.Second with { Value = Hasher.Sha256("third"u8) })!));
    }

    [Fact]
    public void Verified_votes_combine_and_harmless_ones_do_not()
    {
        Evidence evidence = EvidenceRules.Combine(Chain, Verify("F1"), Verify("Z"))!.Value;
        Assert.Equal(EvidenceVerdict.Accepted, Check(evidence));
        Assert.Null(EvidenceRules.Combine(Chain, Verify("N1"), Verify("F1")));
    }

    [Fact]
    public void A_root_commits_to_evidence_and_order_and_is_the_empty_trees_for_none()
    {
        Evidence first = Evidence.Of(Chain, Vote("N1"), Vote("N2"))!;
        Evidence second = Evidence.Of(Chain, Vote("F1"), Vote("Z"))!;
        Assert.Equal(MerkleTree.EmptyRoot, Evidence.RootOf([]));
        Assert.NotEqual(Evidence.RootOf([first, second]), Evidence.RootOf([second, first]));
        Assert.NotEqual(Evidence.RootOf([first]), Evidence.RootOf([first, first]));
    }

    [Fact]
    public void A_block_holds_so_much_evidence_and_no_more_and_says_nothing_where_it_has_none()
    {
        Block block = BlockOf(Limits.BlockEvidenceMax);
        Assert.True(Block.TryDecode(block.Encode(), out Block? decoded));
        Assert.Equal(block.Encode(), decoded!.Encode());
        Assert.False(Block.TryDecode(BlockOf(Limits.BlockEvidenceMax + 1).Encode(), out _));

        // The form with evidence and an empty list: a second encoding of the same block.
        Block without = BlockOf(0);
        WireWriter writer = new();
        writer.Record(WireType.Block, 4, version: 2);
        without.Header.Write(writer);
        without.Justification.Write(writer);
        writer.Array(0).End().Array(0).End().End();
        Assert.False(Block.TryDecode(writer.ToArray(), out _));
        Assert.True(Block.TryDecode(without.Encode(), out _));
    }

    [Theory]
    [InlineData(500, 5_000, 1_000, 1ul, 0, true)]
    [InlineData(10_000, 0, 0, 1ul << 32, 10_000, true)]
    [InlineData(499, 0, 0, 1ul, 0, false)]
    [InlineData(10_001, 0, 0, 1ul, 0, false)]
    [InlineData(500, 5_001, 0, 1ul, 0, false)]
    [InlineData(500, 0, 1_001, 1ul, 0, false)]
    [InlineData(500, 0, 0, 0ul, 0, false)]
    [InlineData(500, 0, 0, (1ul << 32) + 1, 0, false)]
    [InlineData(500, 0, 0, 1ul, 10_001, false)]
    public void A_genesis_stays_within_the_bounds_of_slashing(int taken, int harmed, int reporter, ulong views, int jail, bool isAllowed)
    {
        SlashingParameters parameters = new()
        {
            EquivocationBasisPoints = (ushort)taken,
            HarmedBasisPoints = (ushort)harmed,
            ReporterBasisPoints = (ushort)reporter,
            EvidenceViewsMax = views,
            JailEpochs = (ushort)jail,
        };
        WireWriter writer = new();
        (ChainParameters.Development with { Slashing = parameters }).Write(writer);
        WireReader reader = new(writer.ToArray());
        _ = ChainParameters.Read(reader);
        Assert.Equal(isAllowed, reader.Succeeded);
    }

    [Theory]
    [InlineData(10ul, 10ul, true)]
    [InlineData(10ul, 100_010ul, true)]
    [InlineData(10ul, 100_011ul, false)]
    [InlineData(ulong.MaxValue, 5ul, true)]
    public void Evidence_grows_old(ulong evidence, ulong block, bool isYoung) =>
        Assert.Equal(isYoung, SlashingParameters.Default.IsYoung(new View(evidence), new View(block)));

    private static Block BlockOf(int count)
    {
        Evidence evidence = Evidence.Of(Chain, Vote("N1"), Vote("N2"))!;
        BlockHeader header = new()
        {
            Chain = Chain,
            Epoch = new Epoch(3),
            View = new View(14),
            Height = new Height(1),
            ParentView = View.Genesis,
            ParentDigest = Chain.Hash,
            JustificationHash = Justification.OfGenesis.Hash,
            BodyRoot = MerkleTree.EmptyRoot,
            ParentStateRoot = Hash256.Zero,
            Time = Instant.FromMilliseconds(1),
            Proposer = new ValidatorIndex(0),
            Participation = [15],
            EvidenceRoot = Hash256.Zero,
            Beacon = Hash256.Zero,
        };
        return new Block(header, Justification.OfGenesis, []) { Evidence = [.. Enumerable.Repeat(evidence, count)] };
    }

    private static Evidence Spoil(Evidence good, Func<Vote, Vote> spoil) => Evidence.Of(Chain, spoil(good.First), spoil(good.Second))!;

    private static byte[] Encode(ChainId chain, Vote first, Vote second)
    {
        WireWriter writer = new();
        writer.Record(WireType.Evidence, 3).Hash(chain.Hash);
        first.Write(writer);
        second.Write(writer);
        return writer.End().ToArray();
    }

    private static Vote Vote(string text) => Vote(text, Chain);

    private static Vote Vote(string text, ChainId chain)
    {
        VoteKind kind = text[0] == 'N' ? VoteKind.Notarize : VoteKind.Finalize;
        Hash256? value = text[0] == 'Z' ? null : Hasher.Sha256([(byte)text[1]]);
        VoteSlot slot = new(new Epoch(text.EndsWith("epoch", StringComparison.Ordinal) ? 4u : 3u), new View(text.EndsWith("view", StringComparison.Ordinal) ? 13ul : 12ul), kind);
        ushort voter = (ushort)(text.EndsWith("voter", StringComparison.Ordinal) ? 1 : 2);
        return new Vote(slot, value, new ValidatorIndex(voter), Signers[voter].Sign(slot.SigningDigest(chain, value)));
    }

    private static Verified<Vote> Verify(string text)
    {
        CertificateRules.Check(Vote(text), new SigningDigests(Chain), Set, FakeSignatures.Instance, out Verified<Vote>? verified);
        return verified!;
    }

    private static EvidenceVerdict Check(Evidence evidence)
    {
        EvidenceVerdict verdict = EvidenceRules.Check(evidence, Chain, Set, FakeSignatures.Instance, out Verified<Evidence>? verified);
        Assert.Equal(verdict == EvidenceVerdict.Accepted, verified is not null);
        return verdict;
    }
}
