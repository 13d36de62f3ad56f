using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Consensus.Tests.Harness;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus.Tests;

/// <summary>R11 on one machine: what convicts, what does not, who hears of it and which block takes it up.</summary>
public sealed class EvidenceTests
{
    [Theory]
    [InlineData(VoteKind.Notarize, 1, VoteKind.Notarize, 2, EvidenceFault.DoubleNotarize)]
    [InlineData(VoteKind.Finalize, 1, VoteKind.Finalize, 2, EvidenceFault.DoubleFinalize)]
    [InlineData(VoteKind.Finalize, 1, VoteKind.Finalize, 0, EvidenceFault.DoubleFinalize)]
    [InlineData(VoteKind.Finalize, 0, VoteKind.Finalize, 1, EvidenceFault.DoubleFinalize)]
    [InlineData(VoteKind.Notarize, 1, VoteKind.Finalize, 2, EvidenceFault.Mismatch)]
    [InlineData(VoteKind.Finalize, 2, VoteKind.Notarize, 1, EvidenceFault.Mismatch)]
    public void Two_votes_that_contradict_each_other_accuse_once(VoteKind first, int one, VoteKind second, int other, EvidenceFault fault)
    {
        Bench bench = new Bench().Begin();
        int voter = bench.Other(bench.Leader(1));
        for (int again = 0; again < 2; again++)
        {
            bench.Hear(voter, new ConsensusMessage.Voted(bench.Vote(voter, 1, first, Value(one))));
            bench.Hear(voter, new ConsensusMessage.Voted(bench.Vote(voter, 1, second, Value(other))));
        }

        Evidence evidence = Assert.Single(bench.Of<ConsensusEffect.Accuse>()).Evidence;
        Assert.Equal(new EvidenceId(new ValidatorIndex((ushort)voter), new Epoch(0), new View(1), fault), evidence.Id);
        // Durable before anybody hears of it, and told on once.
        int persist = bench.Seen.FindIndex(effect => effect is ConsensusEffect.Persist { Record: LogRecord.Accused });
        int tell = bench.Seen.FindIndex(effect => effect is ConsensusEffect.Broadcast { Message: ConsensusMessage.Accusation });
        Assert.True(0 <= persist && persist < tell);
        Assert.Equal(evidence, Assert.Single(Told(bench)));
    }

    [Theory]
    [InlineData(VoteKind.Notarize, 1, VoteKind.Finalize, 1)]
    [InlineData(VoteKind.Notarize, 1, VoteKind.Finalize, 0)]
    [InlineData(VoteKind.Notarize, 1, VoteKind.Notarize, 1)]
    [InlineData(VoteKind.Finalize, 0, VoteKind.Finalize, 0)]
    public void What_an_honest_voter_signs_accuses_nobody(VoteKind first, int one, VoteKind second, int other)
    {
        Bench bench = new Bench().Begin();
        int voter = bench.Other(bench.Leader(1));
        bench.Hear(voter, new ConsensusMessage.Voted(bench.Vote(voter, 1, first, Value(one))));
        bench.Hear(voter, new ConsensusMessage.Voted(bench.Vote(voter, 1, second, Value(other))));
        bench.Hear(voter, new ConsensusMessage.Voted(bench.Vote(voter, 2, second, Value(7))));
        Assert.Empty(bench.Of<ConsensusEffect.Accuse>());
    }

    [Fact]
    public void Who_votes_for_another_block_of_the_leader_is_shown_the_vote_under_ours()
    {
        Bench bench = new Bench().Begin();
        int leader = bench.Leader(1);
        int voter = bench.Other(leader);
        Block ours = bench.Block(1);
        bench.Hear(leader, bench.Proposal(ours));
        bench.Seen.Clear();
        bench.Hear(voter, new ConsensusMessage.Voted(bench.Vote(voter, 1, VoteKind.Notarize, ours.Header.Digest)));
        Assert.Empty(bench.SentTo(voter));

        int other = bench.Other(leader, voter);
        bench.Hear(other, new ConsensusMessage.Voted(bench.Vote(other, 1, VoteKind.Notarize, Value(9))));
        Assert.Equal(new ConsensusMessage.Voted(bench.Proposal(ours).LeaderVote), Assert.Single(bench.SentTo(other)));
        Assert.Empty(bench.Of<ConsensusEffect.Accuse>());

        // And it answers in kind, which convicts.
        bench.Hear(other, new ConsensusMessage.Voted(bench.Vote(leader, 1, VoteKind.Notarize, Value(9))));
        Assert.Equal(leader, Assert.Single(bench.Of<ConsensusEffect.Accuse>()).Evidence.Voter.Number);
    }

    [Fact]
    public void Evidence_that_is_heard_is_verified_once_kept_and_told_on_once()
    {
        Bench bench = new Bench().Begin();
        Evidence evidence = Double(bench, bench.Leader(1));
        bench.Hear(bench.Other(), new ConsensusMessage.Accusation(evidence));
        Assert.Single(bench.Of<ConsensusEffect.Accuse>());
        Assert.Single(Told(bench));
        Assert.Equal(1, bench.Machine.Snapshot.EvidenceHeld);

        long verified = bench.Signatures.Verified;
        bench.Seen.Clear();
        for (int i = 0; i < 4; i++)
        {
            if (i != bench.Self) bench.Hear(i, new ConsensusMessage.Accusation(evidence));
        }

        Assert.Empty(bench.Seen);
        Assert.Equal(verified, bench.Signatures.Verified);
    }

    [Theory]
    [InlineData("another chain", true)]
    [InlineData("a signature of another chain", true)]
    [InlineData("a wrong signature", true)]
    [InlineData("another voter", true)]
    [InlineData("a voter outside the set", true)]
    [InlineData("another epoch", false)]
    [InlineData("too old", false)]
    public void Bad_evidence_convicts_nobody_and_blames_who_says_it(string defect, bool isBlamed)
    {
        Bench bench = new Bench().Begin();
        int liar = bench.Other();
        Bench elsewhere = new(validators: 3);
        int victim = bench.Leader(1);
        if (defect == "too old") Advance(bench, SlashingParameters.Default.EvidenceViewsMax + 2);
        bench.Seen.Clear();
        Evidence good = Double(bench, victim);
        Evidence evidence = defect switch
        {
            "another chain" => Double(elsewhere, 0),
            "a signature of another chain" => Make(bench.Genesis.ChainId, elsewhere.Vote(1, 1, VoteKind.Notarize, Value(1)), elsewhere.Vote(1, 1, VoteKind.Notarize, Value(2))),
            "a wrong signature" => Make(good.Chain, good.First, good.Second with { Signature = good.First.Signature }),
            "another voter" => Make(good.Chain, good.First with { Voter = Index(bench.Self) }, good.Second with { Voter = Index(bench.Self) }),
            "a voter outside the set" => Make(good.Chain, good.First with { Voter = Index(99) }, good.Second with { Voter = Index(99) }),
            "another epoch" => Make(good.Chain, InEpoch(good.First), InEpoch(good.Second)),
            _ => good,
        };
        bench.Hear(liar, new ConsensusMessage.Accusation(evidence));
        Assert.Empty(bench.Of<ConsensusEffect.Accuse>());
        Assert.Empty(Told(bench));
        Assert.Equal(0, bench.Machine.Snapshot.EvidenceHeld);
        List<ConsensusEffect.Blame> blames = bench.Of<ConsensusEffect.Blame>();
        if (isBlamed) Assert.Equal(new ConsensusEffect.Blame(bench.Peer(liar), ConsensusFault.EvidenceWrong), Assert.Single(blames));
        else Assert.Empty(blames);
    }

    [Fact]
    public void A_restart_forgets_no_evidence_and_says_nothing_twice()
    {
        Bench bench = new Bench().Begin();
        Evidence evidence = Double(bench, bench.Leader(1));
        ImmutableArray<LogRecord> log =
        [
            .. bench.Hear(bench.Other(), new ConsensusMessage.Accusation(evidence)).OfType<ConsensusEffect.Persist>().Select(effect => effect.Record),
        ];
        Assert.Single(log);

        bench.Make(Recovery.Fresh with { Records = [LogRecord.Decode(log[0].Encode())!] });
        bench.Seen.Clear();
        bench.Begin();
        Assert.Equal(1, bench.Machine.Snapshot.EvidenceHeld);
        bench.Hear(bench.Other(), new ConsensusMessage.Accusation(evidence));
        Assert.Empty(bench.Of<ConsensusEffect.Accuse>());
        Assert.Empty(Told(bench));

        // Whom the ledger has punished is no news after a restart either.
        bench.Make(Recovery.Fresh with { Records = log });
        bench.Step(new ConsensusInput.Punished([KeyedHashSignatures.KeyOf(evidence.Voter.Number)]));
        Assert.Equal(0, bench.Machine.Snapshot.EvidenceHeld);
    }

    [Fact]
    public void Who_connects_later_is_shown_what_waits()
    {
        Bench bench = new Bench().Begin();
        int peer = bench.Other();
        Evidence evidence = Double(bench, bench.Leader(1));
        bench.Hear(peer, new ConsensusMessage.Accusation(evidence));
        bench.Step(new ConsensusInput.PeerLeft(bench.Peer(peer)));
        bench.Seen.Clear();
        bench.Step(new ConsensusInput.PeerConnected(bench.Peer(peer)));
        Assert.Contains(new ConsensusMessage.Accusation(evidence), bench.SentTo(peer));
    }

    [Fact]
    public void A_leader_offers_one_piece_for_each_voter_and_puts_what_the_ledger_takes_into_its_block()
    {
        Bench bench = new Bench(leads: true) { Now = Bench.Start + Duration.FromMilliseconds(100) - Bench.Listening }.Begin();
        int culprit = bench.Other();
        int other = bench.Other(culprit);
        Evidence[] all = [Double(bench, culprit), bench.Against(culprit, 1, VoteKind.Finalize, Value(1), VoteKind.Finalize, null), Double(bench, other)];
        foreach (Evidence evidence in all) bench.Hear(culprit, new ConsensusMessage.Accusation(evidence));
        Assert.Equal(3, bench.Machine.Snapshot.EvidenceHeld);
        bench.Now += Duration.FromSeconds(1);
        bench.Fire(ConsensusTimer.Build);
        ConsensusEffect.Build build = Assert.Single(bench.Of<ConsensusEffect.Build>());
        Assert.Equal(new[] { culprit, other }.Order(), build.Evidence.Select(static evidence => (int)evidence.Voter.Number));

        bench.Step(new ConsensusInput.Built(build.View, build.Parent, build.Time, [], Hash256.Zero) { Evidence = build.Evidence });
        ConsensusMessage.Propose proposal = Assert.IsType<ConsensusMessage.Propose>(
            bench.Of<ConsensusEffect.Broadcast>().Select(static effect => effect.Message).Single(static message => message is ConsensusMessage.Propose));
        Assert.Equal(build.Evidence, proposal.Block.Evidence);
        Assert.Equal(Evidence.RootOf(build.Evidence), proposal.Block.Header.EvidenceRoot);
        bench.Hear(culprit, new ConsensusMessage.Certified(bench.Certificate(1, VoteKind.Notarize, proposal.Block.Header.Digest, 0, 1, 2, 3)));
        bench.Hear(culprit, new ConsensusMessage.Certified(bench.Certificate(1, VoteKind.Finalize, proposal.Block.Header.Digest, 0, 1, 2, 3)));
        Assert.Equal(new Height(1), bench.Machine.Snapshot.Finalized);
        Assert.Equal(0, bench.Machine.Snapshot.EvidenceHeld);
        // Punished: nothing more that is said of them is news.
        bench.Seen.Clear();
        bench.Hear(other, new ConsensusMessage.Accusation(bench.Against(other, 2, VoteKind.Finalize, Value(1), VoteKind.Finalize, null)));
        Assert.Empty(bench.Seen);
    }

    [Fact]
    public void A_block_with_evidence_that_convicts_gets_a_vote_and_what_is_news_is_kept()
    {
        Bench bench = new Bench().Begin();
        Evidence evidence = Double(bench, bench.Other(bench.Leader(1)));
        bench.Hear(bench.Leader(1), bench.Proposal(bench.Block(1, evidence: [evidence])));
        Assert.Equal(VoteKind.Notarize, Assert.Single(bench.Votes()).Slot.Kind);
        Assert.Equal(evidence, Assert.Single(bench.Of<ConsensusEffect.Accuse>()).Evidence);
    }

    [Theory]
    [InlineData("a wrong signature")]
    [InlineData("another chain")]
    [InlineData("a voter outside the set")]
    public void A_block_with_evidence_that_does_not_convict_is_refused_and_its_view_nullified(string defect)
    {
        Bench bench = new Bench().Begin();
        Evidence good = Double(bench, bench.Other(bench.Leader(1)));
        Evidence bad = defect switch
        {
            "a wrong signature" => Make(good.Chain, good.First, good.Second with { Signature = good.First.Signature }),
            "another chain" => Double(new Bench(validators: 3), 0),
            _ => Make(good.Chain, good.First with { Voter = Index(99) }, good.Second with { Voter = Index(99) }),
        };
        bench.Hear(bench.Leader(1), bench.Proposal(bench.Block(1, evidence: [bad])));
        Vote vote = Assert.Single(bench.Votes());
        Assert.Equal(VoteKind.Finalize, vote.Slot.Kind);
        Assert.Null(vote.Value);
        Assert.Empty(bench.Of<ConsensusEffect.Check>());
        Assert.Empty(bench.Of<ConsensusEffect.Accuse>());
    }

    [Theory]
    [InlineData("no root", ProposalVerdict.EvidenceRootWrong)]
    [InlineData("another root", ProposalVerdict.EvidenceRootWrong)]
    [InlineData("twice", ProposalVerdict.EvidenceNotInOrder)]
    [InlineData("two faults of one voter", ProposalVerdict.EvidenceNotInOrder)]
    [InlineData("out of order", ProposalVerdict.EvidenceNotInOrder)]
    [InlineData("too old", ProposalVerdict.EvidenceTooOld)]
    [InlineData("of another epoch", ProposalVerdict.EvidenceOfOtherEpoch)]
    [InlineData("in order", ProposalVerdict.Accepted)]
    public void A_proposal_is_judged_by_the_form_of_its_evidence(string defect, ProposalVerdict verdict)
    {
        Bench bench = new();
        Evidence first = Double(bench, 0);
        Evidence second = Double(bench, 1);
        Block block = defect switch
        {
            "no root" => bench.Block(1) with { Evidence = [first] },
            "another root" => bench.Block(1, evidence: [first]) with { Evidence = [second] },
            "twice" => bench.Block(1, evidence: [first, first]),
            "two faults of one voter" => bench.Block(1, evidence: [first, bench.Against(0, 1, VoteKind.Finalize, Value(1), VoteKind.Finalize, null)]),
            "out of order" => bench.Block(1, evidence: [second, first]),
            "of another epoch" => bench.Block(1, evidence: [Make(first.Chain, InEpoch(first.First), InEpoch(first.Second))]),
            "too old" => bench.Block(SlashingParameters.Default.EvidenceViewsMax + 2, evidence: [first]),
            _ => bench.Block(1, evidence: [first, second]),
        };
        Assert.Equal(verdict, ProposalRules.Check(block, bench.Genesis.ChainId, bench.Genesis.ValidatorSet, PastEpochs.None, EpochAnchor.OfGenesis(bench.Genesis.ChainId), bench.Genesis.Parameters));
    }

    [Fact]
    public void A_chain_whose_evidence_is_not_its_headers_is_refused_and_blamed()
    {
        Bench bench = new Bench().Begin();
        Block block = bench.Block(1, evidence: [Double(bench, 0)]);
        Certificate finalization = bench.Certificate(1, VoteKind.Finalize, block.Header.Digest);
        bench.Hear(bench.Other(), new ConsensusMessage.Chain([block with { Evidence = [] }], finalization));
        Assert.Equal(ConsensusFault.ChainWrong, Assert.Single(bench.Of<ConsensusEffect.Blame>()).Fault);
        bench.Hear(bench.Other(), new ConsensusMessage.Chain([block], finalization));
        Assert.Equal(new Height(1), bench.Machine.Snapshot.Finalized);
    }

    [Fact]
    public void Evidence_that_grows_old_is_forgotten()
    {
        Bench bench = new Bench().Begin();
        bench.Hear(bench.Other(), new ConsensusMessage.Accusation(Double(bench, bench.Leader(1))));
        Assert.Equal(1, bench.Machine.Snapshot.EvidenceHeld);
        Advance(bench, SlashingParameters.Default.EvidenceViewsMax + 2);
        Assert.Equal(0, bench.Machine.Snapshot.EvidenceHeld);
    }

    // A chain reply whose only block stands in a far view: finalized is finalized.
    private static void Advance(Bench bench, ulong view)
    {
        Block block = bench.Block(view);
        bench.Hear(bench.Other(), new ConsensusMessage.Chain([block], bench.Certificate(view, VoteKind.Finalize, block.Header.Digest)));
        Assert.Equal(new View(view), bench.Machine.Snapshot.FinalizedView);
    }

    private static Evidence Double(Bench bench, int voter) => bench.Against(voter, 1, VoteKind.Notarize, Value(1), VoteKind.Notarize, Value(2));

    private static Evidence Make(ChainId chain, Vote one, Vote other) =>
        Evidence.Of(chain, one, other) ?? throw new HarnessException("these do not contradict each other");

    private static Vote InEpoch(Vote vote) => vote with { Slot = vote.Slot with { Epoch = new Epoch(1) } };

    private static ValidatorIndex Index(int number) => new((ushort)number);

    private static IEnumerable<Evidence> Told(Bench bench) =>
        bench.Of<ConsensusEffect.Broadcast>().Select(static effect => effect.Message).OfType<ConsensusMessage.Accusation>().Select(static message => message.Evidence);

    private static Hash256? Value(int number) => number == 0 ? null : Crypto.Hasher.Sha256([(byte)number]);
}
