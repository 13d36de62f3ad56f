using System;
using System.Linq;
using NodeRuntime.Capacity;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Mempool;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Tests.Capacity;

/// <summary>
/// A block decides two accusations, and a griefer that fills these places would shield whom it likes for a deposit or two a block. Who is right stakes
/// more, at no cost; who is wrong pays what it stakes.
/// </summary>
public sealed class AccusationStakeTests
{
    private static readonly Duration Moment = Duration.FromMilliseconds(1);

    private readonly CapacityWorld _world = new(strangers: 20);
    private readonly uint _number;

    public AccusationStakeTests()
    {
        _number = _world.Begin();
        _world.Do("sue", _world.Claim(_number, "sue", isForged: true));
        _world.Do("pat", _world.Claim(_number, "pat"));
    }

    [Fact]
    public void An_accusation_that_stakes_more_is_decided_before_those_that_came_first()
    {
        UInt128 rob = _world.Balance("rob"), ana = _world.Balance("ana");
        BlockOutcome outcome = _world.Block(
            Moment, _world.Ledger.Make("rob", [.. Enumerable.Range(0, 4).Select(rank => Accuse("pat", (uint)rank, 60))]), _world.Ledger.Make("ana", Accuse("sue", 0, 61)));

        Assert.Equal(CapacityWorld.Account("sue"), Assert.Single(outcome.Events.OfType<LedgerEvent.CapacityConvicted>()).Provider);
        Assert.Equal(ana - 1 + 10, _world.Balance("ana"));
        // Of the griefer's four one had the place that was left.
        Assert.Equal(rob - 1 - 60, _world.Balance("rob"));
        Assert.Equal(3, outcome.Events.OfType<LedgerEvent.AccusationPassedOver>().Count());
    }

    [Fact]
    public void Of_equal_stakes_those_that_came_first_are_decided()
    {
        BlockOutcome outcome = _world.Block(
            Moment, _world.Ledger.Make("rob", Accuse("pat", 0, 60), Accuse("pat", 1, 60)), _world.Ledger.Make("ana", Accuse("sue", 0, 60)));
        Assert.Empty(outcome.Events.OfType<LedgerEvent.CapacityConvicted>());
        Assert.Equal(CapacityWorld.Account("ana"), Assert.Single(outcome.Events.OfType<LedgerEvent.AccusationPassedOver>()).Accuser);
    }

    [Fact]
    public void A_stake_that_was_spent_in_the_same_block_is_none()
    {
        UInt128 balance = _world.Balance("rob");
        Transaction[] griefers = [_world.Ledger.Make("rob", Accuse("pat", 0, 5_000), new Message.Transfer(CapacityWorld.Account("quin"), new Amount(balance - 2_000)))];
        BlockOutcome outcome = _world.Block(Moment, [.. griefers, _world.Ledger.Make("ana", Accuse("sue", 0, 50))]);
        Assert.Single(outcome.Events.OfType<LedgerEvent.CapacityConvicted>());
        Assert.Equal(CapacityWorld.Account("rob"), Assert.Single(outcome.Events.OfType<LedgerEvent.AccusationPassedOver>()).Accuser);
        Assert.Equal((UInt128)1_999, _world.Balance("rob"));
    }

    [Fact]
    public void Many_accusations_of_one_answer_take_one_place()
    {
        BlockOutcome outcome = _world.Block(
            Moment, _world.Ledger.Make("rob", Accuse("sue", 0, 90), Accuse("sue", 1, 80), Accuse("sue", 2, 70)), _world.Ledger.Make("ana", Accuse("pat", 0, 60)));
        Assert.Single(outcome.Events.OfType<LedgerEvent.CapacityConvicted>());
        Assert.Equal(CapacityWorld.Account("ana"), Assert.Single(outcome.Events.OfType<LedgerEvent.AccusationUnfounded>()).Accuser);
    }

    [Fact]
    public void The_pool_puts_the_boldest_first_and_a_full_lane_lets_it_in()
    {
        MempoolMachine pool = new(_world.State, _world.Ledger.Verifier, new DigestHashing(new Prng(1)));
        int full = MempoolLanes.CountMax(MempoolLane.Accusations);
        for (int i = 0; i < full; i++)
        {
            // What stands behind another of its sender is not tried, and stakes nothing as long.
            (string sender, ulong place) = ($"x{i / Limits.MempoolTransactionsPerSenderMax}", (ulong)(i % Limits.MempoolTransactionsPerSenderMax));
            Assert.Equal("Accepted", Offer(sender, place, place == 0 ? 60u : 400u).Name);
        }

        Assert.Equal("LaneFull", Offer("ana", _world.Ledger.Sequence("ana") + 1, 4_000).Name);
        MempoolOutcome bold = Offer("ana", _world.Ledger.Sequence("ana"), 61);
        Assert.Equal(("Accepted", MempoolVerdict.GaveWay), (bold.Name, bold.Displaced!.Value.Why));
        Assert.Equal(full, pool.CountIn(MempoolLane.Accusations));
        BlockContext block = BlockContext.After(_world.State, _world.State.Time + Moment);
        Assert.Equal(bold.Id, pool.Select(_world.State, block, countMax: 3).Transactions[0].Id);

        MempoolOutcome Offer(string name, ulong sequence, uint stake) => pool.Add(_world.Ledger.Make(name, sequence, Accuse("pat", 0, stake)).Encode(), _world.State.Time);
    }

    private Message.AccuseCapacity Accuse(string whom, uint rank, UInt128 stake) => new(
        CapacityKind.Cpu, _number, CapacityWorld.Account(whom), [.. new ShareFault(_world.Commitment(_number, whom), _world.ShareAt(whom, rank)).Encode()], new Amount(stake));
}
