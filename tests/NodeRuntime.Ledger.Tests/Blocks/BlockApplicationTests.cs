using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.State;
using NodeRuntime.Ledger.Tests.Support;
using NodeRuntime.Ledger.Transactions;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Tests.Blocks;

public sealed class BlockApplicationTests
{
    private readonly LedgerWorld _world = new(LedgerWorld.Parameters, [("alice", 1000, 0), ("pat", 10, 200)]);

    [Theory]
    [InlineData("none", BlockVerdict.Accepted)]
    [InlineData("another chain", BlockVerdict.WrongChain)]
    [InlineData("the same height", BlockVerdict.HeightNotNext)]
    [InlineData("a height too far", BlockVerdict.HeightNotNext)]
    [InlineData("the same time", BlockVerdict.TimeNotLater)]
    [InlineData("half a millisecond", BlockVerdict.TimeNotWhole)]
    [InlineData("another root", BlockVerdict.ParentStateRootWrong)]
    [InlineData("too many transactions", BlockVerdict.TooManyTransactions)]
    [InlineData("too many bytes", BlockVerdict.BodyTooLarge)]
    [InlineData("too many offences", BlockVerdict.TooManyOffences)]
    [InlineData("an offence twice", BlockVerdict.OffenceRefused)]
    [InlineData("noise in the body", BlockVerdict.TransactionRefused)]
    public void Each_defect_has_its_verdict(string defect, BlockVerdict verdict)
    {
        LedgerState parent = _world.State;
        BlockContext good = BlockContext.After(parent, parent.Time + Duration.FromSeconds(1));
        BlockContext block = defect switch
        {
            "another chain" => good with { Chain = new ChainId(Hasher.Sha256([1])) },
            "the same height" => good with { Height = parent.Height },
            "a height too far" => good with { Height = good.Height.Next },
            "the same time" => good with { Time = parent.Time },
            "half a millisecond" => good with { Time = good.Time + new Duration(500) },
            "too many offences" => good with
            {
                Offences = [.. Enumerable.Range(0, Limits.BlockEvidenceMax + 1).Select(i => LedgerWorld.OffenceOf("v" + i, "pat"))],
            },
            "an offence twice" => good with { Offences = [LedgerWorld.OffenceOf("pat", "tom"), LedgerWorld.OffenceOf("pat", "tom")] },
            "another root" => good with { ParentStateRoot = Hasher.Sha256([1]) },
            _ => good,
        };
        ImmutableArray<ReadOnlyMemory<byte>> body = defect switch
        {
            "too many transactions" => [.. Enumerable.Repeat(new ReadOnlyMemory<byte>([1]), Limits.BlockTransactionsMax + 1)],
            "too many bytes" => [.. Enumerable.Repeat(new ReadOnlyMemory<byte>(new byte[16_000]), 70)],
            "noise in the body" => [new ReadOnlyMemory<byte>([1, 2, 3])],
            _ => [],
        };
        BlockOutcome outcome = BlockApplication.Apply(parent, block, body, _world.Verifier);
        Assert.Equal(verdict, outcome.Verdict);
        Assert.Equal(verdict == BlockVerdict.Accepted, outcome.State is not null);
    }

    [Fact]
    public void A_block_with_one_bad_transaction_changes_nothing_at_all()
    {
        Hash256 root = _world.State.Root;
        Transaction good = _world.Make("alice", new Message.Transfer(LedgerWorld.Account("pat"), new Amount(1)));
        Transaction bad = _world.Make("pat", new Message.Transfer(LedgerWorld.Account("alice"), new Amount(10_000)));
        BlockOutcome outcome = _world.Apply(Duration.FromSeconds(1), good, bad);
        Assert.Equal(BlockVerdict.TransactionRefused, outcome.Verdict);
        Assert.Equal(1, outcome.RefusedIndex);
        Assert.Equal("Accounts.BalanceTooLow", outcome.Refusal.Name);
        Assert.Equal("TransactionRefused[1]: message 0: Accounts.BalanceTooLow", outcome.ToString());
        Assert.Equal(root, _world.State.Root);
    }

    [Fact]
    public void Receipts_tell_what_each_transaction_did()
    {
        BlockOutcome outcome = _world.Apply(
            Duration.FromSeconds(1),
            _world.Make("alice", new Message.PlaceOrder(LedgerWorld.Terms)),
            _world.Make("pat", new Message.Bond(new Amount(1)), new Message.PlaceBid(_world.OrderPlacedBy("alice", 0), new Amount(1))));
        Assert.Equal(2, outcome.Receipts.Length);
        Assert.Single(outcome.Receipts[0].Events);
        Assert.Equal(2, outcome.Receipts[1].Events.Length);
        Assert.Equal(LedgerWorld.Account("pat"), outcome.Receipts[1].Sender);
        Assert.Equal(new Amount(1), outcome.Receipts[1].Fee);
    }

    [Fact]
    public void Fees_are_burned()
    {
        _world.Do(Duration.FromSeconds(1), _world.Make("alice", new Message.Transfer(LedgerWorld.Account("pat"), new Amount(1))));
        Assert.Equal(new Amount(1), _world.State.Supply.Burned);
        Assert.Equal(new Amount(1209), _world.State.Supply.Held);
    }

    [Fact]
    public void When_more_is_due_than_a_block_handles_the_rest_waits_and_rules_go_by_the_clock()
    {
        const int Owners = 18;
        IEnumerable<(string Name, UInt128 Balance, UInt128 Bond)> owners =
            Enumerable.Range(0, Owners).Select(i => ($"o{i}", (UInt128)1_000_000, (UInt128)0));
        LedgerWorld world = new(LedgerWorld.Parameters, [.. owners, ("pat", 100, 200)]);
        Message[] orders = [.. Enumerable.Repeat(new Message.PlaceOrder(LedgerWorld.Terms), 16)];
        List<Transaction> transactions = [];
        for (int i = 0; i < Owners; i++)
        {
            for (ulong sequence = 0; sequence < 15; sequence++) transactions.Add(world.Make($"o{i}", sequence, orders));
        }

        world.Do(Duration.FromSeconds(1), [.. transactions]);
        int open = Owners * 15 * 16;
        Assert.True(open > Limits.DeadlinesPerBlockMax);
        BlockOutcome crowded = BlockApplication.Apply(
            world.State, BlockContext.After(world.State, world.State.Time + Duration.FromSeconds(2)), Array.Empty<VerifiedTransaction>());
        List<KeyValuePair<OrderId, OrderRecord>> overdue = crowded.State!.Records.OpenOrders(open);
        Assert.Equal(open, overdue.Count);
        OrderId late = overdue.First(order => order.Value.AuctionEndsAt <= crowded.State.Time).Key;
        BlockOutcome bid = world.Apply(Duration.FromSeconds(2), world.Make("pat", new Message.PlaceBid(late, new Amount(1))));
        Assert.Equal("Market.AuctionEnded", bid.Refusal.Name);
        world.Do(Duration.FromSeconds(2));
        world.Do(Duration.FromMilliseconds(1), world.Make("pat", new Message.PlaceBid(late, new Amount(1))));
    }

    [Fact]
    public void What_was_verified_before_is_not_verified_again_and_only_with_the_same_signature()
    {
        Transaction transaction = _world.Make("alice", new Message.Transfer(LedgerWorld.Account("pat"), new Amount(1)));
        NodeRuntime.Ledger.Mempool.MempoolMachine pool = new(_world.State, _world.Verifier, new DigestHashing(new Prng(1)));
        Assert.True(pool.Add(transaction.Encode(), _world.State.Time).IsAccepted);
        int calls = _world.Verifier.Calls;
        BlockContext block = BlockContext.After(_world.State, _world.State.Time + Duration.FromSeconds(1));
        BlockOutcome known = BlockApplication.Apply(_world.State, block, [transaction.Encode()], _world.Verifier, pool);
        Assert.Equal(BlockVerdict.Accepted, known.Verdict);
        Assert.Equal(calls, _world.Verifier.Calls);

        Signature forged = LedgerWorld.Signer("pat").Sign(transaction.SigningDigest);
        Transaction twin = transaction with { Signatures = [new TransactionSignature(0, forged)] };
        Assert.Equal(transaction.Id, twin.Id);
        BlockOutcome outcome = BlockApplication.Apply(_world.State, block, [twin.Encode()], _world.Verifier, pool);
        Assert.Equal(TransactionVerdict.SignatureWrong, outcome.Refusal.Verdict);
    }
}
