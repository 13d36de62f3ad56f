using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Consensus.Tests.Harness;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus.Tests;

/// <summary>Each rule of docs/consensus.md by a script: what is heard, what is done.</summary>
public sealed class RuleTests
{
    [Fact]
    public void R1_sets_the_clocks_of_a_view()
    {
        Bench bench = new();
        ImmutableArray<ConsensusEffect> effects = bench.Step(new ConsensusInput.Start());
        Assert.Contains(effects, static e => e is ConsensusEffect.SetTimer { Timer: ConsensusTimer.Leader });
        Assert.Contains(effects, static e => e is ConsensusEffect.SetTimer { Timer: ConsensusTimer.Advance });
        Assert.Contains(effects, static e => e is ConsensusEffect.SetTimer { Timer: ConsensusTimer.Retry });
        Assert.Empty(bench.Votes());
        Assert.Equal(new View(1), bench.Machine.Snapshot.View);
    }

    [Fact]
    public void R1_clocks_grow_with_views_that_end_nothing_and_have_a_cap()
    {
        Bench bench = new Bench().Begin();
        Duration first = bench.Machine.Snapshot.Delay;
        bench.Hear(bench.Other(), new ConsensusMessage.Certified(bench.Nullification(2)));
        Assert.Equal(first.Microseconds * 25 / 16, bench.Machine.Snapshot.Delay.Microseconds);
        bench.Hear(bench.Other(), new ConsensusMessage.Certified(bench.Nullification(50)));
        Assert.Equal(first * 4, bench.Machine.Snapshot.Delay);
        Block block = bench.Block(51);
        bench.Step(new ConsensusInput.TimerFired(ConsensusTimer.Retry));
        Assert.Equal(new View(51), bench.Machine.Snapshot.View);
        Assert.Equal(0, block.Header.Time.CompareTo(bench.Now));
    }

    [Fact]
    public void R1_a_transaction_shortens_the_wait_for_an_idle_leader()
    {
        Bench bench = new();
        bench.Step(new ConsensusInput.Start());
        Duration idle = bench.Of<ConsensusEffect.SetTimer>().Find(static e => e.Timer == ConsensusTimer.Leader)!.Delay;
        bench.Seen.Clear();
        bench.Step(new ConsensusInput.Pending(true));
        Duration busy = bench.Of<ConsensusEffect.SetTimer>().Find(static e => e.Timer == ConsensusTimer.Leader)!.Delay;
        ChainParameters parameters = bench.Genesis.Parameters;
        Assert.Equal(parameters.BlockIntervalIdle - parameters.BlockIntervalMin, idle - busy);
    }

    [Fact]
    public void R2_the_leader_builds_asks_the_ledger_persists_and_proposes_in_this_order()
    {
        Bench bench = new(leads: true);
        bench.Step(new ConsensusInput.Pending(true));
        bench.Step(new ConsensusInput.Start());
        bench.EndListening();
        ConsensusEffect.Build build = Assert.Single(bench.Of<ConsensusEffect.Build>());
        Assert.Equal(bench.Genesis.ChainId.Hash, build.Parent);
        bench.Seen.Clear();
        bench.Step(new ConsensusInput.Built(build.View, build.Parent, build.Time, [new byte[] { 9 }], Hash256.Zero));
        int check = bench.Seen.FindIndex(static e => e is ConsensusEffect.Check);
        int body = bench.Seen.FindIndex(static e => e is ConsensusEffect.Persist { Record: LogRecord.Body });
        int vote = bench.Seen.FindIndex(static e => e is ConsensusEffect.Persist { Record: LogRecord.OwnVote });
        int propose = bench.Seen.FindIndex(static e => e is ConsensusEffect.Broadcast { Message: ConsensusMessage.Propose });
        Assert.True(0 <= check);
        Assert.True(check < body);
        Assert.True(body < vote);
        Assert.True(vote < propose);
    }

    [Fact]
    public void R2_the_leader_waits_for_the_interval_since_the_parent()
    {
        Bench bench = new(leads: true) { Now = Bench.Start + Duration.FromMilliseconds(100) - Bench.Listening };
        bench.Step(new ConsensusInput.Pending(true));
        bench.Step(new ConsensusInput.Start());
        bench.EndListening();
        Assert.Empty(bench.Of<ConsensusEffect.Build>());
        ConsensusEffect.SetTimer timer = bench.Of<ConsensusEffect.SetTimer>().FindLast(static e => e.Timer == ConsensusTimer.Build)!;
        Assert.Equal(Duration.FromMilliseconds(150), timer.Delay);
        bench.Now += timer.Delay;
        bench.Fire(ConsensusTimer.Build);
        Assert.Single(bench.Of<ConsensusEffect.Build>());
    }

    [Fact]
    public void R2_a_parent_from_a_fast_clock_holds_a_leader_up_for_one_interval_at_most()
    {
        Bench bench = new(leads: true) { Now = Bench.Start - Duration.FromSeconds(8) - Bench.Listening };
        bench.Step(new ConsensusInput.Pending(true));
        bench.Step(new ConsensusInput.Start());
        bench.EndListening();
        bench.Hear(bench.Other(), new ConsensusMessage.HaveCertificate(new Epoch(0), new View(0)));
        Assert.Empty(bench.Of<ConsensusEffect.Build>());
        bench.Now += bench.Genesis.Parameters.BlockIntervalMin;
        bench.Fire(ConsensusTimer.Build);
        Assert.Equal(Bench.Start + Duration.FromMilliseconds(1), Assert.Single(bench.Of<ConsensusEffect.Build>()).Time);
    }

    [Fact]
    public void R2_a_leader_that_does_not_know_how_a_view_ended_asks_and_then_builds()
    {
        Bench bench = new Bench().Begin();
        ulong view = 4;
        while (bench.Leader(view) != bench.Self) view++;
        for (ulong u = 1; u < view; u++)
        {
            if (u != 2) bench.Hear(bench.Other(), new ConsensusMessage.Certified(bench.Nullification(u)));
        }

        Assert.Equal(new View(view), bench.Machine.Snapshot.View);
        Assert.Empty(bench.Of<ConsensusEffect.Build>());
        Assert.Contains(bench.Seen, static e => e is ConsensusEffect.Send { Message: ConsensusMessage.WantCertificate { View.Number: 2 } });

        // It gave this view up at once; the next of its own it can use.
        ulong next = view + 1;
        while (bench.Leader(next) != bench.Self) next++;
        bench.Hear(bench.Other(), new ConsensusMessage.Certified(bench.Nullification(2)));
        for (ulong u = view; u < next; u++) bench.Hear(bench.Other(), new ConsensusMessage.Certified(bench.Nullification(u)));
        Assert.Equal(bench.Genesis.ChainId.Hash, Assert.Single(bench.Of<ConsensusEffect.Build>()).Parent);
    }

    [Fact]
    public void R3_a_good_proposal_gets_one_vote_that_is_durable_first()
    {
        Bench bench = new Bench().Begin();
        Block block = bench.Block(1);
        bench.Hear(bench.Leader(1), bench.Proposal(block));
        Vote vote = Assert.Single(bench.Votes());
        Assert.Equal(block.Header.Digest, vote.Value);
        int persist = bench.Seen.FindIndex(static e => e is ConsensusEffect.Persist { Record: LogRecord.OwnVote });
        int send = bench.Seen.FindIndex(static e => e is ConsensusEffect.Broadcast { Message: ConsensusMessage.Voted });
        Assert.True(0 <= persist);
        Assert.True(persist < send);
        bench.Hear(bench.Leader(1), bench.Proposal(block));
        Assert.Single(bench.Votes());
    }

    [Fact]
    public void R3_the_second_block_of_a_leader_gets_no_vote_and_accuses_it()
    {
        Bench bench = new Bench().Begin();
        bench.Hear(bench.Leader(1), bench.Proposal(bench.Block(1)));
        bench.Hear(bench.Leader(1), bench.Proposal(bench.Block(1, content: 2)));
        Assert.Single(bench.Votes());
        ConsensusEffect.Accuse accuse = Assert.Single(bench.Of<ConsensusEffect.Accuse>());
        Assert.Equal(bench.Leader(1), accuse.Evidence.Voter.Number);
        Assert.Equal(EvidenceFault.DoubleNotarize, accuse.Evidence.Fault);
    }

    [Fact]
    public void R3_a_block_out_of_time_gets_no_vote()
    {
        Bench bench = new Bench().Begin();
        Block block = bench.Block(1);
        bench.Now += bench.Genesis.Parameters.ClockDriftMax + Duration.FromMilliseconds(1);
        bench.Hear(bench.Leader(1), bench.Proposal(block));
        Assert.Empty(bench.Votes());
    }

    [Fact]
    public void R3_a_block_that_the_ledger_refuses_gets_the_view_nullified_at_once()
    {
        Bench bench = new Bench() { LedgerAccepts = false }.Begin();
        Block block = bench.Block(1);
        bench.Hear(bench.Leader(1), bench.Proposal(block));
        bench.Step(new ConsensusInput.Checked(block.Header.Digest, false));
        Assert.Null(Assert.Single(bench.Votes()).Value);
    }

    [Fact]
    public void R3_a_justification_with_too_little_weight_gets_no_vote_and_blames_the_sender()
    {
        Bench bench = new Bench().Begin();
        bench.Hear(bench.Other(), new ConsensusMessage.Certified(bench.Nullification(2)));
        bench.Seen.Clear();
        Block block = bench.Block(3);
        Certificate weak = bench.Certificate(1, VoteKind.Finalize, null, 0, 1);
        Justification justification = block.Justification with { Skips = block.Justification.Skips.SetItem(0, weak) };
        block = block with { Justification = justification, Header = block.Header with { JustificationHash = justification.Hash } };
        if (bench.Leader(3) == bench.Self) return;
        bench.Hear(bench.Leader(3), bench.Proposal(block));
        Assert.Empty(bench.Votes());
        Assert.Equal(ConsensusFault.CertificateWrong, Assert.Single(bench.Of<ConsensusEffect.Blame>()).Fault);
    }

    [Fact]
    public void R3_a_child_of_a_block_that_no_quorum_notarized_gets_no_vote()
    {
        Bench bench = new Bench().Begin();
        Block parent = bench.Block(1);
        bench.Hear(bench.Leader(1), bench.Proposal(parent));
        bench.Hear(bench.Other(), new ConsensusMessage.Certified(bench.Nullification(1)));
        ulong view = 2;
        for (; bench.Leader(view) == bench.Self; view++) bench.Hear(bench.Other(), new ConsensusMessage.Certified(bench.Nullification(view)));
        bench.Seen.Clear();
        Block child = bench.Block(view, parent);
        Certificate weak = bench.Certificate(1, VoteKind.Notarize, parent.Header.Digest, 0, 1);
        Justification justification = child.Justification with { Parent = weak };
        child = child with
        {
            Justification = justification,
            Header = child.Header with { JustificationHash = justification.Hash, Time = child.Header.Time + Duration.FromMilliseconds(1) },
        };
        bench.Hear(bench.Leader(view), bench.Proposal(child));
        Assert.Empty(bench.Votes());
        Assert.Equal(ConsensusFault.CertificateWrong, Assert.Single(bench.Of<ConsensusEffect.Blame>()).Fault);
    }

    [Fact]
    public void R3_skips_that_do_not_travel_are_pulled_before_a_vote()
    {
        Bench bench = new Bench().Begin();
        ulong view = 60;
        while (bench.Leader(view) == bench.Self) view++;
        bench.Hear(bench.Other(), new ConsensusMessage.Certified(bench.Nullification(view - 1)));
        bench.Seen.Clear();
        bench.Now += Duration.FromSeconds(1);
        bench.Hear(bench.Leader(view), bench.Proposal(bench.Block(view)));
        Assert.Empty(bench.Votes());
        for (ulong missing = 1; missing < view - Limits.JustificationSkipsMax; missing++)
        {
            bench.Hear(bench.Other(), new ConsensusMessage.Certified(bench.Nullification(missing)));
        }

        Assert.Equal(new View(view), Assert.Single(bench.Votes()).Slot.View);
        Assert.Contains(bench.Of<ConsensusEffect.Send>(), static e => e.Message is ConsensusMessage.WantCertificate);
    }

    [Fact]
    public void R4_a_notarized_block_is_finalized_and_the_view_ends()
    {
        Bench bench = new Bench().Begin();
        Block block = bench.Block(1);
        bench.Hear(bench.Leader(1), bench.Proposal(block));
        bench.Hear(bench.Other(), new ConsensusMessage.Certified(bench.Certificate(1, VoteKind.Notarize, block.Header.Digest)));
        List<Vote> votes = bench.Votes();
        Assert.Equal(2, votes.Count);
        Assert.Equal(VoteKind.Finalize, votes[1].Slot.Kind);
        Assert.Equal(block.Header.Digest, votes[1].Value);
        Assert.Equal(new View(2), bench.Machine.Snapshot.View);
    }

    [Fact]
    public void R4_rule_C_who_notarized_another_block_does_not_finalize_this_one()
    {
        Bench bench = new Bench().Begin();
        bench.Hear(bench.Leader(1), bench.Proposal(bench.Block(1)));
        Block winner = bench.Block(1, content: 2);
        bench.Hear(bench.Other(), new ConsensusMessage.Certified(bench.Certificate(1, VoteKind.Notarize, winner.Header.Digest)));
        bench.Hear(bench.Leader(1), bench.Proposal(winner));
        Assert.Equal(VoteKind.Notarize, Assert.Single(bench.Votes()).Slot.Kind);
        Assert.Equal(new View(2), bench.Machine.Snapshot.View);
    }

    [Theory]
    [InlineData(ConsensusTimer.Leader)]
    [InlineData(ConsensusTimer.Advance)]
    public void R5_silence_nullifies_and_nothing_is_notarized_after(ConsensusTimer timer)
    {
        Bench bench = new Bench().Begin();
        bench.Fire(timer);
        bench.Hear(bench.Leader(1), bench.Proposal(bench.Block(1)));
        Vote vote = Assert.Single(bench.Votes());
        Assert.Null(vote.Value);
        Assert.Equal(VoteKind.Finalize, vote.Slot.Kind);
    }

    [Fact]
    public void R5_a_vote_for_the_leader_outlasts_the_leader_timer_but_not_the_views_end()
    {
        Bench bench = new Bench().Begin();
        bench.Hear(bench.Leader(1), bench.Proposal(bench.Block(1)));
        bench.Fire(ConsensusTimer.Leader);
        Assert.Single(bench.Votes());
        bench.Fire(ConsensusTimer.Advance);
        Assert.Null(bench.Votes()[1].Value);
    }

    [Fact]
    public void R5_a_leader_that_gives_its_view_up_is_followed_at_once()
    {
        Bench bench = new Bench().Begin();
        bench.Hear(bench.Leader(1), new ConsensusMessage.Voted(bench.Vote(bench.Leader(1), 1, VoteKind.Finalize, null)));
        Assert.Null(Assert.Single(bench.Votes()).Value);
    }

    [Fact]
    public void R5_haste_ends_two_rotations_above_the_floor()
    {
        Bench bench = new Bench().Begin();
        ulong view = 9;
        while (bench.Leader(view) == bench.Self) view++;
        bench.Hear(bench.Other(), new ConsensusMessage.Certified(bench.Nullification(view - 1)));
        bench.Seen.Clear();
        bench.Hear(bench.Leader(view), new ConsensusMessage.Voted(bench.Vote(bench.Leader(view), view, VoteKind.Finalize, null)));
        Assert.Empty(bench.Votes());
        bench.Fire(ConsensusTimer.Leader);
        Assert.Single(bench.Votes());
    }

    [Fact]
    public void R5_a_leader_that_no_header_names_is_not_waited_for()
    {
        Bench bench = new Bench().Begin();
        int absent = bench.Other(bench.Leader(1));
        Block? parent = null;
        ulong view = 0;
        for (int blocks = 0; blocks < 4;)
        {
            view++;
            if (bench.Leader(view) == bench.Self || bench.Leader(view) == absent)
            {
                bench.Hear(bench.Other(), new ConsensusMessage.Certified(bench.Nullification(view)));
                continue;
            }

            Block block = bench.Block(view, parent);
            block = block with { Header = block.Header with { Participation = [(byte)(15 & ~(1 << absent))] } };
            bench.Finalize(block);
            parent = block;
            blocks++;
        }

        // Who leads when hangs on the chain's hash: its view may have begun with the last block.
        Assert.Equal(new Height(4), bench.Machine.Snapshot.Finalized);
        // Where the view after the last block is the absent one's, its vote is cast already.
        ulong next = bench.Machine.Snapshot.View.Number;
        while (bench.Leader(next) != absent) next++;
        if (next > bench.Machine.Snapshot.View.Number)
        {
            bench.Hear(bench.Other(), new ConsensusMessage.Certified(bench.Nullification(next - 1)));
        }

        Assert.Contains(bench.Votes(), vote => vote.Slot.View.Number == next && vote.Value is null);
    }

    [Fact]
    public void R6_a_vote_is_verified_once_and_not_at_all_once_its_slot_is_decided()
    {
        Bench bench = new(validators: 7);
        bench.Begin();
        int[] others = new int[6];
        for (int i = 0, at = 0; i < 7; i++)
        {
            if (i != bench.Self) others[at++] = i;
        }

        // Not before a view of our own, in which we would say something ourselves.
        ulong view = 5;
        while (bench.Leader(view + 1) == bench.Self) view++;
        long before = bench.Signatures.Verified;
        for (int repeat = 0; repeat < 3; repeat++)
        {
            bench.Hear(others[0], new ConsensusMessage.Voted(bench.Vote(others[0], view, VoteKind.Finalize, null)));
        }

        Assert.Equal(before + 1, bench.Signatures.Verified);
        for (int i = 1; i < 5; i++) bench.Hear(others[i], new ConsensusMessage.Voted(bench.Vote(others[i], view, VoteKind.Finalize, null)));
        Assert.Equal(before + 5, bench.Signatures.Verified);
        Assert.Equal(new View(view + 1), bench.Machine.Snapshot.View);
        bench.Hear(others[5], new ConsensusMessage.Voted(bench.Vote(others[5], view - 1, VoteKind.Finalize, null)));
        long heard = bench.Signatures.Verified;
        bench.Hear(others[5], new ConsensusMessage.Voted(bench.Vote(others[5], view, VoteKind.Finalize, null)));
        Assert.Equal(heard, bench.Signatures.Verified);
    }

    [Fact]
    public void R6_a_certificate_has_only_those_signatures_verified_that_no_vote_showed_before()
    {
        Bench bench = new Bench(validators: 7).Begin();
        int[] signers = [.. Enumerable.Range(0, 7).Where(i => i != bench.Self).Take(5)];
        for (int i = 0; i < 3; i++) bench.Hear(signers[i], new ConsensusMessage.Voted(bench.Vote(signers[i], 5, VoteKind.Finalize, null)));
        // A vote of its own is verified as well: in the view that begins it may lead, or find that nobody does.
        long before = bench.Signatures.Verified - bench.Votes().Count;
        bench.Hear(signers[4], new ConsensusMessage.Certified(bench.Certificate(5, VoteKind.Finalize, null, signers)));
        Assert.Equal(before + 2, bench.Signatures.Verified - bench.Votes().Count);
        Assert.Equal(new View(6), bench.Machine.Snapshot.View);
    }

    [Fact]
    public void R6_a_vote_that_we_hold_does_not_excuse_another_signature_of_its_voter()
    {
        Bench bench = new Bench(validators: 7).Begin();
        int[] signers = [.. Enumerable.Range(0, 7).Where(i => i != bench.Self).Take(5)];
        foreach (int signer in signers[..4]) bench.Hear(signer, new ConsensusMessage.Voted(bench.Vote(signer, 5, VoteKind.Finalize, null)));
        Certificate good = bench.Certificate(5, VoteKind.Finalize, null, signers);
        CertificateSigner forged = good.Signers[0] with { Signature = good.Signers[1].Signature };
        bench.Hear(signers[4], new ConsensusMessage.Certified(good with { Signers = good.Signers.SetItem(0, forged) }));
        Assert.Equal(ConsensusFault.CertificateWrong, Assert.Single(bench.Of<ConsensusEffect.Blame>()).Fault);
        Assert.Equal(new View(1), bench.Machine.Snapshot.View);
    }

    [Fact]
    public void R6_a_forged_vote_blames_its_sender_and_does_not_stand_in_the_way_of_the_true_one()
    {
        Bench bench = new Bench().Begin();
        Vote good = bench.Vote(bench.Leader(1), 1, VoteKind.Finalize, null);
        Vote forged = good with { Signature = bench.Vote(bench.Leader(1), 2, VoteKind.Finalize, null).Signature };
        bench.Hear(bench.Other(), new ConsensusMessage.Voted(forged));
        Assert.Equal(ConsensusFault.SignatureWrong, Assert.Single(bench.Of<ConsensusEffect.Blame>()).Fault);
        Assert.Empty(bench.Votes());
        bench.Hear(bench.Other(), new ConsensusMessage.Voted(good));
        Assert.Single(bench.Votes());
    }

    [Fact]
    public void R6_votes_far_ahead_are_not_kept()
    {
        Bench bench = new Bench().Begin();
        long before = bench.Signatures.Verified;
        foreach (ulong view in (ulong[])[1 + Limits.ViewsAheadMax + 1, ulong.MaxValue])
        {
            bench.Hear(bench.Other(), new ConsensusMessage.Voted(bench.Vote(bench.Other(), view, VoteKind.Finalize, null)));
        }

        Assert.Equal(before, bench.Signatures.Verified);
        Assert.Equal(0, bench.Machine.Snapshot.VoteSlotsHeld);
    }

    [Fact]
    public void R7_any_certificate_of_a_later_view_leads_there()
    {
        Bench bench = new Bench().Begin();
        bench.Hear(bench.Other(), new ConsensusMessage.Certified(bench.Nullification(41)));
        Assert.Equal(new View(42), bench.Machine.Snapshot.View);
        bench.Hear(bench.Other(), new ConsensusMessage.Certified(bench.Nullification(7)));
        Assert.Equal(new View(42), bench.Machine.Snapshot.View);
    }

    [Fact]
    public void R7_a_notarization_leads_on_only_with_its_body()
    {
        Bench bench = new Bench().Begin();
        Block block = bench.Block(1);
        bench.Hear(bench.Other(), new ConsensusMessage.Certified(bench.Certificate(1, VoteKind.Notarize, block.Header.Digest)));
        Assert.Equal(new View(1), bench.Machine.Snapshot.View);
        Assert.Contains(bench.SentTo(bench.Other()), static m => m is ConsensusMessage.WantBlock);
        bench.Hear(bench.Other(), new ConsensusMessage.BlockBody(block));
        Assert.Equal(new View(2), bench.Machine.Snapshot.View);
    }

    [Fact]
    public void R8_finalized_blocks_are_delivered_oldest_first()
    {
        Bench bench = new Bench().Begin();
        Block first = bench.Block(1);
        Block second = bench.Block(2, first);
        bench.Hear(bench.Other(), new ConsensusMessage.Certified(bench.Certificate(2, VoteKind.Finalize, second.Header.Digest)));
        bench.Hear(bench.Other(), new ConsensusMessage.BlockBody(second));
        Assert.Empty(bench.Of<ConsensusEffect.Deliver>());
        bench.Hear(bench.Other(), new ConsensusMessage.BlockBody(first));
        ConsensusEffect.Deliver deliver = Assert.Single(bench.Of<ConsensusEffect.Deliver>());
        Assert.Equal([first.Header.Digest, second.Header.Digest], [deliver.Blocks[0].Header.Digest, deliver.Blocks[1].Header.Digest]);
        Assert.Equal(new Height(2), bench.Machine.Snapshot.Finalized);
        Assert.Equal(0, bench.Machine.Snapshot.BlocksHeld);
        Assert.Equal(0, bench.Machine.Snapshot.CertificatesHeld);
    }

    [Fact]
    public void R8_two_finalizations_in_one_view_halt()
    {
        Bench bench = new Bench().Begin();
        bench.Finalize(bench.Block(1));
        bench.Hear(bench.Other(), new ConsensusMessage.Certified(bench.Certificate(1, VoteKind.Finalize, Hash256.Zero)));
        ConsensusEffect.Halt halt = Assert.Single(bench.Of<ConsensusEffect.Halt>());
        Assert.NotEqual(halt.First.Value, halt.Second.Value);
        Assert.True(bench.Machine.Snapshot.IsHalted);
        bench.Seen.Clear();
        bench.Fire(ConsensusTimer.Advance);
        Assert.Empty(bench.Votes());
    }

    [Fact]
    public void R8_a_finalized_block_beside_the_floor_halts()
    {
        Bench bench = new Bench().Begin();
        bench.Finalize(bench.Block(1));
        Block fork = bench.Block(2);
        bench.Hear(bench.Other(), new ConsensusMessage.Certified(bench.Certificate(2, VoteKind.Finalize, fork.Header.Digest)));
        bench.Hear(bench.Other(), new ConsensusMessage.BlockBody(fork));
        Assert.Single(bench.Of<ConsensusEffect.Halt>());
        Assert.Single(bench.Of<ConsensusEffect.Deliver>());
    }

    [Fact]
    public void R9_a_view_that_ended_while_its_voter_listened_after_a_crash_is_nullified_afterwards()
    {
        Bench before = new Bench().Begin();
        Block block = before.Block(1);
        before.Hear(before.Leader(1), before.Proposal(block));
        Vote vote = Assert.Single(before.Votes());

        Recovery recovery = Recovery.Fresh with
        {
            Watermark = new Watermark(vote.Slot, vote.Value),
            Records = [new LogRecord.Body(block), new LogRecord.OwnVote(vote)],
        };
        Bench after = new Bench(recovery: recovery).Begin();
        after.Fire(ConsensusTimer.Advance);
        Assert.Empty(after.Votes());
        after.EndListening();
        after.Seen.Clear();
        after.Fire(ConsensusTimer.Retry);

        Assert.Contains(after.Votes(), static said => said is { Slot: { Kind: VoteKind.Finalize, View.Number: 1 }, Value: null });
    }

    [Fact]
    public void R9_a_retry_says_everything_of_the_view_again()
    {
        Bench bench = new Bench().Begin();
        bench.Hear(bench.Leader(1), bench.Proposal(bench.Block(1)));
        bench.Fire(ConsensusTimer.Advance);
        bench.Seen.Clear();
        bench.Fire(ConsensusTimer.Retry);
        Assert.Equal(2, bench.Votes().Count);
        Assert.Empty(bench.Of<ConsensusEffect.Persist>());
        Assert.Contains(bench.Of<ConsensusEffect.SetTimer>(), static e => e.Timer == ConsensusTimer.Retry);
    }

    [Fact]
    public void R10_many_announcements_of_a_certificate_cost_one_question()
    {
        Bench bench = new(validators: 7);
        bench.Begin();
        for (int i = 0; i < 7; i++)
        {
            if (i != bench.Self) bench.Hear(i, new ConsensusMessage.HaveCertificate(new Epoch(0), new View(3)));
        }

        Assert.Single(bench.Of<ConsensusEffect.Send>());
        bench.Now += bench.Genesis.Parameters.NetworkDelay;
        bench.Hear(bench.Other(), new ConsensusMessage.HaveCertificate(new Epoch(0), new View(3)));
        Assert.Equal(2, bench.Of<ConsensusEffect.Send>().Count);
    }

    [Fact]
    public void R10_a_missing_body_is_asked_of_one_peer_at_a_time()
    {
        Bench bench = new(validators: 7);
        bench.Begin();
        Block block = bench.Block(1);
        bench.Hear(bench.Other(), new ConsensusMessage.Certified(bench.Certificate(1, VoteKind.Notarize, block.Header.Digest)));
        for (int i = 1; i <= 3; i++)
        {
            Assert.Equal(i, bench.Of<ConsensusEffect.Send>().FindAll(static e => e.Message is ConsensusMessage.WantBlock).Count);
            bench.Fire(ConsensusTimer.Leader);
            bench.Now += bench.Genesis.Parameters.NetworkDelay;
            bench.Fire(ConsensusTimer.Fetch);
        }

        Assert.Empty(bench.Of<ConsensusEffect.Broadcast>().FindAll(static e => e.Message is ConsensusMessage.WantBlock));
    }

    [Fact]
    public void R10_a_peer_gets_no_more_answers_in_a_second_than_the_limit()
    {
        Bench bench = new Bench().Begin();
        bench.Finalize(bench.Block(1));
        bench.Seen.Clear();
        for (int i = 0; i < Limits.ConsensusRequestsPerSecondMax + 50; i++)
        {
            bench.Hear(bench.Other(), new ConsensusMessage.WantChain(new Height(1)));
        }

        Assert.Equal(Limits.ConsensusRequestsPerSecondMax, bench.Of<ConsensusEffect.ServeChain>().Count);
        bench.Now += Duration.FromSeconds(1);
        bench.Hear(bench.Other(), new ConsensusMessage.WantChain(new Height(1)));
        Assert.Equal(Limits.ConsensusRequestsPerSecondMax + 1, bench.Of<ConsensusEffect.ServeChain>().Count);
    }

    [Fact]
    public void R10_a_tip_starts_a_sync_and_a_chain_ends_it()
    {
        Bench bench = new Bench().Begin();
        List<Block> blocks = [bench.Block(1)];
        for (ulong view = 2; view <= 5; view++) blocks.Add(bench.Block(view, blocks[^1]));
        Certificate finalization = bench.Certificate(5, VoteKind.Finalize, blocks[^1].Header.Digest);
        bench.Hear(bench.Other(), new ConsensusMessage.Tip(new CertifiedHeader(blocks[^1].Header, finalization)));
        Assert.Equal(new Height(5), bench.Machine.Snapshot.SyncTarget);
        Assert.Contains(bench.SentTo(bench.Other()), static m => m is ConsensusMessage.WantChain { From.Number: 1 });
        bench.Hear(bench.Other(), new ConsensusMessage.Chain([.. blocks], finalization));
        Assert.Equal(new Height(5), bench.Machine.Snapshot.Finalized);
        Assert.Null(bench.Machine.Snapshot.SyncTarget);
    }

    [Fact]
    public void R10_a_window_that_does_not_fit_comes_from_its_certificate_down()
    {
        Bench bench = new Bench().Begin();
        List<Block> blocks = [bench.Block(1)];
        for (ulong view = 2; view <= 9; view++) blocks.Add(bench.Block(view, blocks[^1]));
        Certificate finalization = bench.Certificate(9, VoteKind.Finalize, blocks[^1].Header.Digest);
        bench.Hear(bench.Other(), new ConsensusMessage.Tip(new CertifiedHeader(blocks[^1].Header, finalization)));

        bench.Hear(bench.Other(), new ConsensusMessage.Chain([.. blocks[6..]], finalization));
        Assert.Equal(new ConsensusMessage.WantBranch(new Height(6), blocks[5].Header.Digest), bench.SentTo(bench.Other())[^1]);
        bench.Hear(bench.Other(), new ConsensusMessage.Branch([.. blocks[3..6]]));
        Assert.Equal(new ConsensusMessage.WantBranch(new Height(3), blocks[2].Header.Digest), bench.SentTo(bench.Other())[^1]);
        // An answer that comes twice is nobody's fault.
        bench.Hear(bench.Other(), new ConsensusMessage.Branch([.. blocks[3..6]]));
        Assert.Equal(Height.Genesis, bench.Machine.Snapshot.Finalized);
        bench.Hear(bench.Other(), new ConsensusMessage.Branch([.. blocks[..3]]));

        Assert.Equal(new Height(9), bench.Machine.Snapshot.Finalized);
        Assert.Equal(9, Assert.Single(bench.Of<ConsensusEffect.Deliver>()).Blocks.Length);
        Assert.Null(bench.Machine.Snapshot.SyncTarget);
        Assert.Empty(bench.Of<ConsensusEffect.Blame>());
    }

    [Theory]
    [InlineData("another block")]
    [InlineData("gap")]
    [InlineData("body")]
    public void R10_a_branch_that_is_not_the_one_is_refused_and_blamed(string fault)
    {
        Bench bench = new Bench().Begin();
        List<Block> blocks = [bench.Block(1)];
        for (ulong view = 2; view <= 9; view++) blocks.Add(bench.Block(view, blocks[^1]));
        Certificate finalization = bench.Certificate(9, VoteKind.Finalize, blocks[^1].Header.Digest);
        bench.Hear(bench.Other(), new ConsensusMessage.Tip(new CertifiedHeader(blocks[^1].Header, finalization)));
        bench.Hear(bench.Other(), new ConsensusMessage.Chain([.. blocks[6..]], finalization));

        Block other = blocks[5] with { Header = blocks[5].Header with { Time = blocks[5].Header.Time + Duration.FromSeconds(1) } };
        bench.Hear(bench.Other(), new ConsensusMessage.Branch(fault switch
        {
            "another block" => [blocks[4], other],
            "gap" => [blocks[3], blocks[5]],
            _ => [blocks[4] with { Transactions = [] }, blocks[5]],
        }));

        Assert.Single(bench.Of<ConsensusEffect.Blame>());
        Assert.Empty(bench.Of<ConsensusEffect.Deliver>());
        bench.Hear(bench.Other(), new ConsensusMessage.Branch([.. blocks[..6]]));
        Assert.Equal(new Height(9), bench.Machine.Snapshot.Finalized);
    }

    [Fact]
    public void R10_a_branch_that_nobody_asked_for_is_nothing()
    {
        Bench bench = new Bench().Begin();
        Block first = bench.Block(1);
        bench.Hear(bench.Other(), new ConsensusMessage.Branch([first, first with { Header = first.Header with { Height = new Height(ulong.MaxValue) } }]));
        bench.Hear(bench.Other(), new ConsensusMessage.Branch([]));
        Assert.Empty(bench.Of<ConsensusEffect.Blame>());
        Assert.Equal(Height.Genesis, bench.Machine.Snapshot.Finalized);
    }

    [Theory]
    [InlineData("gap")]
    [InlineData("body")]
    [InlineData("justification")]
    [InlineData("certificate")]
    [InlineData("weight")]
    [InlineData("height near the end of numbers")]
    public void R10_a_chain_that_is_not_one_is_refused_and_blamed(string fault)
    {
        Bench bench = new Bench().Begin();
        Block first = bench.Block(1);
        Block second = bench.Block(2, first);
        Certificate finalization = bench.Certificate(2, VoteKind.Finalize, second.Header.Digest);
        Block endless = second with { Header = second.Header with { Height = new Height(ulong.MaxValue) } };
        ConsensusMessage.Chain chain = fault switch
        {
            "gap" => new([first, first], finalization),
            "body" => new([first, second with { Transactions = [] }], finalization),
            "justification" => new([first, second with { Justification = Justification.OfGenesis }], finalization),
            "certificate" => new([first], finalization),
            "weight" => new([first, second], bench.Certificate(2, VoteKind.Finalize, second.Header.Digest, 0, 1)),
            _ => new([endless, endless], finalization),
        };
        bench.Hear(bench.Other(), chain);
        Assert.Single(bench.Of<ConsensusEffect.Blame>());
        Assert.Empty(bench.Of<ConsensusEffect.Deliver>());
    }

    [Fact]
    public void One_validator_alone_makes_a_chain()
    {
        Bench bench = new(validators: 1, leads: true);
        bench.Step(new ConsensusInput.Pending(true));
        bench.Step(new ConsensusInput.Start());
        for (int i = 1; i <= 5; i++)
        {
            bench.Now += Duration.FromSeconds(1);
            bench.Fire(ConsensusTimer.Build);
            ConsensusEffect.Build build = bench.Of<ConsensusEffect.Build>()[^1];
            bench.Step(new ConsensusInput.Built(build.View, build.Parent, build.Time, [], Hash256.Zero));
            Assert.Equal(new Height((ulong)i), bench.Machine.Snapshot.Finalized);
        }
    }

    private static Hash256? Value(int number) => number == 0 ? null : Crypto.Hasher.Sha256([(byte)number]);
}
