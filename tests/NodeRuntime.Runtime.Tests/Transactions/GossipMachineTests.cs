using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Mempool;
using NodeRuntime.Membership;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Runtime.Transactions;
using NodeRuntime.Simulation;
using Xunit;

namespace NodeRuntime.Runtime.Tests.Transactions;

public sealed class GossipMachineTests
{
    private static readonly Duration Delay = Duration.FromMilliseconds(400);

    private readonly TestLedger _ledger = new(200);
    private readonly MempoolMachine _pool;
    private readonly GossipMachine _gossip;
    private Instant _now = World.Start;

    public GossipMachineTests()
    {
        _pool = _ledger.CreatePool();
        _gossip = new GossipMachine(_pool, Delay, new Prng(1), new DigestHashing(new Prng(2)));
    }

    [Fact]
    public void New_ids_travel_together_to_a_dozen_peers_but_to_none_that_has_them()
    {
        Connect(20);
        Assert.Empty(Sends(Step(Submit(0))));
        Assert.Empty(Sends(Step(Submit(1))));
        List<GossipEffect.Send> announced = Sends(Step(new GossipInput.TimerFired(GossipTimer.Announce)));
        Assert.Equal(GossipMachine.FanOut, announced.Select(static send => send.Peer).Distinct().Count());
        Assert.All(announced, static send => Assert.Equal(2, Assert.IsType<TransactionMessage.Announce>(send.Message).Ids.Length));
        Assert.Empty(Step(new GossipInput.TimerFired(GossipTimer.Announce)));
    }

    [Fact]
    public void Who_announced_or_sent_it_is_not_told_of_it()
    {
        Connect(3);
        Transaction transaction = _ledger.Make(0);
        Assert.Equal([Peer(1)], Wanted(Step(Announce(1, transaction))));
        Assert.Empty(Wanted(Step(Announce(2, transaction))));
        Step(Bodies(1, transaction.Encode()));
        List<GossipEffect.Send> announced = Sends(Step(new GossipInput.TimerFired(GossipTimer.Announce)));
        Assert.Equal([Peer(0)], announced.Select(static send => send.Peer));
        Assert.Equal(0, _gossip.WantCount);
    }

    [Fact]
    public void A_full_batch_does_not_wait_for_its_timer()
    {
        Connect(1);
        for (int i = 0; i < GossipMachine.AnnounceIdsMin - 1; i++) Assert.Empty(Sends(Step(Submit(i))));
        GossipEffect.Send announced = Assert.Single(Sends(Step(Submit(GossipMachine.AnnounceIdsMin - 1))));
        Assert.Equal(GossipMachine.AnnounceIdsMin, Assert.IsType<TransactionMessage.Announce>(announced.Message).Ids.Length);
    }

    [Fact]
    public void A_body_that_does_not_come_is_asked_of_another_and_whoever_was_silent_is_blamed_lightly_and_once()
    {
        Connect(2);
        Transaction[] transactions = [_ledger.Make(0), _ledger.Make(1)];
        ImmutableArray<GossipEffect> asked = Step(Announce(0, transactions));
        Assert.Equal(_gossip.Patience, Assert.Single(asked.OfType<GossipEffect.SetTimer>()).Delay);
        Step(Announce(1, transactions));
        _now += _gossip.Patience;
        ImmutableArray<GossipEffect> later = Step(new GossipInput.TimerFired(GossipTimer.Patience));
        Assert.Equal([Peer(1)], Wanted(later));
        Assert.Equal(new GossipEffect.Blame(Peer(0), Misdeed.Unanswered), Assert.Single(later.OfType<GossipEffect.Blame>()));
        _now += _gossip.Patience;
        Step(new GossipInput.TimerFired(GossipTimer.Patience));
        // Nobody is left: it is forgotten until somebody speaks of it again.
        Assert.Equal(0, _gossip.WantCount);
        Assert.Equal(4, _gossip.Counters.WantsOverdue);
        Assert.Equal([Peer(0)], Wanted(Step(Announce(0, transactions))));
    }

    [Fact]
    public void Who_does_not_hold_it_any_more_says_so_and_is_not_blamed()
    {
        Connect(2);
        Transaction transaction = _ledger.Make(0);
        Step(Announce(0, transaction));
        Step(Announce(1, transaction));
        Assert.Empty(Step(new GossipInput.Received(Peer(1), new TransactionMessage.Missing([transaction.Id]))));
        ImmutableArray<GossipEffect> next = Step(new GossipInput.Received(Peer(0), new TransactionMessage.Missing([transaction.Id])));
        Assert.Equal([Peer(1)], Wanted(next));
        Assert.Empty(next.OfType<GossipEffect.Blame>());
    }

    [Fact]
    public void What_was_asked_of_a_peer_that_left_is_asked_of_another()
    {
        Connect(2);
        Transaction transaction = _ledger.Make(0);
        Step(Announce(0, transaction));
        Step(Announce(1, transaction));
        Assert.Equal([Peer(1)], Wanted(Step(new GossipInput.PeerLeft(Peer(0)))));
        Step(new GossipInput.PeerLeft(Peer(1)));
        Assert.Equal(0, _gossip.WantCount);
    }

    [Fact]
    public void What_is_submitted_goes_to_the_next_leaders_at_once_and_they_are_not_told_of_it()
    {
        Connect(4);
        ImmutableArray<GossipEffect> effects = Step(new GossipInput.Submitted(_ledger.Transfer(0), [Peer(1), Peer(2), Peer(9)]));
        Assert.Equal([Peer(1), Peer(2)], Sends(effects).Where(static send => send.Message is TransactionMessage.Bodies).Select(static send => send.Peer));
        Assert.Equal(MempoolVerdict.Accepted, Assert.Single(effects.OfType<GossipEffect.Answer>()).Outcome.Verdict);
        List<GossipEffect.Send> announced = Sends(Step(new GossipInput.TimerFired(GossipTimer.Announce)));
        Assert.Equal([Peer(0), Peer(3)], announced.Select(static send => send.Peer).Order());
    }

    [Fact]
    public void What_was_submitted_here_is_announced_again_while_it_waits()
    {
        Connect(1);
        Transaction transaction = _ledger.Make(0);
        ImmutableArray<GossipEffect> effects = Step(new GossipInput.Submitted(transaction.Encode(), []));
        Assert.Contains(new GossipEffect.SetTimer(GossipTimer.Remind, GossipMachine.RemindInterval), effects);
        Step(new GossipInput.TimerFired(GossipTimer.Announce));
        ImmutableArray<GossipEffect> reminded = Step(new GossipInput.TimerFired(GossipTimer.Remind));
        Assert.Equal([transaction.Id], Assert.IsType<TransactionMessage.Announce>(Assert.Single(Sends(reminded)).Message).Ids.ToArray());
        Assert.Contains(reminded, static effect => effect is GossipEffect.SetTimer { Timer: GossipTimer.Remind });
    }

    [Fact]
    public void A_newcomer_is_told_what_waits()
    {
        Step(Submit(0));
        ImmutableArray<GossipEffect> effects = Step(new GossipInput.PeerConnected(Peer(0)));
        Assert.Equal([_ledger.Make(0).Id], Assert.IsType<TransactionMessage.Announce>(Assert.Single(Sends(effects)).Message).Ids.ToArray());
    }

    [Fact]
    public void Who_announces_what_it_does_not_have_fills_only_its_own_part_of_the_list()
    {
        Connect(2);
        for (int i = 0; i < 10; i++)
        {
            ImmutableArray<TransactionId> invented =
                [.. Enumerable.Range(0, Limits.TransactionIdsPerMessageMax).Select(k => new TransactionId(Hasher.Sha256([(byte)i, (byte)k])))];
            Step(new GossipInput.Received(Peer(0), new TransactionMessage.Announce(invented)));
        }

        Assert.Equal(Limits.TransactionsAskedPerPeerMax, _gossip.WantCount);
        Assert.Equal((10 * Limits.TransactionIdsPerMessageMax) - Limits.TransactionsAskedPerPeerMax, _gossip.Counters.WantsRefused);
        Assert.Equal([Peer(1)], Wanted(Step(Announce(1, _ledger.Make(0)))));
    }

    [Fact]
    public void A_forged_signature_is_blamed_and_the_true_body_still_asked_for()
    {
        Connect(2);
        Transaction transaction = _ledger.Make(0);
        Step(Announce(0, transaction));
        Step(Announce(1, transaction));
        ImmutableArray<GossipEffect> effects = Step(Bodies(0, _ledger.Forged(0)));
        Assert.Equal(new GossipEffect.Blame(Peer(0), Misdeed.BadSignature), Assert.Single(effects.OfType<GossipEffect.Blame>()));
        Assert.Equal([Peer(1)], Wanted(effects));
        Assert.Single(Step(Bodies(1, transaction.Encode())).OfType<GossipEffect.Accepted>());
    }

    [Fact]
    public void Bytes_that_are_no_transaction_are_blamed_and_what_only_the_state_refuses_is_not()
    {
        Connect(1);
        Assert.Equal(Misdeed.Malformed, Assert.Single(Step(Bodies(0, [1, 2, 3])).OfType<GossipEffect.Blame>()).Misdeed);
        byte[] poor = _ledger.Transfer(0, 0, ulong.MaxValue);
        Assert.Empty(Step(Bodies(0, poor)).OfType<GossipEffect.Blame>());
        Assert.Empty(Step(Bodies(0, _ledger.Transfer(0), _ledger.Transfer(0))).OfType<GossipEffect.Blame>());
        Assert.Equal(1, _gossip.Counters.BodiesDuplicate);
    }

    [Fact]
    public void A_flooder_is_not_looked_at_beyond_its_budget_and_others_are()
    {
        Connect(2);
        byte[] known = _ledger.Transfer(0);
        TransactionMessage.Bodies flood = new([.. Enumerable.Repeat((ReadOnlyMemory<byte>)known, 200)]);
        for (int i = 0; i < 100; i++) Step(new GossipInput.Received(Peer(0), flood));
        Assert.Equal(20_000 - 8192, _gossip.Counters.BodiesOverBudget);
        Assert.Single(Step(Bodies(1, _ledger.Transfer(1))).OfType<GossipEffect.Accepted>());
        // A second later it may speak again.
        _now += Duration.FromSeconds(1);
        Assert.Single(Step(Bodies(0, _ledger.Transfer(2))).OfType<GossipEffect.Accepted>());
    }

    [Fact]
    public void What_is_being_verified_is_asked_of_nobody_and_nobody_is_blamed_for_the_time_it_takes()
    {
        Connect(3);
        Transaction transaction = _ledger.Make(0);
        Step(Announce(0, transaction));
        GossipEffect.Verify verify = Begin(Bodies(0, transaction.Encode()));
        Assert.Equal(Peer(0), verify.From);
        _now += _gossip.Patience;
        Assert.Empty(Step(new GossipInput.TimerFired(GossipTimer.Patience)));
        Assert.Empty(Step(Announce(1, transaction)));
        Assert.Empty(Step(Bodies(1, transaction.Encode())));
        Assert.Equal(1, _gossip.Counters.BodiesDuplicate);
        Assert.Single(Step(Verified(verify)).OfType<GossipEffect.Accepted>());
        // Who announced it meanwhile is not told of it.
        Assert.Equal([Peer(2)], Sends(Step(new GossipInput.TimerFired(GossipTimer.Announce))).Select(static send => send.Peer));
    }

    [Fact]
    public void A_forged_body_does_not_stand_in_the_way_of_the_true_one_behind_it()
    {
        Connect(2);
        GossipEffect.Verify forged = Begin(Bodies(0, _ledger.Forged(0)));
        GossipEffect.Verify good = Begin(Bodies(1, _ledger.Transfer(0)));
        ImmutableArray<GossipEffect> refused = Step(Verified(forged));
        Assert.Equal(Peer(0), Assert.Single(refused.OfType<GossipEffect.Blame>()).Peer);
        Assert.Empty(Wanted(refused));
        Assert.Single(Step(Verified(good)).OfType<GossipEffect.Accepted>());
        // Told again, an answer changes nothing.
        Assert.Empty(Step(Verified(good)));
    }

    [Fact]
    public void What_a_block_held_while_it_was_verified_is_refused_without_blame()
    {
        Connect(1);
        GossipEffect.Verify verify = Begin(Bodies(0, _ledger.Transfer(0)));
        _ledger.Commit(_pool, _ledger.Transfer(0));
        Assert.Empty(Step(Verified(verify)));
        Assert.Equal(0, _pool.Count);
    }

    [Fact]
    public void A_verification_that_nobody_answers_is_forgotten_and_asked_for_again()
    {
        Connect(1);
        Transaction transaction = _ledger.Make(0);
        Begin(Bodies(0, transaction.Encode()));
        Assert.Empty(Step(Announce(0, transaction)));
        _now += CheckList.Patience;
        Assert.Equal([Peer(0)], Wanted(Step(Announce(0, transaction))));
    }

    [Fact]
    public void No_more_is_verified_at_once_than_its_bound()
    {
        Connect(8);
        int begun = 0;
        for (int i = 0; begun < Limits.TransactionsVerifyingMax; i++) begun += Begin(Bodies(i % 8, [.. Different(i)])).Bodies.Length;
        Assert.Equal(Limits.TransactionsVerifyingMax, begun);
        Assert.Empty(Step(Bodies(0, _ledger.Transfer(199))));
        Assert.Equal(1, _gossip.Counters.BodiesOverBudget);
        _now += CheckList.Patience;
        Assert.Single(Step(Bodies(0, _ledger.Transfer(199))).OfType<GossipEffect.Accepted>());
    }

    // A hundred and twenty-eight that could stand in the next block, but for their signatures.
    private IEnumerable<byte[]> Different(int round)
    {
        for (int i = 0; i < 128; i++) yield return _ledger.Transfer(i, 0, (ulong)round + 1);
    }

    [Fact]
    public void What_stands_in_a_block_is_not_asked_for_until_it_is_forgotten()
    {
        Connect(1);
        Transaction transaction = _ledger.Make(0);
        Step(Announce(0, transaction));
        Step(new GossipInput.Settled([transaction.Id]));
        Assert.Equal(0, _gossip.WantCount);
        Assert.Empty(Step(Announce(0, transaction)));
        _now += Duration.FromSeconds(16);
        Step(new GossipInput.Settled([_ledger.Make(1).Id]));
        Assert.Empty(Step(Announce(0, transaction)));
        _now += Duration.FromSeconds(16);
        Step(new GossipInput.Settled([_ledger.Make(2).Id]));
        Assert.Equal([Peer(0)], Wanted(Step(Announce(0, transaction))));
    }

    [Fact]
    public void Answers_come_in_batches_and_name_what_is_missing()
    {
        Connect(1);
        List<TransactionId> ids = [];
        for (int i = 0; i < 200; i++)
        {
            Step(Submit(i));
            ids.Add(_ledger.Make(i).Id);
        }

        TransactionId unknown = new(Hasher.Sha256([9]));
        List<GossipEffect.Send> sends = Sends(Step(new GossipInput.Received(Peer(0), new TransactionMessage.Want([.. ids, unknown]))));
        Assert.Equal([unknown], sends.Select(static send => send.Message).OfType<TransactionMessage.Missing>().Single().Ids.ToArray());
        Assert.Equal(200, sends.Select(static send => send.Message).OfType<TransactionMessage.Bodies>().Sum(static m => m.Transactions.Length));
        Assert.All(sends, static send => Assert.NotNull(TransactionMessage.Decode(send.Message.Encode())));
    }

    [Fact]
    public void A_part_of_a_proposal_comes_into_the_pool_and_nobody_is_blamed_for_it()
    {
        Connect(1);
        Transaction transaction = _ledger.Make(0);
        Step(Announce(0, transaction));
        ImmutableArray<GossipEffect> effects = Step(new GossipInput.Fetched([transaction.Encode(), _ledger.Forged(1)]));
        Assert.Single(effects.OfType<GossipEffect.Accepted>());
        Assert.Empty(effects.OfType<GossipEffect.Blame>());
        Assert.Equal(0, _gossip.WantCount);
    }

    [Fact]
    public void Whatever_two_peers_say_nothing_throws_and_every_bound_holds()
    {
        Prng prng = new(7);
        Connect(2);
        for (int i = 0; i < 3000; i++)
        {
            Transaction transaction = _ledger.Make(prng.NextBelow(50), (ulong)prng.NextBelow(3), (ulong)prng.NextBelow(3));
            TransactionMessage message = prng.NextBelow(4) switch
            {
                0 => new TransactionMessage.Announce([transaction.Id]),
                1 => new TransactionMessage.Want([transaction.Id, transaction.Id]),
                2 => new TransactionMessage.Missing([transaction.Id]),
                _ => new TransactionMessage.Bodies([Damaged(transaction.Encode(), prng)]),
            };
            _now += Duration.FromMilliseconds(prng.NextBelow(50));
            Step(new GossipInput.Received(Peer(prng.NextBelow(3)), message));
            if (prng.NextBelow(10) == 0) Step(new GossipInput.TimerFired((GossipTimer)prng.NextBelow(3)));
            if (prng.NextBelow(50) == 0) Step(prng.NextBelow(2) == 0 ? new GossipInput.PeerLeft(Peer(1)) : new GossipInput.PeerConnected(Peer(1)));
        }

        Assert.True(_pool.Count > 0);
        Assert.True(_gossip.WantCount <= 150);
        Assert.True(_gossip.Counters.BodiesReceived > 0);
    }

    private static byte[] Damaged(byte[] bytes, Prng prng)
    {
        if (prng.NextBelow(2) == 0) bytes[prng.NextBelow(bytes.Length)] ^= (byte)(1 << prng.NextBelow(8));
        return bytes;
    }

    private static PeerId Peer(int i) => new(new Hash256([(byte)i, .. new byte[31]]));

    private void Connect(int count)
    {
        for (int i = 0; i < count; i++) Step(new GossipInput.PeerConnected(Peer(i)));
    }

    private GossipInput.Submitted Submit(int person) => new(_ledger.Transfer(person), []);

    private static GossipInput.Received Announce(int peer, params Transaction[] transactions) =>
        new(Peer(peer), new TransactionMessage.Announce([.. transactions.Select(static transaction => transaction.Id)]));

    private static GossipInput.Received Bodies(int peer, params byte[][] transactions) =>
        new(Peer(peer), new TransactionMessage.Bodies([.. transactions.Select(static bytes => (ReadOnlyMemory<byte>)bytes)]));

    // A step, and what follows where verifiers answer at once.
    private ImmutableArray<GossipEffect> Step(GossipInput input)
    {
        ImmutableArray<GossipEffect> effects = _gossip.Step(_now, input);
        foreach (GossipEffect.Verify verify in effects.OfType<GossipEffect.Verify>()) effects = effects.AddRange(Step(Verified(verify)));
        return effects;
    }

    // A step whose verifiers take their time.
    private GossipEffect.Verify Begin(GossipInput input) => Assert.Single(_gossip.Step(_now, input).OfType<GossipEffect.Verify>());

    private GossipInput.Verified Verified(GossipEffect.Verify verify) =>
        new(verify.From, [.. verify.Bodies.Select(body => body.Verify(_ledger.Signatures))]);

    private static List<GossipEffect.Send> Sends(ImmutableArray<GossipEffect> effects) => [.. effects.OfType<GossipEffect.Send>()];

    private static List<PeerId> Wanted(ImmutableArray<GossipEffect> effects) =>
        [.. Sends(effects).Where(static send => send.Message is TransactionMessage.Want).Select(static send => send.Peer)];
}
