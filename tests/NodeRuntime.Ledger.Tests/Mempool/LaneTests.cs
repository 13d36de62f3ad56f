using System;
using System.Collections.Generic;
using System.Linq;
using NodeRuntime.Capacity;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Mempool;
using NodeRuntime.Ledger.Tests.Support;
using NodeRuntime.Ledger.Transactions;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Tests.Mempool;

/// <summary>A flood of one family, or of one sender, leaves room to the others: in the pool and in every block.</summary>
public sealed class LaneTests
{
    private static readonly LeaseId SomeLease = new(Hash256.Zero);

    private static readonly int Senders = (MempoolLanes.CountMax(MempoolLane.Transfers) / Limits.MempoolTransactionsPerSenderMax) + 1;

    private readonly LedgerWorld _world = new(
        LedgerWorld.Parameters,
        Enumerable.Range(0, Senders).Select(static i => ($"s{i}", (UInt128)1000, (UInt128)0))
            .Append(("alice", (UInt128)1000, (UInt128)0)).Append(("bob", (UInt128)1000, (UInt128)0)));

    private readonly MempoolMachine _pool;

    public LaneTests() => _pool = new MempoolMachine(_world.State, _world.Verifier, new DigestHashing(new Prng(1)));

    [Fact]
    public void The_humblest_message_names_the_lane()
    {
        Message transfer = Payment;
        Message order = new Message.PlaceOrder(LedgerWorld.Terms);
        Message close = new Message.CloseLease(SomeLease);
        Message bond = new Message.Bond(new Amount(1));
        Assert.Equal(MempoolLane.Settlement, LaneOf(close));
        Assert.Equal(MempoolLane.Settlement, LaneOf(close, new Message.AcknowledgeResult(SomeLease)));
        Message accuse = new Message.AccuseCapacity(CapacityKind.Cpu, 1, LedgerWorld.Account("bob"), [], new Amount(5));
        Assert.Equal(MempoolLane.Accusations, LaneOf(close, accuse));
        Assert.Equal(MempoolLane.Market, LaneOf(accuse, bond));
        Assert.Equal(MempoolLane.Market, LaneOf(order));
        Assert.Equal(MempoolLane.Market, LaneOf(close, bond));
        Assert.Equal(MempoolLane.Transfers, LaneOf(transfer));
        Assert.Equal(MempoolLane.Transfers, LaneOf(close, order, transfer));

        MempoolLane LaneOf(params Message[] messages) => MempoolLanes.Of(_world.Make("alice", messages));
    }

    [Fact]
    public void Quotas_add_up_to_the_pool()
    {
        MempoolLane[] lanes = Enum.GetValues<MempoolLane>();
        Assert.Equal(MempoolLanes.Count, lanes.Length);
        Assert.Equal(Limits.MempoolTransactionsMax, lanes.Sum(MempoolLanes.CountMax));
        Assert.Equal(Limits.MempoolBytesMax, lanes.Sum(MempoolLanes.BytesMax));
    }

    [Fact]
    public void A_full_lane_leaves_room_in_the_others_and_gives_a_newcomer_the_place_of_whoever_has_the_most()
    {
        List<TransactionId> flood = Flood();
        Assert.Equal(MempoolLanes.CountMax(MempoolLane.Transfers), _pool.CountIn(MempoolLane.Transfers));
        Assert.Equal("Accepted", Offer(_world.Make("alice", 0, new Message.PlaceOrder(LedgerWorld.Terms))).Name);
        Assert.Equal(1, _pool.CountIn(MempoolLane.Market));

        // One of a flooder's makes room, its last; and only where it applies.
        Transaction newcomer = _world.Make("bob", 0, Payment);
        Assert.Equal("Accounts.BalanceTooLow", Offer(_world.Make("bob", 0, new Message.Transfer(LedgerWorld.Account("s0"), new Amount(5000)))).Name);
        MempoolOutcome outcome = Offer(newcomer);
        Assert.Equal("Accepted", outcome.Name);
        Assert.Equal(MempoolVerdict.GaveWay, outcome.Displaced!.Value.Why);
        Assert.Contains(outcome.Displaced.Value.Id, flood);
        Assert.False(_pool.Contains(outcome.Displaced.Value.Id));
        Assert.True(_pool.Contains(newcomer.Id));
        Assert.Equal(MempoolLanes.CountMax(MempoolLane.Transfers), _pool.CountIn(MempoolLane.Transfers));
        Assert.Equal(0, _pool.GapCount);

        // A flooder gets no place of another's: all flooders have about the same.
        string last = $"s{Senders - 1}";
        ulong next = _pool.NextSequence(LedgerWorld.Account(last));
        string[] verdicts = [.. Enumerable.Range(0, Limits.MempoolTransactionsPerSenderMax).Select(i => Offer(_world.Make(last, next + (ulong)i, Payment)).Name)];
        Assert.Contains("LaneFull", verdicts);
    }

    [Fact]
    public void A_block_gives_each_lane_its_share_and_the_first_lane_what_is_left()
    {
        Flood(senders: 4);
        for (ulong i = 0; i < 8; i++) Assert.Equal("Accepted", Offer(_world.Make("alice", i, new Message.Bond(new Amount(1)))).Name);
        BlockContext block = BlockContext.After(_world.State, _world.State.Time + Duration.FromSeconds(1));
        MempoolSelection selection = _pool.Select(_world.State, block, countMax: 16);
        // Sixteenths: four for the market, nine for transfers, and the three of settlements and accusations, which there are none of, for the market.
        Assert.Equal(7, selection.Transactions.Count(static transaction => MempoolLanes.Of(transaction.Transaction) == MempoolLane.Market));
        Assert.Equal(9, selection.Transactions.Count(static transaction => MempoolLanes.Of(transaction.Transaction) == MempoolLane.Transfers));
        MempoolSelection whole = _pool.Select(_world.State, block);
        Assert.Equal(_pool.Count, whole.Transactions.Length);
    }

    private static Message.Transfer Payment => new(LedgerWorld.Account("s0"), new Amount(1));

    private List<TransactionId> Flood(int senders = int.MaxValue)
    {
        List<TransactionId> ids = [];
        for (int i = 0; i < int.Min(senders, Senders); i++)
        {
            for (ulong sequence = 0; sequence < Limits.MempoolTransactionsPerSenderMax; sequence++)
            {
                if (_pool.CountIn(MempoolLane.Transfers) == MempoolLanes.CountMax(MempoolLane.Transfers)) return ids;
                MempoolOutcome outcome = Offer(_world.Make($"s{i}", sequence, Payment));
                Assert.Equal("Accepted", outcome.Name);
                ids.Add(outcome.Id);
            }
        }

        return ids;
    }

    private MempoolOutcome Offer(Transaction transaction) => _pool.Add(transaction.Encode(), _world.State.Time);
}
