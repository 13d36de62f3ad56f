using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Light;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Receipts;
using NodeRuntime.Proofs.Tests.Light;

namespace NodeRuntime.Proofs.Tests.Receipts;

public sealed class ReceiptVerifierTests
{
    private static readonly Hash256 Other = Hasher.Sha256("other"u8);

    // One thing wrong in each row, everything after it made as if it were right.
    private static readonly (string What, ReceiptVerdict Verdict, ReceiptScenario Scenario)[] Rows =
    [
        ("nothing", ReceiptVerdict.Accepted, new ReceiptScenario()),
        ("nothing; every validator signed", ReceiptVerdict.Accepted, new ReceiptScenario { VoteCount = 4 }),
        ("the genesis of another chain", ReceiptVerdict.WrongChain, new ReceiptScenario { GenesisBytes = AnotherGenesis }),
        ("a statement about another chain", ReceiptVerdict.WrongChain, Says(it => it with { Chain = new ChainId(Other) })),
        ("nothing; three seals later", ReceiptVerdict.Accepted, new ReceiptScenario { Epoch = 3 }),
        ("a seal that is missing", ReceiptVerdict.SetProofWrong, new ReceiptScenario { Epoch = 3, Sets = it => it with { Seals = it.Seals.RemoveAt(1) } }),
        ("no seals", ReceiptVerdict.ForeignValidatorSet, new ReceiptScenario { Epoch = 1, Sets = _ => SetProof.OfGenesis }),
        ("a seal too many", ReceiptVerdict.ForeignValidatorSet,
            new ReceiptScenario { Epoch = 1, Sets = it => new SetProof([.. it.Seals, new SealChain(it.Seals[0].Certified.Header.Chain, static name => FakeSignatures.SignerOf(name)).Seal(1)]) }),
        ("a header of another chain", ReceiptVerdict.HeaderNotCertified,
            new ReceiptScenario { Header = it => it with { Chain = new ChainId(Other) } }),
        ("a header changed after its certification", ReceiptVerdict.HeaderNotCertified,
            new ReceiptScenario { CertifiedHeader = it => it with { Height = it.Height.Next } }),
        ("a certificate of another view", ReceiptVerdict.HeaderNotCertified,
            new ReceiptScenario { Slot = it => it with { View = it.View.Next } }),
        ("a notarization only", ReceiptVerdict.HeaderNotCertified,
            new ReceiptScenario { Slot = it => it with { Kind = VoteKind.Notarize } }),
        ("a later epoch", ReceiptVerdict.ForeignValidatorSet, new ReceiptScenario { Header = it => it with { Epoch = new Epoch(1) } }),
        ("a signer whom the genesis does not know", ReceiptVerdict.ForeignValidatorSet,
            new ReceiptScenario { Signers = it => it.Add(it[0] with { Index = new ValidatorIndex(4) }) }),
        ("two of four votes", ReceiptVerdict.BelowQuorum, new ReceiptScenario { VoteCount = 2 }),
        ("no votes", ReceiptVerdict.BelowQuorum, new ReceiptScenario { VoteCount = 0 }),
        ("one vote signed by another", ReceiptVerdict.CertificateSignatureWrong,
            new ReceiptScenario { Signers = it => it.SetItem(2, it[2] with { Signature = it[1].Signature }) }),
        ("another state root", ReceiptVerdict.StateProofWrong,
            new ReceiptScenario { Header = it => it with { ParentStateRoot = Other } }),
        ("the order's proof for the lease", ReceiptVerdict.StateProofWrong, Shows(it => it with { Lease = it.Order })),
        ("the lease's proof for the order", ReceiptVerdict.StateProofWrong, Shows(it => it with { Order = it.Lease })),
        ("a lease proof with changed content", ReceiptVerdict.StateProofWrong,
            Shows(it => it with { Lease = it.Lease with { Content = it.Order.Content } })),
        ("a statement about another lease", ReceiptVerdict.StateProofWrong, Says(it => it with { Lease = new LeaseId(Other) })),
        ("a statement about another order", ReceiptVerdict.StateProofWrong, Says(it => it with { Order = new OrderId(Other) })),
        ("a lease of another order", ReceiptVerdict.LeaseMismatch,
            new ReceiptScenario { Lease = it => it with { Order = new OrderId(Other) }, Statement = OrderOfOwner }),
        ("a statement about another owner", ReceiptVerdict.LeaseMismatch, Says(it => it with { Owner = new AccountId(Other) })),
        ("a statement about another provider", ReceiptVerdict.LeaseMismatch, Says(it => it with { Provider = new AccountId(Other) })),
        ("an order of another owner", ReceiptVerdict.OrderMismatch,
            new ReceiptScenario { Order = it => it with { Owner = new AccountId(Other) } }),
        ("a price above the cap", ReceiptVerdict.OrderMismatch,
            new ReceiptScenario { Order = it => it with { Terms = it.Terms with { PricePerSecondMax = new Amount(699) } } }),
        ("another commitment in the statement", ReceiptVerdict.OrderMismatch, Says(it => it with { SpecCommitment = Other })),
        ("another commitment in the order", ReceiptVerdict.SpecCommitmentWrong,
            new ReceiptScenario { Order = it => it with { Terms = it.Terms with { SpecCommitment = Other } } }),
        ("another specification", ReceiptVerdict.SpecCommitmentWrong, Shows(it => it with { Spec = it.Spec with { Seed = 43 } })),
        ("the specification with another salt", ReceiptVerdict.SpecCommitmentWrong,
            Shows(it => it with { Spec = it.Spec with { Salt = it.Result.Salt } })),
        ("another version of the specification", ReceiptVerdict.SpecMismatch, Says(it => it with { SpecVersion = 2 })),
        ("another module", ReceiptVerdict.SpecMismatch, Says(it => it with { Module = Other })),
        ("another input", ReceiptVerdict.SpecMismatch, Says(it => it with { Inputs = it.Inputs.SetItem(0, Other) })),
        ("one input less", ReceiptVerdict.SpecMismatch, Says(it => it with { Inputs = it.Inputs.RemoveAt(0) })),
        ("another standard input", ReceiptVerdict.SpecMismatch, Says(it => it with { StandardInput = null })),
        ("another result", ReceiptVerdict.ResultCommitmentWrong, Shows(it => it with { Result = it.Result with { ExitCode = 0 } })),
        ("another commitment in the lease", ReceiptVerdict.ResultCommitmentWrong,
            new ReceiptScenario { Lease = it => it with { ResultCommitment = Other } }),
        ("another result's hash", ReceiptVerdict.ResultMismatch, Says(it => it with { Result = Other })),
        ("another outcome", ReceiptVerdict.ResultMismatch, Says(it => it with { Outcome = JobOutcome.Trapped })),
        ("another exit code", ReceiptVerdict.ResultMismatch, Says(it => it with { ExitCode = 0 })),
        ("more fuel", ReceiptVerdict.ResultMismatch, Says(it => it with { FuelUsed = it.FuelUsed + 1 })),
        ("another fuel schedule", ReceiptVerdict.ResultMismatch, Says(it => it with { FuelSchedule = 2 })),
        ("a hand-over of another lease", ReceiptVerdict.HandOverWrong,
            new ReceiptScenario { HandOver = it => it with { Lease = new LeaseId(Other) } }),
        ("a hand-over of another specification", ReceiptVerdict.HandOverWrong,
            new ReceiptScenario { HandOver = it => it with { SpecCommitment = Other } }),
        ("no hand-over on the ledger", ReceiptVerdict.HandOverWrong,
            new ReceiptScenario { Lease = it => it with { HandOver = Hash256.Zero } }),
        ("another hand-over in the statement", ReceiptVerdict.HandOverWrong, Says(it => it with { HandOver = Other })),
        ("a key that is not the owner's", ReceiptVerdict.HandOverKeyForeign,
            Shows(it => it with { OwnerKey = FakeSignatures.SignerOf("stranger").PublicKey })),
        ("the owner's signature by the provider", ReceiptVerdict.HandOverSignatureWrong,
            Shows(it => it with { OwnerSignature = it.ProviderSignature })),
        ("the provider's signature by the owner", ReceiptVerdict.HandOverSignatureWrong,
            Shows(it => it with { ProviderSignature = it.OwnerSignature })),
        ("a lease without a payment yet", ReceiptVerdict.SettlementInconsistent,
            new ReceiptScenario { Lease = it => it with { State = LeaseState.ResultReported } }),
        ("a lease that the owner closed", ReceiptVerdict.SettlementInconsistent,
            new ReceiptScenario { Lease = it => it with { State = LeaseState.Closed } }),
        ("an order that was not completed", ReceiptVerdict.SettlementInconsistent,
            new ReceiptScenario { Order = it => it with { State = OrderState.Leased } }),
        ("a second too many on the ledger", ReceiptVerdict.SettlementInconsistent,
            new ReceiptScenario { Lease = it => it with { ChargedSeconds = 14, Paid = new Amount(9_800), Refunded = new Amount(50_200) } }),
        ("a result before Ready", ReceiptVerdict.SettlementInconsistent,
            new ReceiptScenario { Lease = it => it with { ResultAt = Instant.FromMilliseconds(1_001_999) } }),
        ("a payment that is not price times seconds", ReceiptVerdict.SettlementInconsistent,
            new ReceiptScenario { Lease = it => it with { Paid = new Amount(9_101), Refunded = new Amount(50_899) } }),
        ("a refund that leaves a unit nowhere", ReceiptVerdict.SettlementInconsistent,
            new ReceiptScenario { Lease = it => it with { Refunded = new Amount(50_899) } }),
        ("a refund that overflows", ReceiptVerdict.SettlementInconsistent,
            new ReceiptScenario { Lease = it => it with { Refunded = new Amount(UInt128.MaxValue) } }),
        ("a penalty beside a payment", ReceiptVerdict.SettlementInconsistent,
            new ReceiptScenario { Lease = it => it with { Penalty = new Amount(1) } }),
        ("an order without seconds", ReceiptVerdict.SettlementInconsistent,
            new ReceiptScenario { Order = it => it with { Terms = it.Terms with { SecondsMax = 0 } } }),
        ("fewer seconds allowed than charged", ReceiptVerdict.SettlementInconsistent,
            new ReceiptScenario { Order = it => it with { Terms = it.Terms with { SecondsMax = 12 } } }),
        ("a deposit that overflows", ReceiptVerdict.SettlementInconsistent,
            new ReceiptScenario { Order = it => it with { Terms = it.Terms with { PricePerSecondMax = new Amount(UInt128.MaxValue / 2) } } }),
        ("a lease from before time began", ReceiptVerdict.SettlementInconsistent,
            new ReceiptScenario { Lease = it => it with { ReadyAt = new Instant(long.MinValue), ResultAt = new Instant(long.MaxValue) } }),
        ("another time of Ready", ReceiptVerdict.SettlementInconsistent, Says(it => it with { ReadyAt = Instant.Epoch })),
        ("another time of the result", ReceiptVerdict.SettlementInconsistent, Says(it => it with { ResultAt = it.ReadyAt })),
        ("another price", ReceiptVerdict.SettlementInconsistent, Says(it => it with { PricePerSecond = new Amount(1) })),
        ("other seconds", ReceiptVerdict.SettlementInconsistent, Says(it => it with { ChargedSeconds = 1 })),
        ("another payment", ReceiptVerdict.SettlementInconsistent, Says(it => it with { Paid = Amount.Zero })),
        ("another refund", ReceiptVerdict.SettlementInconsistent, Says(it => it with { Refunded = Amount.Zero })),
        ("another penalty", ReceiptVerdict.SettlementInconsistent, Says(it => it with { Penalty = new Amount(1) })),
    ];

    public static TheoryData<string> Names => [.. Rows.Select(row => row.What)];

    [Theory]
    [MemberData(nameof(Names))]
    public void One_thing_wrong_has_its_name(string what)
    {
        (_, ReceiptVerdict verdict, ReceiptScenario scenario) = Rows.Single(row => row.What == what);
        JobReceipt receipt = scenario.Make();
        Assert.Equal(verdict, ReceiptVerifier.Verify(receipt.Encode(), scenario.Chain, FakeSignatures.Instance));
    }

    [Fact]
    public void Without_a_genesis_hash_the_answer_is_never_yes_and_a_wrong_receipt_is_still_wrong()
    {
        foreach ((string _, ReceiptVerdict verdict, ReceiptScenario scenario) in Rows)
        {
            ReceiptVerdict untrusting = ReceiptVerifier.Verify(scenario.Make().Encode(), trusted: null, FakeSignatures.Instance);
            Assert.Equal(verdict == ReceiptVerdict.Accepted ? ReceiptVerdict.Inconclusive : verdict, untrusting);
        }
    }

    [Fact]
    public void A_receipt_of_one_chain_is_none_of_another()
    {
        ReceiptScenario scenario = new();
        ReceiptScenario other = new() { Genesis = it => it with { Nonce = Other } };
        Assert.Equal(ReceiptVerdict.WrongChain, Verify(scenario.Make().Encode(), other.Chain));
    }

    [Fact]
    public void A_chain_whose_genesis_is_no_document_has_no_receipts()
    {
        byte[] nonsense = [1, 2, 3];
        ChainId chain = new(Hasher.Tagged(HashDomain.Genesis, nonsense));
        ReceiptScenario scenario = new() { GenesisBytes = _ => nonsense, Statement = it => it with { Chain = chain } };
        Assert.Equal(ReceiptVerdict.GenesisMalformed, Verify(scenario.Make().Encode(), chain));
    }

    [Fact]
    public void A_key_that_is_not_the_providers_signs_nothing()
    {
        ReceiptScenario scenario = new();
        ISigner stranger = FakeSignatures.SignerOf("stranger");
        JobReceipt receipt = scenario.Make() with { ProviderKey = stranger.PublicKey };
        receipt = receipt with { ProviderSignature = stranger.Sign(receipt.SigningDigest) };
        Assert.Equal(ReceiptVerdict.HandOverKeyForeign, Verify(receipt.Encode(), scenario.Chain));
    }

    [Fact]
    public void A_receipt_without_the_providers_name_says_so()
    {
        ReceiptScenario scenario = new();
        JobReceipt draft = scenario.Make() with { ProviderSignature = null };
        Assert.Equal(ReceiptVerdict.ProviderSignatureMissing, Verify(draft.Encode(), scenario.Chain));
    }

    [Fact]
    public void A_signature_over_something_else_is_wrong()
    {
        ReceiptScenario scenario = new();
        JobReceipt receipt = scenario.Make() with { ProviderSignature = FakeSignatures.SignerOf("provider").Sign(Other) };
        Assert.Equal(ReceiptVerdict.ProviderSignatureWrong, Verify(receipt.Encode(), scenario.Chain));
    }

    [Fact]
    public void What_was_signed_is_the_Sig_structure_of_RFC_9052()
    {
        JobReceipt receipt = new ReceiptScenario().Make();
        byte[] header =
        [
            0xa4, 0x01, 0x38, 46, 0x03, 0x78, 36, .. "application/vnd.noderuntime.job+cbor"u8,
            0x04, 0x58, 34, .. receipt.ProviderKey.AsSpan(), 0x19, 0x01, 0x8b, 0x3a, 0, 1, 0, 0,
        ];
        byte[] payload = receipt.Statement.Encode();
        byte[] structure =
        [
            0x84, 0x6a, .. "Signature1"u8, 0x58, (byte)header.Length, .. header, 0x40,
            0x59, (byte)(payload.Length >> 8), (byte)(payload.Length & 0xff), .. payload,
        ];
        Assert.Equal(Hasher.Sha256(structure), receipt.SigningDigest);
    }

    [Fact]
    public void Every_flipped_byte_is_refused()
    {
        ReceiptScenario scenario = new();
        byte[] bytes = scenario.Make().Encode();
        List<string> accepted = [];
        foreach (byte mask in new byte[] { 0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff })
        {
            for (int i = 0; i < bytes.Length; i++)
            {
                bytes[i] ^= mask;
                if (Verify(bytes, scenario.Chain) == ReceiptVerdict.Accepted) accepted.Add($"{i} ^ {mask}");
                bytes[i] ^= mask;
            }
        }

        Assert.Empty(accepted);
        Assert.Equal(ReceiptVerdict.Accepted, Verify(bytes, scenario.Chain));
    }

    [Fact]
    public void Without_a_genesis_hash_too_a_flipped_byte_is_refused()
    {
        byte[] bytes = new ReceiptScenario().Make().Encode();
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 0x01;
            Assert.NotEqual(ReceiptVerdict.Inconclusive, ReceiptVerifier.Verify(bytes, trusted: null, FakeSignatures.Instance));
            bytes[i] ^= 0x01;
        }
    }

    // Made once with real keys: secp256k1 for the validators and the owner, P-256 for the provider. docs/receipts.md points here.
    [Fact]
    public void The_published_sample_still_verifies()
    {
        string[] lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Receipts", "sample.receipt.txt"));
        Assert.True(Hash256.TryParse(lines[0], out Hash256 chain));
        byte[] bytes = Convert.FromHexString(string.Concat(lines[1..]));
        SystemSignatures signatures = SystemSignatures.Open(new byte[SystemSignatures.EntropyByteCount]);
        Assert.Equal(ReceiptVerdict.Accepted, ReceiptVerifier.Verify(bytes, new ChainId(chain), signatures));
        Assert.Equal(ReceiptVerdict.WrongChain, ReceiptVerifier.Verify(bytes, new ChainId(Other), signatures));
    }

    [Fact]
    public void Every_truncation_and_every_trailing_byte_is_malformed()
    {
        ReceiptScenario scenario = new();
        byte[] bytes = scenario.Make().Encode();
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(ReceiptVerdict.Malformed, Verify(bytes[..length], scenario.Chain));
        }

        for (int trailing = 0; trailing < 256; trailing++)
        {
            Assert.Equal(ReceiptVerdict.Malformed, Verify([.. bytes, (byte)trailing], scenario.Chain));
        }
    }

    [Fact]
    public void Random_bytes_and_random_damage_never_throw_and_never_pass()
    {
        Prng prng = new(11);
        ReceiptScenario scenario = new();
        byte[] receipt = scenario.Make().Encode();
        for (int i = 0; i < 3000; i++)
        {
            byte[] noise = new byte[prng.NextBelow(400)];
            prng.Fill(noise);
            Assert.Equal(ReceiptVerdict.Malformed, Verify(noise, scenario.Chain));

            byte[] damaged = [.. receipt];
            int at = prng.NextBelow(damaged.Length);
            Span<byte> hole = damaged.AsSpan(at, Math.Min(1 + prng.NextBelow(16), damaged.Length - at));
            prng.Fill(hole);
            if (!damaged.AsSpan().SequenceEqual(receipt)) Assert.NotEqual(ReceiptVerdict.Accepted, Verify(damaged, scenario.Chain));
        }
    }

    [Fact]
    public void A_receipt_too_large_is_refused_before_it_is_read() =>
        Assert.Equal(ReceiptVerdict.Malformed, Verify(new byte[Limits.ReceiptBytesMax + 1], new ReceiptScenario().Chain));

    [Fact]
    public void The_verifier_shows_what_a_wrong_receipt_says()
    {
        ReceiptScenario scenario = new() { Lease = it => it with { Penalty = new Amount(1) } };
        ReceiptVerifier.Verify(scenario.Make().Encode(), scenario.Chain, FakeSignatures.Instance, out JobReceipt? receipt);
        Assert.Equal(new Amount(1), receipt!.Statement.Penalty);
        ReceiptVerifier.Verify(new byte[5], scenario.Chain, FakeSignatures.Instance, out receipt);
        Assert.Null(receipt);
    }

    [Theory]
    [InlineData(KeyAlgorithm.Secp256k1)]
    [InlineData(KeyAlgorithm.P256)]
    public void With_real_keys_a_receipt_verifies_and_any_flipped_signature_byte_does_not(KeyAlgorithm algorithm)
    {
        SystemSignatures signatures = SystemSignatures.Open(new byte[SystemSignatures.EntropyByteCount]);
        SortedDictionary<string, ISigner> signers = new(StringComparer.Ordinal);
        ISigner SignerOf(string name)
        {
            if (signers.TryGetValue(name, out ISigner? signer)) return signer;
            byte[] entropy = Hasher.Sha256(Encoding.UTF8.GetBytes(name)).ToArray();
            return signers[name] = signatures.CreateSigner(KeyPair.Generate(algorithm, entropy));
        }

        ReceiptScenario scenario = new() { SignerOf = SignerOf };
        byte[] bytes = scenario.Make().Encode();
        Assert.Equal(ReceiptVerdict.Accepted, ReceiptVerifier.Verify(bytes, scenario.Chain, signatures));
        for (int i = bytes.Length - Signature.CompactByteCount; i < bytes.Length; i++)
        {
            bytes[i] ^= 0x10;
            Assert.Equal(ReceiptVerdict.ProviderSignatureWrong, ReceiptVerifier.Verify(bytes, scenario.Chain, signatures));
            bytes[i] ^= 0x10;
        }
    }

    private static ReceiptVerdict Verify(byte[] bytes, ChainId chain) => ReceiptVerifier.Verify(bytes, chain, FakeSignatures.Instance);

    private static ReceiptScenario Says(Func<JobStatement, JobStatement> change) => new() { Statement = change };

    private static ReceiptScenario Shows(Func<JobEvidence, JobEvidence> change) => new() { Evidence = change };

    private static byte[] AnotherGenesis(byte[] bytes)
    {
        Assert.True(Proofs.Chain.Genesis.TryDecode(bytes, out Genesis? genesis));
        return (genesis! with { Name = "another" }).Encode();
    }

    private static JobStatement OrderOfOwner(JobStatement statement) =>
        statement with { Order = StateKeys.OrderOf(statement.Owner, 5, 0) };
}
