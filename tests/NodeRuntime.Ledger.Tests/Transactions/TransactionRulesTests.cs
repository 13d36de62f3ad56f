using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Tests.Support;
using NodeRuntime.Ledger.Transactions;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Tests.Transactions;

/// <summary>One valid transaction, and rows that each spoil one thing in it and name the verdict.</summary>
public sealed class TransactionRulesTests
{
    private readonly LedgerWorld _world = new(LedgerWorld.Parameters, [("alice", 1000, 0), ("bob", 0, 0)]);

    public static IEnumerable<TransactionVerdict> Verdicts => Rows.Select(row => row.Verdict);

    public static TheoryData<string, TransactionVerdict> Table
    {
        get
        {
            TheoryData<string, TransactionVerdict> table = [];
            foreach ((string defect, TransactionVerdict verdict) in Rows) table.Add(defect, verdict);
            return table;
        }
    }

    private static (string Defect, TransactionVerdict Verdict)[] Rows { get; } =
    [
        ("none", TransactionVerdict.Accepted),
        ("more bytes than allowed", TransactionVerdict.TooLarge),
        ("a byte too many", TransactionVerdict.Malformed),
        ("no message", TransactionVerdict.Malformed),
        ("another chain", TransactionVerdict.WrongChain),
        ("another sender", TransactionVerdict.PolicyMismatch),
        ("no signature", TransactionVerdict.SignatureMissing),
        ("one signature of two", TransactionVerdict.SignatureMissing),
        ("a key beyond the policy", TransactionVerdict.SignatureKeyUnknown),
        ("another's signature", TransactionVerdict.SignatureWrong),
        ("a changed amount", TransactionVerdict.SignatureWrong),
        ("a forged hand-over", TransactionVerdict.MessageSignatureWrong),
        ("a height that has passed", TransactionVerdict.Expired),
        ("a number that was used", TransactionVerdict.SequenceTooLow),
        ("a number too early", TransactionVerdict.SequenceTooHigh),
        ("a mean fee", TransactionVerdict.FeeTooLow),
        ("a poor sender", TransactionVerdict.BalanceTooLow),
        ("an empty transfer", TransactionVerdict.MessageRefused),
    ];

    [Theory]
    [MemberData(nameof(Table))]
    public void Each_defect_has_its_verdict(string defect, TransactionVerdict verdict)
    {
        _world.Do(Duration.FromSeconds(1), _world.Make("alice", new Message.Transfer(LedgerWorld.Account("carol"), new Amount(1))));
        _world.Do(Duration.FromSeconds(1));
        byte[] bytes = Spoil(defect);
        BlockContext block = BlockContext.After(_world.State, _world.State.Time + Duration.FromSeconds(1));
        BlockOutcome outcome = BlockApplication.Apply(_world.State, block, [bytes], _world.Verifier);
        Assert.Equal(verdict, outcome.Refusal.Verdict);
        Assert.Equal(verdict == TransactionVerdict.Accepted ? BlockVerdict.Accepted : BlockVerdict.TransactionRefused, outcome.Verdict);
    }

    [Fact]
    public void Two_of_three_keys_may_act_for_an_account()
    {
        KeyPolicy policy = PolicyOfThree(out KeyedHashSigner[] signers);
        LedgerWorld world = new(LedgerWorld.Parameters, [("alice", 1000, 0)]);
        world.Do(Duration.FromSeconds(1), world.Make("alice", new Message.Transfer(policy.ToAccountId(), new Amount(500))));
        Transaction unsigned = Unsigned(world, policy);
        Transaction signed = unsigned with
        {
            Signatures = [Signed(unsigned, 0, signers[0]), Signed(unsigned, 2, signers[2])],
        };
        world.Do(Duration.FromSeconds(1), signed);
        Assert.Equal(new Amount(489), world.State.Records.Account(policy.ToAccountId()).Balance);
    }

    [Fact]
    public void A_needless_signature_must_be_right_too()
    {
        KeyPolicy policy = PolicyOfThree(out KeyedHashSigner[] signers);
        Transaction unsigned = Unsigned(_world, policy);
        Transaction signed = unsigned with
        {
            Signatures = [Signed(unsigned, 0, signers[0]), Signed(unsigned, 1, signers[1]), Signed(unsigned, 2, signers[0])],
        };
        TransactionVerdict verdict = TransactionRules.CheckStateless(signed.Encode(), _world.State.Chain, _world.Verifier, out _);
        Assert.Equal(TransactionVerdict.SignatureWrong, verdict);
    }

    [Fact]
    public void A_transaction_is_never_applied_twice()
    {
        Transaction transaction = _world.Make("alice", new Message.Transfer(LedgerWorld.Account("bob"), new Amount(1)));
        _world.Do(Duration.FromSeconds(1), transaction);
        BlockOutcome again = _world.Apply(Duration.FromSeconds(1), transaction);
        Assert.Equal(TransactionVerdict.SequenceTooLow, again.Refusal.Verdict);
        BlockOutcome twice = _world.Apply(Duration.FromSeconds(1), _world.Make("alice", transaction.Messages[0]), transaction);
        Assert.Equal(1, twice.RefusedIndex);
    }

    [Fact]
    public void Bytes_with_any_change_are_refused_and_never_throw()
    {
        Prng prng = new(2026);
        LeaseId lease = StateKeys.LeaseOf(new OrderId(Hasher.Sha256([1])), 0);
        byte[] good = _world.Make(
            "alice",
            new Message.PlaceOrder(LedgerWorld.Terms),
            new Message.Transfer(LedgerWorld.Account("bob"), new Amount(5)),
            _world.Ready(lease, "alice", "pat")).Encode();
        Assert.Equal(TransactionVerdict.Accepted, Check(good));
        for (int i = 0; i < good.Length; i++)
        {
            byte[] bad = [.. good];
            bad[i] ^= (byte)(1 + prng.NextBelow(255));
            Assert.NotEqual(TransactionVerdict.Accepted, Check(bad));
            Assert.NotEqual(TransactionVerdict.Accepted, Check(good[..i]));
        }

        for (int i = 0; i < 2000; i++)
        {
            byte[] noise = new byte[prng.NextBelow(300)];
            prng.Fill(noise);
            Assert.Equal(TransactionVerdict.Malformed, Check(noise));
        }
    }

    private TransactionVerdict Check(byte[] bytes) => TransactionRules.CheckStateless(bytes, _world.State.Chain, _world.Verifier, out _);

    private byte[] Spoil(string defect)
    {
        AccountId bob = LedgerWorld.Account("bob");
        Message transfer = new Message.Transfer(bob, new Amount(10));
        Transaction good = _world.Make("alice", transfer);
        KeyPolicy three = PolicyOfThree(out KeyedHashSigner[] signers);
        Transaction ofThree = Unsigned(_world, three);
        LeaseId lease = StateKeys.LeaseOf(new OrderId(Hasher.Sha256([1])), 0);
        Message.ReportReady ready = _world.Ready(lease, "bob", "alice");
        return defect switch
        {
            "none" => good.Encode(),
            "more bytes than allowed" => new byte[Limits.TransactionBytesMax + 1],
            "a byte too many" => [.. good.Encode(), 0],
            "no message" => Signed(good with { Messages = [] }),
            "another chain" => Signed(good with { Chain = new ChainId(Hasher.Sha256([3])) }),
            "another sender" => Signed(good with { Sender = bob }),
            "no signature" => (good with { Signatures = [] }).Encode(),
            "one signature of two" => (ofThree with { Signatures = [Signed(ofThree, 1, signers[1])] }).Encode(),
            "a key beyond the policy" => (good with { Signatures = [good.Signatures[0] with { KeyIndex = 1 }] }).Encode(),
            "another's signature" => (good with { Signatures = [Signed(good, 0, LedgerWorld.Signer("bob"))] }).Encode(),
            "a changed amount" => (good with { Messages = [new Message.Transfer(bob, new Amount(11))] }).Encode(),
            "a forged hand-over" => Signed(good with { Messages = [ready with { HandOver = Hasher.Sha256([8]) }] }),
            "a height that has passed" => Signed(good with { ExpiresAt = _world.State.Height }),
            "a number that was used" => Signed(good with { Sequence = 0 }),
            "a number too early" => Signed(good with { Sequence = good.Sequence + 1 }),
            "a mean fee" => Signed(good with { FeeMax = Amount.Zero }),
            "a poor sender" => _world.Make("bob", transfer).Encode(),
            "an empty transfer" => Signed(good with { Messages = [transfer, new Message.Transfer(bob, Amount.Zero)] }),
            _ => Invariant.Unreachable<byte[]>(defect),
        };
    }

    private static byte[] Signed(Transaction unsigned) =>
        (unsigned with { Signatures = [Signed(unsigned, 0, LedgerWorld.Signer("alice"))] }).Encode();

    private static TransactionSignature Signed(Transaction unsigned, byte index, KeyedHashSigner signer) =>
        new(index, signer.Sign(unsigned.SigningDigest));

    private static KeyPolicy PolicyOfThree(out KeyedHashSigner[] signers)
    {
        signers = [.. new[] { "one", "two", "three" }.Select(LedgerWorld.Signer).OrderBy(signer => signer.PublicKey)];
        return new KeyPolicy(2, [.. signers.Select(signer => signer.PublicKey)]);
    }

    private static Transaction Unsigned(LedgerWorld world, KeyPolicy policy) => new()
    {
        Chain = world.State.Chain,
        Sender = policy.ToAccountId(),
        Sequence = 0,
        FeeMax = new Amount(1),
        ExpiresAt = new Height(1000),
        Messages = [new Message.Transfer(LedgerWorld.Account("bob"), new Amount(10))],
        Policy = policy,
        Signatures = ImmutableArray<TransactionSignature>.Empty,
    };
}
