using System;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Consensus.Tests.Harness;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Light;

namespace NodeRuntime.Consensus.Tests;

/// <summary>R12, by scripts on one machine of four: three stay, one leaves, the peer with key 9 joins.</summary>
public sealed class SealTests
{
    private const int Joiner = 9;

    private readonly Bench _bench = new();

    /// <summary>We are the second place; the joiner is the last.</summary>
    private ValidatorSet Next => Bench.SetOf(_bench.Other(), _bench.Self, _bench.Other(_bench.Other()), Joiner);

    private int Stays => _bench.Other();

    private int StaysToo => _bench.Other(Stays);

    [Fact]
    public void Who_is_of_a_set_that_is_due_says_so_behind_a_record()
    {
        _bench.Begin();
        _bench.Step(new ConsensusInput.SetDue(Next));
        int record = _bench.Seen.FindIndex(static it => it is ConsensusEffect.Persist { Record: LogRecord.SaidReady });
        int word = _bench.Seen.FindIndex(static it => it is ConsensusEffect.Broadcast { Message: ConsensusMessage.Ready });
        Assert.True(record >= 0 && record < word);
        Readiness said = Assert.IsType<ConsensusMessage.Ready>(Assert.IsType<ConsensusEffect.Broadcast>(_bench.Seen[word]).Message).Readiness;
        Assert.Equal(_bench.Ready(Next, 1, _bench.Self), said);
        Assert.Equal(1UL, _bench.Machine.Snapshot.Due!.Value.ReadyWeight);

        _bench.Seen.Clear();
        _bench.Fire(ConsensusTimer.Retry);
        Assert.Contains(_bench.Seen, static it => it is ConsensusEffect.Broadcast { Message: ConsensusMessage.Ready });
        Assert.DoesNotContain(_bench.Seen, static it => it is ConsensusEffect.Persist { Record: LogRecord.SaidReady });
    }

    [Fact]
    public void A_word_is_said_again_with_every_block_while_its_set_is_due()
    {
        _bench.Begin();
        LeadByOthers();
        _bench.Step(new ConsensusInput.SetDue(Next));
        _bench.Hear(Stays, new ConsensusMessage.Ready(_bench.Ready(Next, 3, Joiner)));
        _bench.Seen.Clear();
        _bench.Finalize(_bench.Block(1));
        // Whoever heard it before it knew of the set hears it now.
        Readiness again = _bench.Seen.OfType<ConsensusEffect.Broadcast>().Select(static it => it.Message).OfType<ConsensusMessage.Ready>().Single().Readiness;
        Assert.Equal(new ValidatorIndex(1), again.Member);
        // And its record outlives the log below the floor.
        Assert.Contains(_bench.Seen, static it => it is ConsensusEffect.Persist { Record: LogRecord.SaidReady { Said.Number: 2 } });
        _bench.Step(new ConsensusInput.SetDue(null));
        _bench.Seen.Clear();
        _bench.Fire(ConsensusTimer.Retry);
        Assert.DoesNotContain(_bench.Seen, static it => it is ConsensusEffect.Broadcast { Message: ConsensusMessage.Ready });
    }

    [Fact]
    public void Who_is_not_of_the_set_or_reads_history_says_nothing()
    {
        _bench.Begin();
        _bench.Step(new ConsensusInput.SetDue(Bench.SetOf(Stays, StaysToo, Joiner)));
        Assert.DoesNotContain(_bench.Seen, static it => it is ConsensusEffect.Broadcast { Message: ConsensusMessage.Ready });
        _bench.Now += Duration.FromMinutes(10);
        _bench.Step(new ConsensusInput.SetDue(Next));
        Assert.DoesNotContain(_bench.Seen, static it => it is ConsensusEffect.Broadcast { Message: ConsensusMessage.Ready });
    }

    [Fact]
    public void A_members_word_is_counted_once_and_passed_on()
    {
        _bench.Begin();
        _bench.Step(new ConsensusInput.SetDue(Next));
        _bench.Seen.Clear();
        ConsensusMessage.Ready word = new(_bench.Ready(Next, 3, Joiner));
        _bench.Hear(Stays, word);
        _bench.Hear(StaysToo, word);
        Assert.Single(_bench.Seen, it => it is ConsensusEffect.Broadcast { Message: ConsensusMessage.Ready });
        Assert.Equal(2UL, _bench.Machine.Snapshot.Due!.Value.ReadyWeight);
        Assert.Empty(_bench.Of<ConsensusEffect.Blame>());
    }

    [Theory]
    [InlineData("signed by another", true)]
    [InlineData("a place beyond the set", true)]
    [InlineData("of a set that is not due", false)]
    public void A_word_that_is_none_does_not_count(string word, bool isBlamed)
    {
        _bench.Begin();
        _bench.Step(new ConsensusInput.SetDue(Next));
        _bench.Hear(Stays, new ConsensusMessage.Ready(word switch
        {
            "signed by another" => _bench.Ready(Next, 3, Stays),
            "a place beyond the set" => _bench.Ready(Next, 3, Joiner) with { Member = new ValidatorIndex(4) },
            _ => _bench.Ready(Bench.SetOf(Joiner, Stays), 0, Joiner),
        }));
        Assert.Equal(1UL, _bench.Machine.Snapshot.Due!.Value.ReadyWeight);
        Assert.Equal(isBlamed ? 1 : 0, _bench.Of<ConsensusEffect.Blame>().Count);
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void A_leader_seals_as_soon_as_a_quorum_is_ready_and_not_before(int ready, bool seals)
    {
        Bench bench = new(leads: true);
        ValidatorSet next = Bench.SetOf(bench.Other(), bench.Self, bench.Other(bench.Other()), Joiner);
        bench.Begin();
        bench.Step(new ConsensusInput.SetDue(next));
        bench.Hear(bench.Other(), new ConsensusMessage.Ready(bench.Ready(next, 3, Joiner)));
        if (ready == 3) bench.Hear(bench.Other(), new ConsensusMessage.Ready(bench.Ready(next, 0, bench.Other())));
        // The first view asked for its block as it began.
        bench.Step(new ConsensusInput.Built(new View(1), bench.Genesis.ChainId.Hash, bench.Now, [], Hash256.Zero) { Due = next });

        Block proposed = bench.Of<ConsensusEffect.Broadcast>().Select(static it => it.Message).OfType<ConsensusMessage.Propose>().Single().Block;
        Assert.Equal(seals, proposed.Header.IsSeal);
        Assert.Equal(
            ProposalVerdict.Accepted,
            ProposalRules.Check(proposed, bench.Genesis.ChainId, bench.Genesis.ValidatorSet, PastEpochs.None, EpochAnchor.OfGenesis(bench.Genesis.ChainId), bench.Genesis.Parameters));
        if (seals) Assert.Equal(SuccessionVerdict.Accepted, SuccessionRules.Check(proposed.Justification.Succession!, bench.Genesis.ChainId, bench.Signatures));
    }

    [Theory]
    [InlineData("three of the next set", true)]
    [InlineData("two of the next set", false)]
    [InlineData("nobody", false)]
    [InlineData("the old set's keys", false)]
    [InlineData("somebody who is not of it", false)]
    public void A_seal_gets_a_vote_if_a_quorum_of_the_next_set_is_ready(string ready, bool gets)
    {
        _bench.Begin();
        (int, int)[] words = ready switch
        {
            "three of the next set" => [(0, Stays), (2, StaysToo), (3, Joiner)],
            "two of the next set" => [(0, Stays), (3, Joiner)],
            "nobody" => [],
            "the old set's keys" => [(0, Stays), (2, StaysToo), (3, Leaver())],
            _ => [(0, Stays), (2, StaysToo), (4, Joiner)],
        };
        Block seal = _bench.Seal(1, Next, null, words);
        _bench.Hear(_bench.Leader(1), _bench.Proposal(seal));
        Assert.Equal(gets, _bench.Votes().Exists(vote => vote.Value == seal.Header.Digest));
        Assert.Equal(gets ? 0 : 1, _bench.Of<ConsensusEffect.Blame>().Count);
    }

    [Fact]
    public void Nothing_stands_on_a_seal_in_its_epoch()
    {
        Block seal = NotarizedSeal();
        Block child = _bench.Block(2, seal);
        _bench.Hear(_bench.Leader(2), _bench.Proposal(child));
        Assert.DoesNotContain(_bench.Votes(), vote => vote.Value == child.Header.Digest);
        Assert.Contains(_bench.Votes(), static vote => vote.Slot.View.Number == 2 && vote.Value is null);
    }

    [Fact]
    public void A_seal_that_is_not_final_is_voted_on_again_and_final_then()
    {
        Block seal = NotarizedSeal();
        _bench.Hear(_bench.Leader(2), Reseal(2, _bench.Certificate(1, VoteKind.Notarize, seal.Header.Digest)));
        Assert.Contains(_bench.Votes(), vote => vote.Slot.View.Number == 2 && vote.Slot.Kind == VoteKind.Notarize && vote.Value == seal.Header.Digest);
        _bench.Hear(Stays, new ConsensusMessage.Certified(_bench.Certificate(2, VoteKind.Notarize, seal.Header.Digest)));
        Assert.Contains(_bench.Votes(), vote => vote.Slot.View.Number == 2 && vote.Slot.Kind == VoteKind.Finalize && vote.Value == seal.Header.Digest);
        _bench.Hear(Stays, new ConsensusMessage.Certified(_bench.Certificate(2, VoteKind.Finalize, seal.Header.Digest)));
        ConsensusEffect.Deliver delivered = Assert.Single(_bench.Of<ConsensusEffect.Deliver>());
        Assert.Equal(seal.Header.Digest, delivered.Blocks[^1].Header.Digest);
        Assert.True(new CertifiedHeader(seal.Header, delivered.Finalization).IsOfHeader);
        Assert.Equal(new Epoch(1), _bench.Machine.Snapshot.Validators.Epoch);
    }

    [Theory]
    [InlineData("a certificate of another block")]
    [InlineData("a nullification for a parent")]
    [InlineData("no parent")]
    [InlineData("a view too far")]
    [InlineData("not the leader")]
    [InlineData("a finalize vote")]
    public void A_second_vote_on_a_seal_is_checked_like_a_child(string defect)
    {
        Block seal = NotarizedSeal();
        Certificate notarization = _bench.Certificate(1, VoteKind.Notarize, seal.Header.Digest);
        ConsensusMessage.Reseal good = Reseal(2, notarization);
        _bench.Seen.Clear();
        _bench.Hear(_bench.Leader(2), defect switch
        {
            "a certificate of another block" => Reseal(2, _bench.Certificate(1, VoteKind.Notarize, Hash256.Zero), seal.Header.Digest),
            "a nullification for a parent" => good with { Justification = new Justification(_bench.Nullification(1), []) },
            "no parent" => good with { Justification = new Justification(null, []) },
            "a view too far" => Reseal(3, notarization),
            "not the leader" => good with { LeaderVote = _bench.Vote(_bench.Other(_bench.Leader(2)), 2, VoteKind.Notarize, seal.Header.Digest) },
            _ => good with { LeaderVote = _bench.Vote(_bench.Leader(2), 2, VoteKind.Finalize, seal.Header.Digest) },
        });
        Assert.Single(_bench.Of<ConsensusEffect.Blame>());
        Assert.DoesNotContain(_bench.Votes(), vote => vote.Value == seal.Header.Digest);
    }

    [Fact]
    public void A_block_that_is_no_seal_is_not_voted_on_again()
    {
        _bench.Begin();
        LeadByOthers();
        Block block = _bench.Block(1);
        _bench.Hear(_bench.Leader(1), _bench.Proposal(block));
        Certificate notarization = _bench.Certificate(1, VoteKind.Notarize, block.Header.Digest);
        _bench.Hear(Stays, new ConsensusMessage.Certified(notarization));
        _bench.Hear(_bench.Leader(2), Reseal(2, notarization));
        Assert.DoesNotContain(_bench.Votes(), static vote => vote.Slot.View.Number == 2 && vote.Slot.Kind == VoteKind.Notarize);
        Assert.Contains(_bench.Votes(), static vote => vote.Slot.View.Number == 2 && vote.Value is null);
    }

    [Fact]
    public void Who_was_ready_votes_in_the_next_epoch_at_once_and_its_disk_knew_before_the_seal_was_final()
    {
        Sealed(wasReady: true);
        Assert.False(_bench.Machine.Snapshot.IsFenced);
        Assert.Equal(new View(1), _bench.Machine.Snapshot.View);
        int entered = _bench.Seen.FindIndex(static it => it is ConsensusEffect.Persist { Record: LogRecord.Entered { Epoch.Number: 1 } });
        int delivered = _bench.Seen.FindIndex(static it => it is ConsensusEffect.Deliver);
        Assert.True(entered >= 0 && entered < delivered);
        _bench.Fire(ConsensusTimer.Advance);
        Vote vote = _bench.Votes()[^1];
        Assert.Equal(new VoteSlot(new Epoch(1), new View(1), VoteKind.Finalize), vote.Slot);
        Assert.Equal(new ValidatorIndex(1), vote.Voter);
    }

    [Fact]
    public void Who_was_not_ready_and_remembers_votes_of_its_own_listens_and_votes()
    {
        Sealed(wasReady: false);
        Assert.False(_bench.Machine.Snapshot.IsFenced);
        _bench.Fire(ConsensusTimer.Advance);
        Assert.DoesNotContain(_bench.Votes(), static vote => vote.Slot.Epoch.Number == 1);
        _bench.EndListening();
        _bench.Fire(ConsensusTimer.Advance);
        Assert.Equal(new VoteSlot(new Epoch(1), new View(1), VoteKind.Finalize), _bench.Votes()[^1].Slot);
    }

    [Fact]
    public void Who_hears_its_own_forgotten_vote_while_it_listens_is_fenced()
    {
        Sealed(wasReady: false);
        _bench.Hear(Stays, new ConsensusMessage.Voted(_bench.VoteIn(Next, 1, _bench.Self, 1, VoteKind.Finalize, null)));
        Assert.True(_bench.Machine.Snapshot.IsFenced);
    }

    [Fact]
    public void Who_remembers_nothing_and_ran_when_the_seal_was_made_listens_and_votes()
    {
        _bench.Begin();
        _bench.Now += (_bench.Genesis.Parameters.ClockDriftMax * 2) + Duration.FromSeconds(1);
        FetchSeal();
        Assert.False(_bench.Machine.Snapshot.IsFenced);
        _bench.EndListening();
        _bench.Fire(ConsensusTimer.Advance);
        Assert.Equal(new VoteSlot(new Epoch(1), new View(1), VoteKind.Finalize), _bench.Votes()[^1].Slot);
    }

    [Fact]
    public void Who_remembers_nothing_and_came_later_is_fenced_until_the_others_have_told_how_far_they_are()
    {
        _bench.Begin();
        FetchSeal();
        Assert.True(_bench.Machine.Snapshot.IsFenced);
        ConsensusMessage.FenceQuestion question = _bench.Seen.OfType<ConsensusEffect.Broadcast>().Select(static it => it.Message)
            .OfType<ConsensusMessage.FenceQuestion>().First();
        // From the old epoch, or from no certificate at all: whoever says so has ended no view of this one.
        _bench.Hear(Stays, new ConsensusMessage.FenceAnswer(question.Nonce, _bench.Certificate(1, VoteKind.Finalize, Hash256.Zero)));
        _bench.Hear(StaysToo, new ConsensusMessage.FenceAnswer(question.Nonce, null));
        Assert.True(_bench.Machine.Snapshot.IsFenced);
        _bench.Step(new ConsensusInput.PeerConnected(KeyedHashSignatures.KeyOf(Joiner).ToPeerId()));
        _bench.Step(new ConsensusInput.Received(KeyedHashSignatures.KeyOf(Joiner).ToPeerId(), new ConsensusMessage.FenceAnswer(question.Nonce, null)));
        Assert.False(_bench.Machine.Snapshot.IsFenced);
        _bench.Seen.Clear();
        _bench.Fire(ConsensusTimer.Advance);
        Assert.Empty(_bench.Votes());
    }

    [Theory]
    [InlineData(60_000, false)]
    [InlineData(19_000, true)]
    public void A_disk_that_is_older_than_the_seal_listens_and_a_younger_one_is_fenced(int age, bool isFenced)
    {
        // It starts a moment before the seal, or behind it: when the process began says nothing of what the disk would remember.
        foreach (bool isBehind in (bool[])[false, true])
        {
            LogRecord.Born born = new(_bench.Now - Duration.FromMilliseconds(age));
            _bench.AtStart = isBehind ? Next : null;
            _bench.Past = isBehind ? PastEpochs.None.And(_bench.Genesis.ValidatorSet, _bench.Now) : PastEpochs.None;
            Block seal = _bench.Seal(1, Next, null, (0, Stays), (2, StaysToo), (3, Joiner));
            Certificate finalization = _bench.Certificate(1, VoteKind.Finalize, seal.Header.Digest);
            _bench.Make(Recovery.Fresh with { Tip = isBehind ? (seal, finalization) : null, Records = [born], Watermark = new Watermark(Nothing, null) });
            _bench.Seen.Clear();
            _bench.Begin();
            if (!isBehind) FetchSeal();
            Assert.Equal(Next.Hash, _bench.Machine.Snapshot.Validators.Hash);
            Assert.Equal(isFenced, _bench.Machine.Snapshot.IsFenced);
            Assert.DoesNotContain(_bench.Seen, static it => it is ConsensusEffect.Persist { Record: LogRecord.Born });
            _bench.EndListening();
            _bench.Fire(ConsensusTimer.Advance);
            Assert.Equal(isFenced, !_bench.Votes().Exists(static vote => vote.Slot.Epoch.Number == 1));
        }
    }

    [Fact]
    public void A_new_disk_writes_down_when_it_was_born_and_only_once()
    {
        _bench.Step(new ConsensusInput.Start());
        LogRecord born = Assert.Single(_bench.Of<ConsensusEffect.Persist>(), static it => it.Record is LogRecord.Born).Record;
        Assert.Equal(new LogRecord.Born(_bench.Now), LogRecord.Decode(born.Encode()));
        _bench.Make(Recovery.Fresh with { Records = [born] });
        _bench.Seen.Clear();
        _bench.Step(new ConsensusInput.Start());
        Assert.DoesNotContain(_bench.Seen, static it => it is ConsensusEffect.Persist { Record: LogRecord.Born });
    }

    [Fact]
    public void A_machine_that_is_set_down_behind_seals_is_in_their_epoch_and_stands_as_after_the_last()
    {
        foreach (bool isOld in (bool[])[true, false])
        {
            LogRecord.Born born = new(_bench.Now - (isOld ? Duration.FromMinutes(1) : Duration.Zero));
            _bench.Make(Recovery.Fresh with { Records = [born] });
            _bench.Begin();
            Block seal = _bench.Seal(1, Next, null, (0, Stays), (2, StaysToo), (3, Joiner));
            Seal proven = new(new CertifiedHeader(seal.Header, _bench.Certificate(1, VoteKind.Finalize, seal.Header.Digest)), Next);
            Block anchor = _bench.Block(4, seal);
            anchor = anchor with { Header = anchor.Header with { Epoch = new Epoch(1), Height = new Height(50) }, Justification = Justification.OfGenesis };
            Certificate finalization = new(
                new VoteSlot(new Epoch(1), new View(4), VoteKind.Finalize), anchor.Header.Digest,
                [.. new[] { (0, Stays), (2, StaysToo), (3, Joiner) }.Select(it => new CertificateSigner(
                    new ValidatorIndex((ushort)it.Item1), _bench.VoteIn(Next, it.Item1, it.Item2, 4, VoteKind.Finalize, anchor.Header.Digest).Signature))]);
            _bench.Step(new ConsensusInput.Restored([anchor], finalization, [proven]));
            ConsensusSnapshot snapshot = _bench.Machine.Snapshot;
            Assert.Equal((Next.Hash, new Height(50), new View(5)), (snapshot.Validators.Hash, snapshot.Finalized, snapshot.View));
            Assert.Equal(!isOld, snapshot.IsFenced);
        }
    }

    [Fact]
    public void Who_hears_of_later_epochs_asks_for_a_snapshot_when_all_have_pruned_or_most_are_far_above()
    {
        foreach (bool haveAllPruned in (bool[])[true, false])
        {
            Bench bench = new Bench(snapshotBehind: 100).Begin();
            int first = bench.Other();
            int second = bench.Other(first);
            int third = bench.Other(first, second);
            foreach (int peer in (int[])[first, second, third])
            {
                if (!haveAllPruned && peer == third) break;
                Assert.Empty(bench.Of<ConsensusEffect.FarBehind>());
                if (haveAllPruned)
                {
                    bench.Hear(peer, new ConsensusMessage.HaveCertificate(new Epoch(3), new View(1)));
                    bench.Hear(peer, new ConsensusMessage.Pruned(new Height(900)));
                    continue;
                }

                BlockHeader far = bench.Block(9).Header with { Epoch = new Epoch(3), Height = new Height(900) };
                Certificate finalization = bench.Certificate(9, VoteKind.Finalize, far.Digest);
                bench.Hear(peer, new ConsensusMessage.Tip(new CertifiedHeader(far, finalization with { Slot = finalization.Slot with { Epoch = new Epoch(3) } })));
            }

            Assert.Null(Assert.Single(bench.Of<ConsensusEffect.FarBehind>()).Target);
            Assert.True(bench.Machine.Snapshot.IsRestoring);
        }
    }

    private static VoteSlot Nothing => new(new Epoch(0), View.Genesis, VoteKind.Notarize);

    [Fact]
    public void Who_left_signs_nothing_more_and_follows()
    {
        _bench.Begin();
        LeadByOthers();
        ValidatorSet next = Bench.SetOf(Stays, StaysToo, Joiner);
        Block seal = _bench.Seal(1, next, null, (0, Stays), (1, StaysToo), (2, Joiner));
        _bench.Finalize(seal);
        Assert.Null(_bench.Machine.Snapshot.Self);
        Assert.Equal(next.Hash, _bench.Machine.Snapshot.Validators.Hash);
        _bench.Seen.Clear();
        _bench.Fire(ConsensusTimer.Leader);
        _bench.Fire(ConsensusTimer.Advance);
        _bench.Fire(ConsensusTimer.Retry);
        Assert.Empty(_bench.Votes());
    }

    [Fact]
    public void Evidence_of_an_epoch_that_is_over_is_kept_and_taken_until_its_bonds_are_free()
    {
        _bench.Begin();
        Evidence early = _bench.Against(Leaver(), 1, VoteKind.Notarize, Hash256.Zero, VoteKind.Notarize, _bench.Genesis.ChainId.Hash);
        Evidence late = _bench.Against(Stays, 1, VoteKind.Finalize, Hash256.Zero, VoteKind.Finalize, null);
        Evidence unborn = Evidence.Of(
            _bench.Genesis.ChainId, _bench.VoteIn(Later, 0, Stays, 1, VoteKind.Finalize, Hash256.Zero), _bench.VoteIn(Later, 0, Stays, 1, VoteKind.Finalize, null))!;
        _bench.Hear(Stays, new ConsensusMessage.Accusation(early));
        FetchSeal();
        Assert.Equal(1, _bench.Machine.Snapshot.EvidenceHeld);
        _bench.Seen.Clear();
        _bench.Hear(StaysToo, new ConsensusMessage.Accusation(late));
        _bench.Hear(StaysToo, new ConsensusMessage.Accusation(late with { }));
        _bench.Hear(StaysToo, new ConsensusMessage.Accusation(unborn));
        Assert.Equal(late, Assert.Single(_bench.Of<ConsensusEffect.Accuse>()).Evidence);
        Assert.Equal(2, _bench.Machine.Snapshot.EvidenceHeld);
        // The voter is judged by its own epoch's set: in this one its index is another's.
        _bench.Hear(StaysToo, new ConsensusMessage.Accusation(Evidence.Of(early.Chain, Unsigned(early.First, Stays), Unsigned(early.Second, Stays))!));
        Assert.Equal(ConsensusFault.EvidenceWrong, Assert.Single(_bench.Of<ConsensusEffect.Blame>()).Fault);

        PastEpochs past = PastEpochs.None.And(_bench.Genesis.ValidatorSet, _bench.Now);
        Instant free = _bench.Now + _bench.Genesis.Parameters.UnbondingTime;
        Assert.Equal(ProposalVerdict.Accepted, Judge(past, free, early));
        Assert.Equal(ProposalVerdict.EvidenceTooOld, Judge(past, free + Duration.FromMilliseconds(1), early));
        Assert.Equal(ProposalVerdict.EvidenceOfOtherEpoch, Judge(PastEpochs.None, free, early));
        Assert.Equal(ProposalVerdict.EvidenceOfOtherEpoch, Judge(past, free, unborn));
        // Who is in jail is no news, with whichever epoch's votes.
        _bench.Step(new ConsensusInput.Punished([KeyedHashSignatures.KeyOf(Leaver())]));
        Assert.Equal(1, _bench.Machine.Snapshot.EvidenceHeld);
    }

    private ValidatorSet Later => new(new Epoch(2), Next.Members);

    private Vote Unsigned(Vote vote, int voter) => vote with { Voter = new ValidatorIndex((ushort)voter) };

    private ProposalVerdict Judge(PastEpochs past, Instant time, Evidence evidence)
    {
        Block block = _bench.Block(1, evidence: [evidence]);
        ValidatorSet next = Next;
        BlockHeader header = block.Header with
        {
            Epoch = next.Epoch,
            Proposer = LeaderSchedule.LeaderOf(_bench.Genesis.ChainId, next, new View(1)),
            Time = time,
        };
        return ProposalRules.Check(block with { Header = header }, _bench.Genesis.ChainId, next, past, null, _bench.Genesis.Parameters);
    }

    [Fact]
    public void A_vote_of_the_epoch_that_is_over_does_not_count_and_its_sender_learns_of_the_seal()
    {
        Sealed(wasReady: true);
        _bench.Seen.Clear();
        for (int i = 0; i < 4; i++)
        {
            if (i != _bench.Self) _bench.Hear(i, new ConsensusMessage.Voted(_bench.Vote(i, 1, VoteKind.Finalize, null)));
        }

        Assert.Equal(new View(1), _bench.Machine.Snapshot.View);
        Assert.Equal(0, _bench.Machine.Snapshot.VoteSlotsHeld);
        Assert.Empty(_bench.Of<ConsensusEffect.Blame>());
        Assert.Contains(_bench.SentTo(Stays), static message => message is ConsensusMessage.Tip { Header.Header.IsSeal: true });
    }

    [Fact]
    public void An_old_key_has_no_vote_in_the_next_epoch()
    {
        Sealed(wasReady: true);
        _bench.Hear(Stays, new ConsensusMessage.Voted(_bench.VoteIn(Next, 3, Leaver(), 1, VoteKind.Finalize, null)));
        Assert.Equal(ConsensusFault.SignatureWrong, Assert.Single(_bench.Of<ConsensusEffect.Blame>()).Fault);
        _bench.Hear(Stays, new ConsensusMessage.Voted(_bench.VoteIn(Next, 3, Joiner, 1, VoteKind.Finalize, null)));
        Assert.Equal(1, _bench.Machine.Snapshot.VoteSlotsHeld);
    }

    [Fact]
    public void A_changed_key_signs_from_the_seal_on_and_the_old_one_until_then()
    {
        _bench.OtherKey = 77;
        _bench.Make(Recovery.Fresh);
        _bench.Begin();
        LeadByOthers();
        ValidatorSet next = Bench.SetOf(Stays, 77, StaysToo, Leaver());
        _bench.Step(new ConsensusInput.SetDue(next));
        Block seal = _bench.Seal(1, next, null, (0, Stays), (1, 77), (2, StaysToo));
        _bench.Finalize(seal);
        Assert.All(_bench.Votes(), vote => Assert.Equal(new ValidatorIndex((ushort)_bench.Self), vote.Voter));
        _bench.Seen.Clear();
        _bench.Fire(ConsensusTimer.Advance);
        Assert.Equal(_bench.VoteIn(next, 1, 77, 1, VoteKind.Finalize, null), Assert.Single(_bench.Votes()));
    }

    [Fact]
    public void A_tip_of_a_later_epoch_is_no_fault_and_no_height_but_a_reason_to_ask()
    {
        _bench.Begin();
        BlockHeader far = _bench.Block(9).Header with { Epoch = new Epoch(3), Height = new Height(900) };
        Certificate finalization = _bench.Certificate(9, VoteKind.Finalize, far.Digest);
        finalization = finalization with { Slot = finalization.Slot with { Epoch = new Epoch(3) }, Value = far.Digest };
        _bench.Seen.Clear();
        _bench.Hear(Stays, new ConsensusMessage.Tip(new CertifiedHeader(far, finalization)));
        Assert.Contains(_bench.SentTo(Stays), static message => message is ConsensusMessage.WantChain { From.Number: 1 });
        Assert.Null(_bench.Machine.Snapshot.SyncTarget);
        Assert.Empty(_bench.Of<ConsensusEffect.Blame>());
    }

    [Fact]
    public void Who_speaks_of_later_epochs_all_day_is_not_the_only_one_who_is_asked()
    {
        _bench.Begin();
        for (int i = 0; i < 40; i++)
        {
            _bench.Now += Duration.FromSeconds(2);
            _bench.Hear(Stays, new ConsensusMessage.HaveCertificate(new Epoch(uint.MaxValue), new View(1)));
        }

        Assert.Contains(_bench.SentTo(StaysToo), static message => message is ConsensusMessage.WantChain);
        Assert.Contains(_bench.SentTo(Leaver()), static message => message is ConsensusMessage.WantChain);
        Assert.Null(_bench.Machine.Snapshot.SyncTarget);
    }

    [Theory]
    [InlineData("entered", false)]
    [InlineData("voted before", false)]
    [InlineData("never voted", true)]
    public void A_machine_that_starts_on_a_seal_is_in_the_next_epoch(string past, bool isFenced)
    {
        Block seal = _bench.Seal(1, Next, null, (0, Stays), (2, StaysToo), (3, Joiner));
        Certificate finalization = _bench.Certificate(1, VoteKind.Finalize, seal.Header.Digest);
        bool voted = past == "voted before";
        VoteSlot mark = voted ? new VoteSlot(new Epoch(0), new View(1), VoteKind.Finalize) : new LogRecord.Entered(new Epoch(past == "entered" ? 1u : 0)).Watermark.Slot;
        _bench.AtStart = Next;
        _bench.Make(new Recovery
        {
            Tip = (seal, finalization),
            Watermark = new Watermark(mark, voted ? seal.Header.Digest : null),
            Records = voted ? [new LogRecord.OwnVote(_bench.Vote(_bench.Self, 1, VoteKind.Finalize, seal.Header.Digest))] : [],
            WatermarkIsLost = false,
        });
        ConsensusSnapshot snapshot = _bench.Machine.Snapshot;
        Assert.Equal(new Epoch(1), snapshot.Validators.Epoch);
        Assert.Equal(seal.Header.Digest, snapshot.FinalizedDigest);
        Assert.Equal(new ValidatorIndex(1), snapshot.Self);
        Assert.Equal(isFenced, snapshot.IsFenced);
        _bench.Begin();
        Assert.Equal(new View(1), _bench.Machine.Snapshot.View);
    }

    [Fact]
    public void A_window_of_the_chain_has_a_seal_at_its_top_alone()
    {
        _bench.Begin();
        LeadByOthers();
        Block first = _bench.Block(1);
        Block seal = _bench.Seal(2, Next, first, (0, Stays), (2, StaysToo), (3, Joiner));
        Block above = _bench.Block(3, seal);
        _bench.Hear(Stays, new ConsensusMessage.Chain([first, seal, above], _bench.Certificate(3, VoteKind.Finalize, above.Header.Digest)));
        Assert.Equal(ConsensusFault.ChainWrong, Assert.Single(_bench.Of<ConsensusEffect.Blame>()).Fault);
        _bench.Hear(StaysToo, new ConsensusMessage.Chain([first, seal], _bench.Certificate(2, VoteKind.Finalize, seal.Header.Digest)));
        Assert.Equal(new Epoch(1), _bench.Machine.Snapshot.Validators.Epoch);
        Assert.Contains(_bench.SentTo(StaysToo), static message => message is ConsensusMessage.WantChain { From.Number: 3 });
    }

    private int Leaver() => _bench.Other(Stays, StaysToo);

    // Scripts speak of views whose leader is somebody else.
    private void LeadByOthers() => Assert.NotEqual(_bench.Self, _bench.Leader(1));

    private Block NotarizedSeal()
    {
        _bench.Begin();
        Block seal = _bench.Seal(1, Next, null, (0, Stays), (2, StaysToo), (3, Joiner));
        _bench.Hear(_bench.Leader(1), _bench.Proposal(seal));
        _bench.Hear(Stays, new ConsensusMessage.Certified(_bench.Certificate(1, VoteKind.Notarize, seal.Header.Digest)));
        Assert.Equal(new View(2), _bench.Machine.Snapshot.View);
        return seal;
    }

    private void Sealed(bool wasReady)
    {
        _bench.Begin();
        if (wasReady) _bench.Step(new ConsensusInput.SetDue(Next));
        _bench.Finalize(_bench.Seal(1, Next, null, (0, Stays), (2, StaysToo), (3, Joiner)));
        Assert.Equal(Next.Hash, _bench.Machine.Snapshot.Validators.Hash);
    }

    // By its chain: nothing is signed on the way.
    private void FetchSeal()
    {
        Block seal = _bench.Seal(1, Next, null, (0, Stays), (2, StaysToo), (3, Joiner));
        _bench.Hear(Stays, new ConsensusMessage.Chain([seal], _bench.Certificate(1, VoteKind.Finalize, seal.Header.Digest)));
        Assert.Equal(Next.Hash, _bench.Machine.Snapshot.Validators.Hash);
    }

    private ConsensusMessage.Reseal Reseal(ulong view, Certificate notarization, Hash256? value = null) => new(
        new Justification(notarization, []), _bench.Vote(_bench.Leader(view), view, VoteKind.Notarize, value ?? notarization.Value));
}
