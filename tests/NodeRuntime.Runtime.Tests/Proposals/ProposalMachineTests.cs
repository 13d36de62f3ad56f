using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Consensus;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Mempool;
using NodeRuntime.Membership;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Runtime.Proposals;
using NodeRuntime.Runtime.Tests.Consensus;
using NodeRuntime.Runtime.Tests.Transactions;
using NodeRuntime.Simulation;
using Xunit;

namespace NodeRuntime.Runtime.Tests.Proposals;

public sealed class ProposalMachineTests
{
    private const int Count = 30;

    private static readonly Duration Delay = Duration.FromMilliseconds(400);
    private static readonly ImmutableArray<PeerId> Validators = [Peer(0), Peer(1), Peer(2), Peer(3)];

    private readonly TestLedger _ledger = new();
    private readonly MempoolMachine _pool;
    private readonly ProposalMachine _machine;
    private readonly ProposalMachine _leader;
    private Instant _now = World.Start;

    public ProposalMachineTests()
    {
        _pool = _ledger.CreatePool();
        _machine = Create(_pool);
        _leader = Create(_ledger.CreatePool());
    }

    [Fact]
    public void What_the_pool_holds_is_put_together_at_once()
    {
        Fill(0, Count);
        ConsensusMessage.Propose whole = Propose(Block(1));
        CompactMessage.Proposal compact = Shorten(whole);
        Assert.True(compact.Encode().Length * 5 < whole.Encode().Length);
        ProposalEffect.Complete complete = Assert.IsType<ProposalEffect.Complete>(Assert.Single(Hear(0, compact)));
        Assert.Equal(whole.Encode(), complete.Proposal.Encode());
        Assert.Empty(complete.Fetched);
        Assert.Equal(0, _machine.PendingCount);
        Assert.Equal(Count, _machine.Counters.ProposalTransactionsHeld);

        // Said again it is heard again, and asks nobody.
        Assert.Equal(whole.Encode(), Assert.IsType<ProposalEffect.Complete>(Assert.Single(Hear(0, compact))).Proposal.Encode());
    }

    [Fact]
    public void What_is_missing_is_asked_of_the_leader_by_its_places()
    {
        Fill(0, Count - 3);
        ConsensusMessage.Propose whole = Propose(Block(1));
        ImmutableArray<ProposalEffect> effects = Hear(0, Shorten(whole));
        ProposalEffect.Send asked = Assert.Single(effects.OfType<ProposalEffect.Send>());
        Assert.Equal(Peer(0), asked.Peer);
        CompactMessage.Want want = Assert.IsType<CompactMessage.Want>(asked.Message);
        Assert.Equal([(ushort)(Count - 3), (ushort)(Count - 2), (ushort)(Count - 1)], want.Places.ToArray());

        CompactMessage.Bodies bodies = Assert.IsType<CompactMessage.Bodies>(Assert.Single(Sends(Step(_leader, Received(3, want)))).Message);
        ProposalEffect.Complete complete = Assert.Single(Hear(0, bodies).OfType<ProposalEffect.Complete>());
        Assert.Equal(whole.Encode(), complete.Proposal.Encode());
        Assert.Equal(3, complete.Fetched.Length);
    }

    [Fact]
    public void What_arrives_by_gossip_meanwhile_completes_it_and_a_late_answer_is_counted()
    {
        Fill(0, Count - 1);
        CompactMessage.Proposal compact = Shorten(Propose(Block(1)));
        CompactMessage.Want want = Assert.IsType<CompactMessage.Want>(Assert.Single(Sends(Hear(0, compact))).Message);
        MempoolOutcome outcome = _pool.Add(_ledger.Transfer(Count - 1), _now);
        Assert.IsType<ProposalEffect.Complete>(Assert.Single(Step(_machine, new ProposalInput.Arrived(_pool.FindById(outcome.Id)!))));
        Assert.Empty(Hear(0, Assert.Single(Sends(Step(_leader, Received(3, want)))).Message));
        Assert.Equal(1, _machine.Counters.ProposalTransactionsLate);
    }

    [Fact]
    public void A_silent_leader_is_followed_by_others_and_at_last_by_nobody()
    {
        CompactMessage.Proposal compact = Shorten(Propose(Block(1)));
        Assert.Equal(Delay, Assert.Single(Hear(0, compact).OfType<ProposalEffect.SetTimer>()).Delay);
        SortedSet<PeerId> asked = [];
        int questions = 0;
        for (int i = 0; i < 20; i++)
        {
            _now += Delay;
            ImmutableArray<ProposalEffect> effects = Step(_machine, new ProposalInput.TimerFired());
            foreach (ProposalEffect.Send send in Sends(effects))
            {
                asked.Add(send.Peer);
                questions++;
            }

            Assert.All(effects.OfType<ProposalEffect.Blame>(), static blame => Assert.Equal(Misdeed.Unanswered, blame.Misdeed));
        }

        Assert.Equal(5, questions);
        Assert.True(asked.Count >= 2);
        // The leader says it again: then it is asked again.
        Assert.Equal(Peer(0), Assert.Single(Sends(Hear(0, compact))).Peer);
    }

    [Fact]
    public void Another_validator_that_holds_it_can_complete_it()
    {
        ConsensusMessage.Propose whole = Propose(Block(1));
        CompactMessage.Proposal compact = Shorten(whole);
        CompactMessage.Want want = Assert.IsType<CompactMessage.Want>(Assert.Single(Sends(Hear(0, compact))).Message);
        MempoolMachine full = _ledger.CreatePool();
        for (int i = 0; i < Count; i++) full.Add(_ledger.Transfer(i), _now);
        ProposalMachine other = Create(full);
        Assert.Single(Step(other, Received(0, compact)).OfType<ProposalEffect.Complete>());
        CompactMessage bodies = Assert.Single(Sends(Step(other, Received(3, want)))).Message;
        Assert.Equal(whole.Encode(), Assert.Single(Hear(1, bodies).OfType<ProposalEffect.Complete>()).Proposal.Encode());
    }

    [Fact]
    public void A_body_that_fits_no_id_is_blamed_on_whoever_sent_it()
    {
        CompactMessage.Proposal compact = Shorten(Propose(Block(1)));
        Hear(0, compact);
        Hash256 digest = compact.Skeleton.Header.Digest;
        Assert.Equal(
            [new ProposalEffect.Blame(Peer(2), Misdeed.RuleBroken)],
            Hear(2, new CompactMessage.Bodies(digest, [new PlacedBody(0, new byte[] { 1 })])).ToArray());
        Assert.Equal(
            [new ProposalEffect.Blame(Peer(2), Misdeed.RuleBroken)],
            Hear(2, new CompactMessage.Bodies(digest, [new PlacedBody(Count, _ledger.Transfer(0))])).ToArray());
        Assert.Empty(Hear(2, new CompactMessage.Bodies(Hash256.Zero, [new PlacedBody(0, new byte[] { 1 })])));
    }

    [Fact]
    public void A_leader_whose_body_is_not_what_it_signed_is_asked_for_all_of_it_once_and_then_blamed()
    {
        Fill(0, Count);
        Block honest = Block(1);
        Block lie = honest with { Header = honest.Header with { BodyRoot = Hash256.Zero } };
        CompactMessage.Proposal compact = Shorten(Propose(lie));
        CompactMessage.Want want = Assert.IsType<CompactMessage.Want>(Assert.Single(Sends(Hear(0, compact))).Message);
        Assert.Equal(Count, want.Places.Length);
        Assert.Equal(1, _machine.Counters.ProposalsRefetched);
        CompactMessage bodies = Assert.Single(Sends(Step(_leader, Received(3, want)))).Message;
        // Another's word counts for nothing now.
        Assert.Empty(Hear(1, bodies));
        Assert.Equal([new ProposalEffect.Blame(Peer(0), Misdeed.RuleBroken)], Hear(0, bodies).ToArray());
        Assert.Empty(Hear(0, compact));
        Assert.Empty(Hear(0, bodies));
        Step(_machine, new ProposalInput.Entered(new View(1), new View(2)));
        Assert.Equal(0, _machine.PendingCount);
    }

    [Fact]
    public void Only_its_own_leader_is_believed_about_a_proposal_and_only_near_our_view()
    {
        Fill(0, Count);
        Assert.Empty(Hear(1, Shorten(Propose(Block(1)))));
        Assert.Empty(Step(_machine, Received(9, Shorten(Propose(Block(1))))));
        Assert.Empty(Hear(0, Shorten(Propose(Block(1 + Limits.ViewsAheadMax + 1)))));
        Step(_machine, new ProposalInput.Entered(new View(5), new View(6)));
        Assert.Empty(Hear(0, Shorten(Propose(Block(5)))));
        Assert.Single(Hear(0, Shorten(Propose(Block(6)))));
        Assert.Equal(0, _machine.PendingCount);
    }

    [Theory]
    [InlineData("vote", true)]
    [InlineData("body", true)]
    [InlineData("none", true)]
    [InlineData("twice", true)]
    [InlineData("proposer", false)]
    public void A_proposal_that_no_honest_leader_sends_is_refused(string what, bool isBlamed)
    {
        CompactMessage.Proposal good = Shorten(Propose(Block(1)));
        CompactMessage.Proposal bad = what switch
        {
            "vote" => good with { LeaderVote = good.LeaderVote with { Value = Hash256.Zero } },
            "body" => good with { Skeleton = Block(1) },
            "none" => good with { Ids = [] },
            "twice" => good with { Ids = good.Ids.SetItem(0, good.Ids[1]) },
            _ => good with { Skeleton = good.Skeleton with { Header = good.Skeleton.Header with { Proposer = new ValidatorIndex(99) } } },
        };
        ImmutableArray<ProposalEffect> effects = Hear(0, bad);
        if (isBlamed) Assert.Equal([new ProposalEffect.Blame(Peer(0), Misdeed.RuleBroken)], effects.ToArray());
        else Assert.Empty(effects);
        Assert.Equal(0, _machine.PendingCount);
    }

    [Fact]
    public void A_leader_holds_two_places_and_its_younger_proposals_take_them()
    {
        for (ulong view = 1; view <= 5; view++) Hear(0, Shorten(Propose(Block(view))));
        Assert.Equal(Limits.ProposalsRebuiltPerLeaderMax, _machine.PendingCount);
        Hear(0, Shorten(Propose(Block(1))));
        Assert.Equal(Limits.ProposalsRebuiltPerLeaderMax, _machine.PendingCount);
        Step(_machine, new ProposalInput.Entered(new View(4), new View(5)));
        Assert.Equal(1, _machine.PendingCount);
    }

    [Fact]
    public void A_small_block_travels_whole() => Assert.Null(_leader.Shorten(Propose(Samples.Block(1, 1))));

    [Fact]
    public void Places_beyond_the_end_and_unknown_proposals_get_no_answer()
    {
        Block block = Block(1);
        Shorten(Propose(block));
        Assert.Empty(Step(_leader, Received(3, new CompactMessage.Want(Hash256.Zero, [0]))));
        Assert.Empty(Step(_leader, Received(3, new CompactMessage.Want(block.Header.Digest, [Count]))));
        Assert.Single(Step(_leader, Received(3, new CompactMessage.Want(block.Header.Digest, [0, Count]))));
    }

    [Fact]
    public void Nobody_gets_more_than_a_peer_in_need_can_use()
    {
        Block block = Block(1);
        Shorten(Propose(block));
        CompactMessage.Want all = new(block.Header.Digest, [.. Enumerable.Range(0, Count).Select(static i => (ushort)i)]);
        long served = 0;
        for (int i = 0; i < 5000; i++) served += Sends(Step(_leader, Received(3, all))).Sum(static send => send.Message.Encode().Length);
        Assert.InRange(served, 8 * Limits.BlockBytesMax * 9 / 10, 8 * Limits.BlockBytesMax * 11 / 10);
        Assert.NotEmpty(Step(_leader, Received(2, all)));
    }

    [Fact]
    public void Messages_survive_and_damage_is_refused_or_another_message()
    {
        CompactMessage.Proposal proposal = Shorten(Propose(Block(1)));
        foreach (CompactMessage message in new CompactMessage[]
        {
            proposal,
            new CompactMessage.Want(Hash256.Zero, [0, 7, 4095]),
            new CompactMessage.Bodies(Hash256.Zero, [new PlacedBody(3, new byte[] { 1, 2 }), new PlacedBody(4, new byte[] { 3 })]),
        })
        {
            byte[] bytes = message.Encode();
            Assert.Equal(bytes, CompactMessage.Decode(bytes)!.Encode());
            Assert.Null(ConsensusMessage.Decode(bytes));
            for (int length = 0; length < bytes.Length; length++) Assert.Null(CompactMessage.Decode(bytes.AsMemory(0, length)));
            Assert.Null(CompactMessage.Decode((byte[])[.. bytes, 0]));
            for (int bit = 0; bit < bytes.Length * 8; bit++)
            {
                byte[] damaged = [.. bytes];
                damaged[bit / 8] ^= (byte)(1 << (bit % 8));
                if (CompactMessage.Decode(damaged) is { } other) Assert.Equal(damaged, other.Encode());
            }
        }

        Assert.Null(CompactMessage.Decode(new CompactMessage.Want(Hash256.Zero, [1, 1]).Encode()));
        Assert.Null(CompactMessage.Decode(new CompactMessage.Want(Hash256.Zero, []).Encode()));
        PlacedBody large = new(0, new byte[Limits.TransactionBytesMax]);
        ImmutableArray<PlacedBody> batch = [.. Enumerable.Range(0, 16).Select(i => large with { Place = (ushort)i })];
        Assert.NotNull(CompactMessage.Decode(new CompactMessage.Bodies(Hash256.Zero, batch).Encode()));
        Assert.Null(CompactMessage.Decode(new CompactMessage.Bodies(Hash256.Zero, batch.Add(large with { Place = 16 })).Encode()));
    }

    [Fact]
    public void Whatever_validators_say_nothing_throws_and_the_honest_leader_is_heard()
    {
        Prng prng = new(3);
        Fill(0, Count / 2);
        CompactMessage.Proposal[] proposals = [.. Enumerable.Range(1, 8).Select(view => Shorten(Propose(Block((ulong)view))))];
        for (int i = 0; i < 3000; i++)
        {
            CompactMessage.Proposal about = proposals[prng.NextBelow(proposals.Length)];
            Hash256 digest = about.Skeleton.Header.Digest;
            ushort place = (ushort)prng.NextBelow(Count + 2);
            CompactMessage message = prng.NextBelow(4) switch
            {
                0 => about,
                1 => about with { Ids = about.Ids.RemoveAt(prng.NextBelow(Count)) },
                2 => new CompactMessage.Want(digest, [place]),
                _ => new CompactMessage.Bodies(digest, [new PlacedBody(place, _ledger.Transfer(prng.NextBelow(Count)))]),
            };
            _now += Duration.FromMilliseconds(prng.NextBelow(100));
            Step(_machine, Received(prng.NextBelow(5), message));
            if (prng.NextBelow(10) == 0) Step(_machine, new ProposalInput.TimerFired());
            Assert.InRange(_machine.PendingCount, 0, Limits.ProposalsRebuiltMax);
        }

        Step(_machine, new ProposalInput.Entered(new View(8), new View(9)));
        Fill(Count / 2, Count - (Count / 2));
        Assert.Single(Hear(0, Shorten(Propose(Block(9)))).OfType<ProposalEffect.Complete>());
    }

    [Fact]
    public void A_seal_travels_short_with_the_set_that_follows()
    {
        Fill(0, Count);
        ConsensusMessage.Propose whole = Propose(Samples.SealOf(Block(1)));
        ProposalEffect.Complete complete = Assert.IsType<ProposalEffect.Complete>(Assert.Single(Hear(0, Shorten(whole))));
        Assert.NotNull(complete.Proposal.Block.Justification.Succession);
        Assert.Equal(whole.Encode(), complete.Proposal.Encode());
    }

    [Fact]
    public void What_was_under_way_at_a_seal_is_forgotten_and_views_begin_anew()
    {
        Step(_machine, new ProposalInput.Entered(new View(40), new View(41)));
        Fill(0, Count - 1);
        Hear(0, Shorten(Propose(Block(41))));
        Assert.Equal(1, _machine.PendingCount);
        CompactMessage.Proposal first = Shorten(Propose(Block(1)));
        Assert.Empty(Hear(0, first));

        // The next set, in which somebody else has the first place.
        Step(_machine, new ProposalInput.Validators([Peer(1), Peer(2), Peer(0)]));
        Assert.Equal(0, _machine.PendingCount);
        Step(_machine, new ProposalInput.Entered(View.Genesis, new View(1)));
        Fill(Count - 1, 1);
        Assert.Empty(Hear(0, first));
        Assert.IsType<ProposalEffect.Complete>(Assert.Single(Hear(1, first)));
    }

    private static PeerId Peer(int i) => new(new Hash256([(byte)i, .. new byte[31]]));

    private static ProposalInput.Received Received(int peer, CompactMessage message) => new(Peer(peer), message);

    private ProposalMachine Create(MempoolMachine pool)
    {
        ProposalMachine machine = new(pool, Delay, new Prng(1));
        Step(machine, new ProposalInput.Validators(Validators));
        foreach (PeerId peer in Validators) Step(machine, new ProposalInput.PeerConnected(peer));
        Step(machine, new ProposalInput.Entered(View.Genesis, new View(1)));
        return machine;
    }

    private void Fill(int first, int count)
    {
        for (int i = first; i < first + count; i++) Assert.True(_pool.Add(_ledger.Transfer(i), _now).IsAccepted);
    }

    private Block Block(ulong view)
    {
        Block sample = Samples.Block(view, view);
        ImmutableArray<ReadOnlyMemory<byte>> body = [.. Enumerable.Range(0, Count).Select(i => (ReadOnlyMemory<byte>)_ledger.Transfer(i))];
        return sample with { Header = sample.Header with { BodyRoot = MerkleTree.Root(body) }, Transactions = body };
    }

    private static ConsensusMessage.Propose Propose(Block block)
    {
        Vote vote = new(new VoteSlot(new Epoch(0), block.Header.View, VoteKind.Notarize), block.Header.Digest, block.Header.Proposer, Samples.Signature);
        return new ConsensusMessage.Propose(block, vote);
    }

    private CompactMessage.Proposal Shorten(ConsensusMessage.Propose propose)
    {
        CompactMessage.Proposal? compact = _leader.Shorten(propose);
        Assert.NotNull(compact);
        return compact;
    }

    private ImmutableArray<ProposalEffect> Hear(int peer, CompactMessage message) => Step(_machine, Received(peer, message));

    private ImmutableArray<ProposalEffect> Step(ProposalMachine machine, ProposalInput input) => machine.Step(_now, input);

    private static List<ProposalEffect.Send> Sends(ImmutableArray<ProposalEffect> effects) => [.. effects.OfType<ProposalEffect.Send>()];
}
