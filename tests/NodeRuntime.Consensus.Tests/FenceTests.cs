using System.Collections.Immutable;
using NodeRuntime.Consensus.Tests.Harness;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus.Tests;

/// <summary>A key whose past is unknown stays silent until the others have told it how far they are.</summary>
public sealed class FenceTests
{
    private static readonly Recovery Lost = Recovery.Fresh with { WatermarkIsLost = true };

    [Fact]
    public void A_lost_watermark_means_silence()
    {
        Bench bench = new Bench(recovery: Lost).Begin();
        Assert.True(bench.Machine.Snapshot.IsFenced);
        bench.Hear(bench.Leader(1), bench.Proposal(bench.Block(1)));
        bench.Fire(ConsensusTimer.Leader);
        bench.Fire(ConsensusTimer.Advance);
        bench.Fire(ConsensusTimer.Retry);
        Assert.Empty(bench.Votes());
    }

    [Fact]
    public void A_vote_of_ours_that_we_do_not_remember_raises_the_fence_and_the_log_keeps_it()
    {
        Bench bench = new Bench().Begin();
        bench.Hear(bench.Other(), new ConsensusMessage.Voted(bench.Vote(bench.Self, 3, VoteKind.Finalize, null)));
        Assert.True(bench.Machine.Snapshot.IsFenced);
        LogRecord.Fence record = Assert.IsType<LogRecord.Fence>(bench.Of<ConsensusEffect.Persist>()[0].Record);
        bench.Make(Recovery.Fresh with { Records = [record] });
        Assert.True(bench.Machine.Snapshot.IsFenced);
    }

    [Fact]
    public void A_certificate_with_our_forgotten_signature_raises_the_fence()
    {
        Bench bench = new Bench().Begin();
        int[] signers = [bench.Self, bench.Other(), bench.Other(bench.Other())];
        bench.Hear(bench.Other(), new ConsensusMessage.Certified(bench.Certificate(3, VoteKind.Finalize, null, signers)));
        Assert.True(bench.Machine.Snapshot.IsFenced);
    }

    [Fact]
    public void A_new_disk_in_a_chain_that_has_begun_is_a_wiped_one()
    {
        Bench bench = new(recovery: Recovery.Fresh);
        bench.Begin();
        bench.Hear(bench.Other(), new ConsensusMessage.Certified(bench.Nullification(3)));
        Assert.True(bench.Machine.Snapshot.IsFenced);
        bench.EndListening();
        bench.Fire(ConsensusTimer.Leader);
        Assert.Empty(bench.Votes());
    }

    [Fact]
    public void A_new_validator_of_a_new_chain_listens_and_then_votes()
    {
        Bench bench = new(recovery: Recovery.Fresh, leads: true);
        bench.Begin();
        Assert.Empty(bench.Of<ConsensusEffect.Build>());
        bench.EndListening();
        Assert.False(bench.Machine.Snapshot.IsFenced);
        Assert.Single(bench.Of<ConsensusEffect.Build>());
    }

    [Fact]
    public void Our_own_vote_come_back_raises_nothing()
    {
        Bench bench = new Bench().Begin();
        bench.Fire(ConsensusTimer.Leader);
        bench.Hear(bench.Other(), new ConsensusMessage.Voted(bench.Votes()[0]));
        Assert.False(bench.Machine.Snapshot.IsFenced);
    }

    [Fact]
    public void A_ledger_younger_than_the_log_raises_the_fence()
    {
        Bench bench = new();
        Block block = bench.Block(1);
        int[] signers = [bench.Self, bench.Other(), bench.Other(bench.Other())];
        Certificate finalization = bench.Certificate(1, VoteKind.Finalize, block.Header.Digest, signers);
        Watermark old = new(new VoteSlot(new Epoch(0), View.Genesis, VoteKind.Notarize), null);
        bench.Make(new Recovery { Tip = (block, finalization), Watermark = old, Records = [], WatermarkIsLost = false });
        Assert.True(bench.Machine.Snapshot.IsFenced);
        Watermark right = new(finalization.Slot, finalization.Value);
        bench.Make(new Recovery { Tip = (block, finalization), Watermark = right, Records = [], WatermarkIsLost = false });
        Assert.False(bench.Machine.Snapshot.IsFenced);
    }

    [Fact]
    public void Answers_of_enough_weight_open_the_fence_two_views_above_the_furthest()
    {
        Bench bench = new Bench(recovery: Lost).Begin();
        bench.Fire(ConsensusTimer.Fence);
        ulong nonce = Assert.IsType<ConsensusMessage.FenceQuestion>(bench.Of<ConsensusEffect.Broadcast>()[^1].Message).Nonce;
        int answers = 0;
        for (int i = 0; i < 4; i++)
        {
            if (i == bench.Self) continue;
            Assert.True(bench.Machine.Snapshot.IsFenced);
            Certificate? highest = answers == 0 ? null : bench.Nullification(5 + (ulong)answers);
            bench.Hear(i, new ConsensusMessage.FenceAnswer(nonce, highest));
            answers++;
        }

        Assert.False(bench.Machine.Snapshot.IsFenced);
        // The furthest is in view 8: nothing below view 10 is signed, whatever happens.
        bench.Fire(ConsensusTimer.Advance);
        bench.Fire(ConsensusTimer.Retry);
        bench.Hear(bench.Other(), new ConsensusMessage.Certified(bench.Nullification(8)));
        bench.Fire(ConsensusTimer.Advance);
        Assert.Empty(bench.Votes());
        bench.Hear(bench.Other(), new ConsensusMessage.Certified(bench.Nullification(9)));
        bench.Fire(ConsensusTimer.Advance);
        Assert.Equal(new View(10), Assert.Single(bench.Votes()).Slot.View);
    }

    [Fact]
    public void Answers_without_proof_or_to_another_question_or_from_nobody_do_not_count()
    {
        Bench bench = new Bench(recovery: Lost).Begin();
        bench.Fire(ConsensusTimer.Fence);
        ulong nonce = Assert.IsType<ConsensusMessage.FenceQuestion>(bench.Of<ConsensusEffect.Broadcast>()[^1].Message).Nonce;
        PeerId stranger = KeyedHashSignatures.KeyOf(500).ToPeerId();
        for (int i = 0; i < 4; i++)
        {
            if (i == bench.Self) continue;
            bench.Hear(i, new ConsensusMessage.FenceAnswer(nonce + 1, null));
            bench.Hear(i, new ConsensusMessage.FenceAnswer(nonce, bench.Certificate(1_000_000, VoteKind.Finalize, null, 0, 1)));
            bench.Step(new ConsensusInput.Received(stranger, new ConsensusMessage.FenceAnswer(nonce, null)));
        }

        Assert.True(bench.Machine.Snapshot.IsFenced);
    }

    [Fact]
    public void A_fenced_validator_does_not_answer_others()
    {
        Bench fenced = new Bench(recovery: Lost).Begin();
        fenced.Hear(fenced.Other(), new ConsensusMessage.FenceQuestion(5));
        Assert.Empty(fenced.SentTo(fenced.Other()));
        Bench open = new Bench().Begin();
        open.Hear(open.Other(), new ConsensusMessage.FenceQuestion(5));
        Assert.Equal(new ConsensusMessage.FenceAnswer(5, null), Assert.Single(open.SentTo(open.Other())));
    }

    [Fact]
    public void A_watermark_alone_keeps_a_slot_for_its_value()
    {
        Bench bench = new();
        Block block = bench.Block(1);
        Watermark mark = new(new VoteSlot(new Epoch(0), new View(1), VoteKind.Notarize), Hash256.Zero);
        bench.Make(Recovery.Fresh with { Watermark = mark });
        bench.Begin();
        bench.Now += Duration.FromSeconds(2);
        bench.Hear(bench.Leader(1), bench.Proposal(block));
        Assert.Empty(bench.Votes());
        bench.Fire(ConsensusTimer.Leader);
        Assert.Null(Assert.Single(bench.Votes()).Value);
    }

    [Fact]
    public void A_restarted_validator_listens_before_it_votes()
    {
        Bench bench = new(recovery: Recovery.Fresh with { Watermark = new Watermark(new VoteSlot(new Epoch(0), View.Genesis, VoteKind.Notarize), null) });
        bench.Begin();
        bench.Hear(bench.Leader(1), bench.Proposal(bench.Block(1)));
        Assert.Empty(bench.Votes());
        bench.Now += bench.Genesis.Parameters.NetworkDelay * 2;
        bench.Fire(ConsensusTimer.Fence);
        Assert.Single(bench.Votes());
    }

    [Theory]
    [InlineData(4UL, VoteKind.Notarize, 1, false)]
    [InlineData(5UL, VoteKind.Notarize, 1, true)]
    [InlineData(5UL, VoteKind.Notarize, 2, false)]
    [InlineData(5UL, VoteKind.Finalize, 2, true)]
    [InlineData(6UL, VoteKind.Notarize, 2, true)]
    public void A_watermark_allows_what_is_above_it_and_the_same_again(ulong view, VoteKind kind, int value, bool isAllowed)
    {
        Watermark mark = new(new VoteSlot(new Epoch(0), new View(5), VoteKind.Notarize), Crypto.Hasher.Sha256([1]));
        Assert.Equal(isAllowed, mark.Allows(new VoteSlot(new Epoch(0), new View(view), kind), Crypto.Hasher.Sha256([(byte)value])));
    }
}
