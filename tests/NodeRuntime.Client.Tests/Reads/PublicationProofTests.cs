using System;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Api;
using NodeRuntime.Client.Reads;
using NodeRuntime.Client.Tests.Support;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Light;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Receipts;

namespace NodeRuntime.Client.Tests.Reads;

/// <summary>That a root stands on the ledger, out of a file: one good one, and rows that each change one thing and name the verdict.</summary>
public sealed class PublicationProofTests
{
    private static readonly PublicationDay Day = new(20_454);

    [Theory]
    [InlineData(0u)]
    [InlineData(2u)]
    public void A_file_proves_a_root_to_whoever_trusts_the_genesis_alone(uint epoch)
    {
        HandMadeChain chain = NewChain(epoch);
        PublicationProof proof = PublicationProof.TryDecode(ProofOf(chain).Encode())!;
        Assert.Equal(ProofOf(chain).Encode(), proof.Encode());
        Assert.Equal(PublicationProofVerdict.Accepted, proof.Verify(chain.Chain, TestKeys.Signatures, out PublicationRecord? record));
        Assert.Equal(Record, record);
        ReceiptTrust trust = proof.ToTrust(chain.Chain, TestKeys.Signatures)!;
        Assert.Equal(new Publication(Record.Size, Record.Root), Assert.Single(trust.Publications));
        Assert.Equal((int)epoch + 1, trust.Plans.Length);
    }

    public static TheoryData<string, PublicationProofVerdict> Changes => new()
    {
        { "genesis", PublicationProofVerdict.ChainProofWrong },
        { "trusted", PublicationProofVerdict.ChainProofWrong },
        { "seal", PublicationProofVerdict.ChainProofWrong },
        { "no seals", PublicationProofVerdict.HeaderNotCertified },
        { "header", PublicationProofVerdict.HeaderNotCertified },
        { "signers", PublicationProofVerdict.HeaderNotCertified },
        { "day", PublicationProofVerdict.StateProofWrong },
        { "path", PublicationProofVerdict.StateProofWrong },
        { "value", PublicationProofVerdict.StateProofWrong },
        { "absent", PublicationProofVerdict.StateProofWrong },
        { "another day's record", PublicationProofVerdict.RecordMalformed },
        { "another record", PublicationProofVerdict.RecordMalformed },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Each_thing_that_is_changed_is_refused_by_name(string change, PublicationProofVerdict expected)
    {
        HandMadeChain chain = NewChain(1);
        PublicationProof right = ProofOf(chain);
        if (change == "another day's record") chain.Put(StateKeys.Publication(Day), (Record with { Day = Day.Next }).Write);
        if (change == "another record") chain.Put(StateKeys.Publication(Day), AccountRecord.Empty.Write);
        CertifiedHeader certified = right.Evidence.Certified;
        Certificate final = certified.Finalization;
        ImmutableArray<Seal> seals = right.Chain.Sets.Seals;
        PublicationProof changed = change switch
        {
            "genesis" => right with { Chain = right.Chain with { Genesis = new HandMadeChain("another").Genesis } },
            "seal" => right with { Chain = right.Chain with { Sets = new SetProof([seals[0] with { Next = chain.Genesis.ValidatorSet }]) } },
            "no seals" => right with { Chain = right.Chain with { Sets = SetProof.OfGenesis } },
            "header" => right with { Evidence = right.Evidence with { Certified = certified with { Header = certified.Header with { Time = default } } } },
            "signers" => right with { Evidence = right.Evidence with { Certified = certified with { Finalization = final with { Signers = final.Signers[..1] } } } },
            "day" => right with { Day = Day.Next },
            "path" => right with { Evidence = right.Evidence with { Proof = right.Evidence.Proof with { Steps = [.. right.Evidence.Proof.Steps.Select(static it => it with { Sibling = Hash256.Zero })] } } },
            "value" => right with { Evidence = right.Evidence with { Proof = right.Evidence.Proof with { Content = Bytes(Record with { Size = 9 }) } } },
            "absent" => ProofOf(chain, Day.Next) with { Day = Day.Next },
            "another day's record" or "another record" => ProofOf(chain),
            _ => right,
        };
        ChainId trusted = change == "trusted" ? new HandMadeChain("another").Chain : chain.Chain;
        Assert.Equal(expected, changed.Verify(trusted, TestKeys.Signatures, out PublicationRecord? record));
        Assert.Null(record);
        Assert.Null(changed.ToTrust(trusted, TestKeys.Signatures));
    }

    [Fact]
    public void No_bytes_make_it_throw_and_none_but_its_own_prove_another_root()
    {
        HandMadeChain chain = NewChain(1);
        byte[] right = ProofOf(chain).Encode();
        Assert.Null(PublicationProof.TryDecode(default));
        Prng prng = new(4);
        for (int i = 0; i < 2000; i++)
        {
            byte[] bytes = [.. right];
            bytes[prng.NextBelow(bytes.Length)] ^= (byte)(1 << prng.NextBelow(8));
            if (i % 10 == 0) bytes = bytes[..prng.NextBelow(bytes.Length)];
            if (PublicationProof.TryDecode(bytes) is not { } read) continue;
            if (read.Verify(chain.Chain, TestKeys.Signatures, out PublicationRecord? record) == PublicationProofVerdict.Accepted) Assert.Equal(Record, record);
        }
    }

    private static PublicationRecord Record { get; } = new(
        Day, 86_400, Hasher.Sha256("root"u8), Day.Begin + Duration.FromSeconds(1), new Epoch(0), new Height(7), new AccountId(Hasher.Sha256("publisher"u8)));

    private static HandMadeChain NewChain(uint epoch)
    {
        HandMadeChain chain = new() { Epoch = epoch };
        chain.Put(StateKeys.Publication(Day), Record.Write);
        chain.Put(StateKeys.LastPublication, Record.Write);
        chain.Put(new AccountId(Hasher.Sha256("somebody"u8)), AccountRecord.Empty with { Sequence = 3 });
        return chain;
    }

    private static PublicationProof ProofOf(HandMadeChain chain, PublicationDay? day = null)
    {
        StateAnswer answer = chain.AnswerState(StateKeys.Publication(day ?? Day));
        CertifiedHeader certified = CertifiedHeader.Read(new WireReader(Convert.FromBase64String(answer.CertifiedHeader)));
        Assert.True(StateProof.TryDecode(Convert.FromBase64String(answer.Proof), out StateProof? proof));
        ImmutableArray<Seal> seals = [.. chain.AnswerSeals(0).Seals.Select(static it => Seal.Read(new WireReader(Convert.FromBase64String(it))))];
        return new PublicationProof(new ChainProof(chain.Genesis, new SetProof(seals)), Day, new StateEvidence(certified, proof!));
    }

    private static byte[] Bytes(PublicationRecord record)
    {
        WireWriter writer = new();
        record.Write(writer);
        return writer.ToArray();
    }
}
