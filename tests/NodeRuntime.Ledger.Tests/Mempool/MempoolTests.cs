using System;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Mempool;
using NodeRuntime.Ledger.State;
using NodeRuntime.Ledger.Tests.Support;
using NodeRuntime.Ledger.Transactions;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Tests.Mempool;

public sealed class MempoolTests
{
    private readonly LedgerWorld _world = new(
        LedgerWorld.Parameters, [("alice", 1000, 0), ("bob", 1000, 0), ("poor", 3, 0), ("pat", 100, 200)]);

    private readonly MempoolMachine _pool;

    public MempoolTests() => _pool = new MempoolMachine(_world.State, _world.Verifier, new DigestHashing(new Prng(1)));

    [Fact]
    public void A_senders_next_is_accepted_and_a_later_one_waits()
    {
        Assert.Equal("Accepted", Offer(Pay("alice", 0)));
        Assert.Equal("AcceptedWaiting", Offer(Pay("alice", 2)));
        Assert.Equal(1UL, _pool.NextSequence(LedgerWorld.Account("alice")));
        Assert.Equal(1, _pool.GapCount);
        Assert.Equal("Accepted", Offer(Pay("alice", 1)));
        Assert.Equal(3UL, _pool.NextSequence(LedgerWorld.Account("alice")));
        Assert.Equal(0, _pool.GapCount);
        Assert.Equal(3, Select().Transactions.Length);
    }

    [Fact]
    public void What_is_known_or_takes_a_place_already_taken_is_refused()
    {
        Transaction first = Pay("alice", 0);
        Assert.Equal("Accepted", Offer(first));
        Assert.Equal("AlreadyKnown", Offer(first));
        Assert.Equal("SequenceTaken", Offer(Pay("alice", 0, amount: 2)));
        Assert.Equal(first.Encode(), _pool.Find(first.Id)!.Value.ToArray());
        Assert.Null(_pool.Find(Pay("alice", 1).Id));
    }

    [Fact]
    public void What_cannot_stand_in_a_block_any_more_gives_its_number_to_another()
    {
        // Two that alice can pay for: the second no more once the ledger has what she gave away elsewhere, under a number of another pool.
        Transaction first = Pay("alice", 0, amount: 900);
        Assert.Equal("Accepted", Offer(first));
        Assert.Equal("Accepted", Offer(Pay("alice", 1, amount: 90)));
        _pool.Committed(_world.Apply(Duration.FromSeconds(1), Pay("alice", 0, amount: 950)));
        Transaction other = Pay("alice", 1, amount: 10);
        Assert.Equal("Accepted", Offer(other));
        Assert.Equal([other.Id], Select().Transactions.Select(static it => it.Id));
        Assert.Equal(1, _pool.Count);
        Assert.Equal("SequenceTaken", Offer(Pay("alice", 1, amount: 11)));
    }

    [Fact]
    public void What_the_ledger_refuses_is_refused_with_its_reason_before_a_signature_is_verified()
    {
        Assert.Equal("Malformed", _pool.Add(new byte[] { 1 }, _world.State.Time).Name);
        Assert.Equal("Expired", Offer(Pay("alice", 0) with { ExpiresAt = Height.Genesis }));
        Assert.Equal("FeeTooLow", Offer(Pay("alice", 0) with { FeeMax = Amount.Zero }));
        Assert.Equal("BalanceTooLow", Offer(Pay("nobody", 0)));
        Assert.Equal(0, _world.Verifier.Calls);
        Assert.Equal("SignatureWrong", Offer(Pay("alice", 0) with { FeeMax = new Amount(7) }));
        Assert.Equal("Accounts.BalanceTooLow", Offer(Pay("alice", 0, amount: 1000)));
        Assert.Equal(0, _pool.Count);
        Assert.Equal(0, _pool.ByteCount);
    }

    [Fact]
    public void Who_waits_must_be_able_to_pay_for_all_that_waits()
    {
        Assert.Equal("Accepted", Offer(Pay("poor", 0)));
        Assert.Equal("Accepted", Offer(Pay("poor", 1)));
        Assert.Equal("Accepted", Offer(Pay("poor", 2)));
        Assert.Equal("BalanceTooLow", Offer(Pay("poor", 3)));
    }

    [Fact]
    public void A_sender_fills_neither_the_pool_nor_its_gaps()
    {
        for (ulong i = 0; i < Limits.MempoolGapsPerSenderMax; i++) Assert.Equal("AcceptedWaiting", Offer(Pay("alice", 100 + i)));
        Assert.Equal("GapsFull", Offer(Pay("alice", 200)));
        for (ulong i = 0; i < Limits.MempoolTransactionsPerSenderMax; i++) Assert.Equal("Accepted", Offer(Pay("bob", i)));
        Assert.Equal("SenderFull", Offer(Pay("bob", Limits.MempoolTransactionsPerSenderMax)));
    }

    [Fact]
    public void A_block_takes_what_it_holds_out_of_the_pool_and_what_it_made_impossible()
    {
        Transaction mine = Pay("alice", 0);
        Offer(mine);
        Offer(Pay("alice", 1));
        Offer(Pay("bob", 0));
        Transaction twin = Pay("alice", 0, amount: 2);
        _pool.Committed(_world.Apply(Duration.FromSeconds(1), twin));
        Assert.False(_pool.Contains(mine.Id));
        Assert.Equal(2, _pool.Count);
        Assert.Equal(2, Select().Transactions.Length);
        Assert.Equal("SequenceTooLow", Offer(mine));
    }

    [Fact]
    public void What_expires_leaves_and_is_reported()
    {
        Transaction brief = TransactionBuilder.Sign(
            LedgerWorld.Signer("alice"), _world.State.Chain, 0, new Amount(1), new Height(2), [PaymentOf(1)]);
        Offer(brief);
        Assert.Empty(_pool.Committed(_world.Apply(Duration.FromSeconds(1))));
        DroppedTransaction dropped = Assert.Single(_pool.Committed(_world.Apply(Duration.FromSeconds(1))));
        Assert.Equal(brief.Id, dropped.Id);
        Assert.Equal(TransactionVerdict.Expired, dropped.Reason.Verdict);
        Assert.Equal(0, _pool.Count);
        Assert.Equal(0, _pool.ByteCount);
    }

    [Fact]
    public void A_selection_applies_whatever_is_in_the_pool()
    {
        Offer(Pay("alice", 0, amount: 600));
        Offer(Pay("alice", 1, amount: 600));
        Offer(Pay("alice", 2, amount: 1));
        Offer(Pay("bob", 0));
        MempoolSelection selection = Select();
        Assert.Equal(2, selection.Transactions.Length);
        Assert.Equal("Accounts.BalanceTooLow", Assert.Single(selection.Dropped).Reason.Name);
        Assert.Equal(3, _pool.Count);
        Assert.Equal(1, _pool.GapCount);
        BlockContext block = BlockContext.After(_world.State, _world.State.Time + Duration.FromSeconds(1));
        Assert.Equal(BlockVerdict.Accepted, BlockApplication.Apply(_world.State, block, selection.Body, _world.Verifier, _pool).Verdict);
    }

    [Fact]
    public void What_a_refused_transaction_did_before_it_was_refused_is_undone_in_a_selection()
    {
        AccountId poor = LedgerWorld.Account("poor");
        Offer(Pay("alice", 0));
        Offer(_world.Make("alice", 1, new Message.Transfer(poor, new Amount(500)), new Message.Transfer(poor, new Amount(5_000))));
        Offer(Pay("poor", 0));
        Offer(Pay("poor", 1, amount: 400));
        MempoolSelection selection = Select();
        Assert.Equal(2, selection.Transactions.Length);
        Assert.Equal([1, 0], selection.Dropped.Select(dropped => dropped.Reason.MessageIndex));
    }

    [Fact]
    public void A_selection_keeps_to_its_bounds_and_takes_the_oldest_first()
    {
        Offer(Pay("bob", 0));
        Offer(Pay("alice", 0));
        Offer(Pay("bob", 1));
        int size = Pay("bob", 0).Encode().Length;
        BlockContext block = BlockContext.After(_world.State, _world.State.Time + Duration.FromSeconds(1));
        MempoolSelection byCount = _pool.Select(_world.State, block, countMax: 2);
        Assert.Equal(["bob", "alice"], byCount.Transactions.Select(NameOf));
        MempoolSelection byBytes = _pool.Select(_world.State, block, bytesMax: (2 * size) + 10);
        Assert.Equal(["bob", "alice"], byBytes.Transactions.Select(NameOf));
    }

    [Fact]
    public void A_selection_on_a_parent_that_is_not_committed_leaves_out_what_the_parent_holds()
    {
        Offer(Pay("alice", 0));
        Offer(Pay("alice", 1));
        LedgerState parent = _world.Apply(Duration.FromSeconds(1), Pay("alice", 0)).State!;
        BlockContext block = BlockContext.After(parent, parent.Time + Duration.FromSeconds(1));
        MempoolSelection selection = _pool.Select(parent, block);
        Assert.Equal(1UL, Assert.Single(selection.Transactions).Transaction.Sequence);
        Assert.Empty(selection.Dropped);
        Assert.Equal(2, _pool.Count);
    }

    [Fact]
    public void Senders_take_turns_in_a_selection()
    {
        for (ulong i = 0; i < 3; i++) Offer(Pay("alice", i));
        Offer(Pay("bob", 0));
        Offer(Pay("bob", 1));
        Assert.Equal(["alice", "bob", "alice", "bob", "alice"], Select().Transactions.Select(NameOf));
    }

    [Fact]
    public void A_selection_leaves_out_what_came_too_late_to_have_spread()
    {
        Instant now = _world.State.Time;
        _pool.Add(Pay("alice", 0).Encode(), now);
        _pool.Add(Pay("bob", 0).Encode(), now + Duration.FromSeconds(1));
        _pool.Add(Pay("alice", 1).Encode(), now + Duration.FromSeconds(1));
        BlockContext block = BlockContext.After(_world.State, now + Duration.FromSeconds(2));
        MempoolSelection selection = _pool.Select(_world.State, block, arrivedBy: now + Duration.FromMilliseconds(999));
        Assert.Equal(["alice"], selection.Transactions.Select(NameOf));
        Assert.Empty(selection.Dropped);
        Assert.Equal(3, _pool.Count);
    }

    [Fact]
    public void What_no_block_had_use_for_leaves_after_so_many_blocks()
    {
        Transaction waits = TransactionBuilder.Sign(
            LedgerWorld.Signer("alice"), _world.State.Chain, 5, new Amount(1), new Height(ulong.MaxValue), [PaymentOf(1)]);
        Assert.Equal("AcceptedWaiting", Offer(waits));
        LedgerState state = _world.State;
        for (int i = 0; i < Limits.MempoolBlocksMax; i++)
        {
            BlockContext block = BlockContext.After(state, state.Time + Duration.FromSeconds(1));
            BlockOutcome outcome = BlockApplication.Apply(state, block, [], _world.Verifier);
            state = outcome.State!;
            System.Collections.Immutable.ImmutableArray<DroppedTransaction> dropped = _pool.Committed(outcome);
            if (i < Limits.MempoolBlocksMax - 1) Assert.Empty(dropped);
            else Assert.Equal(new DroppedTransaction(waits.Id, MempoolVerdict.WaitedTooLong, default), Assert.Single(dropped));
        }

        Assert.Equal(0, _pool.Count);
        Assert.Equal(0, _pool.GapCount);
    }

    [Fact]
    public void A_pool_that_jumps_to_another_state_keeps_what_still_follows()
    {
        Offer(Pay("alice", 0));
        Offer(Pay("alice", 2));
        Offer(Pay("bob", 0));
        _world.Do(Duration.FromSeconds(1), Pay("alice", 0), Pay("alice", 1));
        _pool.Reset(_world.State);
        Assert.Equal(2, _pool.Count);
        Assert.Equal(0, _pool.GapCount);
        Assert.Equal(2, Select().Transactions.Length);
    }

    [Fact]
    public void What_comes_too_late_is_refused_by_the_clock_before_any_block_says_so()
    {
        LedgerWorld world = State.LedgerSnapshotTests.Busy();
        LeaseId lease = StateKeys.LeaseOf(world.OrderPlacedBy("alice", 0), 0);
        OrderId open = world.OrderPlacedBy("alice", 0, 1);
        MempoolMachine pool = new(world.State, world.Verifier, new DigestHashing(new Prng(1)));
        Instant late = world.State.Time + Duration.FromSeconds(28);
        Assert.Equal("Settlement.TooLate", OfferLate("pat", new Message.ReportResult(lease, Hasher.Sha256([1]))));
        Assert.Equal("Settlement.TooLate", OfferLate("alice", new Message.CloseLease(lease)));
        Assert.Equal("Market.AuctionEnded", OfferLate("pat", new Message.PlaceBid(open, new Amount(1))));

        string OfferLate(string name, Message message) => pool.Add(world.Make(name, message).Encode(), late).Name;
    }

    private static string NameOf(VerifiedTransaction transaction) =>
        transaction.Transaction.Sender == LedgerWorld.Account("bob") ? "bob" : "alice";

    private string Offer(Transaction transaction) => _pool.Add(transaction.Encode(), _world.State.Time).Name;

    private MempoolSelection Select()
    {
        LedgerState state = _world.State;
        return _pool.Select(state, BlockContext.After(state, state.Time + Duration.FromSeconds(1)));
    }

    private Transaction Pay(string name, ulong sequence, ulong amount = 1) => _world.Make(name, sequence, PaymentOf(amount));

    private static Message.Transfer PaymentOf(ulong amount) => new(LedgerWorld.Account("pat"), new Amount(amount));
}
