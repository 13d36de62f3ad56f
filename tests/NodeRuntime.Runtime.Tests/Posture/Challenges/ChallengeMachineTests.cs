using System.Collections.Generic;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Posture;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Posture.Observing;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Runtime.Posture;
using NodeRuntime.Runtime.Posture.Challenges;
using NodeRuntime.Runtime.Provenance;
using NodeRuntime.Simulation;
using Xunit;

namespace NodeRuntime.Runtime.Tests.Posture.Challenges;

public sealed class ChallengeMachineTests
{
    private readonly ChallengeScene _scene = new();

    [Fact]
    public void A_peer_looks_anew_waits_for_its_second_and_what_it_then_signs_is_proven()
    {
        ChallengeMessage.Challenge challenge = _scene.Ask();
        Assert.Equal(challenge.Draw, Only<ChallengeEffect.Look>(_scene.HearChallenge(challenge)).Draw);
        Assert.Empty(_scene.Challenged.Step(new ChallengeInput.Read(_scene.Reading(challenge.Draw), _scene.Now)));
        // The second that was open already said its heartbeat before the look.
        Assert.Empty(Told(_scene.Round));
        _scene.Now += Duration.FromSeconds(2);
        ChallengeMessage.Answer answer = Sent<ChallengeMessage.Answer>(Told(new Round(_scene.Round.Second - 1)));

        IReadOnlyList<ChallengeEffect> heard = _scene.Hear(answer);
        PostureEdge edge = Only<ChallengeEffect.Report>(heard).Edge;
        Assert.Equal((ControlState.Unknown, ControlState.Good, EdgeCause.ChallengeProven), (edge.From, edge.To, edge.By));
        Assert.Equal(answer.Second, Assert.Single(Only<ChallengeEffect.Compare>(heard).Seconds).Leaf);
        Assert.Equal((ControlState.Good, ChallengeVerdict.Proven, _scene.Things.Root()), (_scene.Standing.State, _scene.Standing.Verdict, _scene.Standing.Root!.Value));
        Assert.Equal((1UL, 1UL, 1UL), (_scene.Challenger.Status.Asked, _scene.Challenger.Status.Proven, _scene.Challenged.Status.Answered));
    }

    [Fact]
    public void An_old_answer_said_again_is_no_answer()
    {
        ChallengeMessage.Answer old = _scene.AnswerTo(_scene.Ask());
        _scene.Hear(old);
        ChallengeMessage.Challenge next = _scene.Ask();
        Assert.NotEqual(old.Statement.Nonce, next.Nonce);
        Assert.Empty(_scene.Hear(old));
        Assert.Equal((1UL, 1UL, 0UL), (_scene.Challenger.Status.Proven, _scene.Challenger.Status.Unasked, _scene.Challenger.Status.Failed));
        // The challenge is open as before.
        _scene.Hear(_scene.AnswerTo(next));
        Assert.Equal(2UL, _scene.Challenger.Status.Proven);
    }

    [Fact]
    public void Silence_and_what_comes_late_are_unknown_and_never_a_pass()
    {
        _scene.Hear(_scene.AnswerTo(_scene.Ask()));
        ChallengeMessage.Challenge challenge = _scene.Ask();
        _scene.Now += ChallengePlan.Within;
        PostureEdge edge = Only<ChallengeEffect.Report>(_scene.Challenger.Step(new ChallengeInput.Ticked(_scene.Now))).Edge;
        Assert.Equal((ControlState.Good, ControlState.Unknown, EdgeCause.ChallengeUnanswered), (edge.From, edge.To, edge.By));
        Assert.Empty(_scene.Hear(_scene.AnswerTo(challenge)));
        Assert.Equal((ControlState.Unknown, ChallengeVerdict.Late), (_scene.Standing.State, _scene.Standing.Verdict));
        Assert.Equal((1UL, 1UL, 0UL), (_scene.Challenger.Status.Unanswered, _scene.Challenger.Status.Unasked, _scene.Challenger.Status.Failed));
    }

    [Fact]
    public void Who_leaves_has_not_answered()
    {
        _scene.Ask();
        _scene.Challenger.Step(new ChallengeInput.Left(_scene.AskedId, _scene.Now));
        Assert.Equal((ControlState.Unknown, ChallengeVerdict.Unanswered), (_scene.Standing.State, _scene.Standing.Verdict));
        Assert.Empty(_scene.Challenger.Step(new ChallengeInput.Ticked(_scene.Now + Duration.FromMinutes(10))));
    }

    [Fact]
    public void Who_declines_says_why_and_is_unknown()
    {
        _scene.Hear(new ChallengeMessage.Declined(_scene.Ask().Nonce, DeclineReason.NotWatched));
        Assert.Equal((ControlState.Unknown, ChallengeVerdict.Declined, DeclineReason.NotWatched), (_scene.Standing.State, _scene.Standing.Verdict, _scene.Standing.Why!.Value));
        _scene.Hear(new ChallengeMessage.Declined(Hasher.Sha256("none"u8), DeclineReason.Busy));
        Assert.Equal((1UL, 1UL), (_scene.Challenger.Status.Declined, _scene.Challenger.Status.Unasked));
    }

    [Fact]
    public void A_wrong_answer_is_bad_until_a_right_one_comes()
    {
        ChallengeMessage.Answer answer = _scene.AnswerTo(_scene.Ask());
        PostureEdge bad = Only<ChallengeEffect.Report>(_scene.Hear(answer with { Signature = _scene.Asker.Sign(Hash256.Zero) })).Edge;
        Assert.Equal((ControlState.Bad, EdgeCause.ChallengeFailed), (bad.To, bad.By));
        Assert.True(bad.IsAlert);
        // The challenge is spent.
        Assert.Empty(_scene.Hear(answer));
        // And saying nothing mends nothing.
        _scene.Hear(new ChallengeMessage.Declined(_scene.Ask().Nonce, DeclineReason.Busy));
        Assert.Equal((ControlState.Bad, ChallengeVerdict.SignatureWrong), (_scene.Standing.State, _scene.Standing.Verdict));
        PostureEdge good = Only<ChallengeEffect.Report>(_scene.Hear(_scene.AnswerTo(_scene.Ask()))).Edge;
        Assert.Equal((ControlState.Bad, ControlState.Good, bad.Since), (good.From, good.To, good.Began!.Value));
    }

    [Fact]
    public void Two_signed_seconds_of_one_round_convict_and_no_later_answer_mends_that()
    {
        Round round = new(_scene.Round.Second + 100);
        ChallengeMessage.Answer first = _scene.AnswerTo(_scene.Ask(), round);
        _scene.Hear(first);
        ChallengeMessage.Challenge again = _scene.Ask();
        _scene.Things.Set(ChallengeScene.Server, "f 0755 0 0 another");
        IReadOnlyList<ChallengeEffect> heard = _scene.Hear(_scene.AnswerTo(again, round));
        PostureEdge edge = Only<ChallengeEffect.Report>(heard).Edge;
        Assert.Equal((ControlState.Bad, EdgeCause.Contradiction), (edge.To, edge.By));
        // Both with their signatures: whoever has them can prove it.
        Assert.Equal(2, Only<ChallengeEffect.Compare>(heard).Seconds.Length);
        _scene.Hear(_scene.AnswerTo(_scene.Ask()));
        Assert.Equal((ControlState.Bad, ChallengeVerdict.Contradiction), (_scene.Standing.State, _scene.Standing.Verdict));
        Assert.Equal(1UL, _scene.Challenger.Status.Contradictions);
    }

    [Fact]
    public void What_was_proven_elsewhere_counts_for_an_hour()
    {
        _scene.Ask();
        Assert.Empty(_scene.Challenger.Step(new ChallengeInput.Convicted(_scene.AskedId, _scene.Now - Duration.FromMinutes(60), _scene.Now)));
        PostureEdge edge = Only<ChallengeEffect.Report>(_scene.Challenger.Step(new ChallengeInput.Convicted(_scene.AskedId, _scene.Now, _scene.Now))).Edge;
        Assert.Equal((ControlState.Bad, EdgeCause.Contradiction), (edge.To, edge.By));
        // And is told once.
        Assert.Empty(_scene.Challenger.Step(new ChallengeInput.Convicted(_scene.AskedId, _scene.Now, _scene.Now)));
    }

    [Fact]
    public void One_challenger_is_answered_every_ten_seconds_and_not_more_than_four_wait()
    {
        Assert.Single(_scene.HearChallenge(Challenge(1)));
        Assert.Equal(DeclineReason.TooOften, Sent<ChallengeMessage.Declined>(_scene.HearChallenge(Challenge(2))).Why);
        Prng prng = new(9);
        List<DeclineReason> refused = [];
        for (int i = 0; i < 6; i++)
        {
            ISigner other = _scene.Signatures.CreateSigner(prng);
            PeerId id = other.PublicKey.ToPeerId();
            _scene.Challenged.Step(new ChallengeInput.Connected(id, other.PublicKey));
            foreach (ChallengeEffect effect in _scene.Challenged.Step(new ChallengeInput.Heard(id, Challenge((byte)(10 + i)), _scene.Now)))
            {
                refused.Add(((ChallengeMessage.Declined)((ChallengeEffect.Send)effect).Message).Why);
            }
        }

        Assert.Equal([DeclineReason.Busy, DeclineReason.Busy], refused);
        Assert.Equal(3UL, _scene.Challenged.Status.Refused);
    }

    [Fact]
    public void A_state_that_is_another_in_every_second_is_looked_at_again_and_at_last_declined()
    {
        ChallengeMessage.Challenge challenge = Challenge(1);
        _scene.HearChallenge(challenge);
        List<ChallengeEffect> done = [];
        PostureReading reading = _scene.Reading(challenge.Draw);
        for (int second = 0; second < 12; second++)
        {
            done.AddRange(_scene.Challenged.Step(new ChallengeInput.Read(reading, _scene.Now)));
            _scene.Now += Duration.FromSeconds(1);
            _scene.Things.Set(ChallengeScene.Server, "f 0755 0 0 " + second);
            done.AddRange(Told(_scene.Round));
            done.AddRange(_scene.Challenged.Step(new ChallengeInput.Ticked(_scene.Now)));
        }

        Assert.True(done.OfType<ChallengeEffect.Look>().Count() >= 2);
        Assert.Equal(DeclineReason.Restless, Sent<ChallengeMessage.Declined>(done).Why);
    }

    [Fact]
    public void What_cannot_be_looked_at_is_declined()
    {
        ChallengeMessage.Challenge challenge = Challenge(1);
        _scene.HearChallenge(challenge);
        PostureReading none = new(challenge.Draw, null, null, Hash256.Zero, null, _scene.Now);
        Assert.Equal(DeclineReason.NotSeen, Sent<ChallengeMessage.Declined>(_scene.Challenged.Step(new ChallengeInput.Read(none, _scene.Now))).Why);
    }

    [Fact]
    public void Challenges_come_at_moments_that_nobody_knows_and_no_closer_than_half_the_time()
    {
        List<Instant> asked = [];
        SortedSet<ulong> draws = [];
        for (int i = 0; i < 50; i++)
        {
            ChallengeMessage.Challenge challenge = _scene.Ask();
            asked.Add(_scene.Now);
            draws.Add(challenge.Draw);
            _scene.Hear(_scene.AnswerTo(challenge));
        }

        long[] apart = [.. asked.Zip(asked.Skip(1), static (a, b) => (b - a).Seconds)];
        Assert.InRange(apart.Min(), 30, 40);
        Assert.InRange(apart.Max(), 80, 91);
        Assert.Equal(50, draws.Count);
    }

    [Theory]
    [InlineData(-7200)]
    [InlineData(7200)]
    public void A_clock_that_is_set_accuses_nobody(int seconds)
    {
        ChallengeMessage.Challenge challenge = _scene.Ask();
        ChallengeMessage.Answer answer = _scene.AnswerTo(challenge);
        _scene.Now += Duration.FromSeconds(seconds);
        // Heard before the next tick, and behind it.
        _scene.Hear(answer);
        _scene.Challenger.Step(new ChallengeInput.Ticked(_scene.Now));
        _scene.Hear(answer);
        Assert.Equal((ControlState.Unknown, ChallengeVerdict.RoundOutOfReach), (_scene.Standing.State, _scene.Standing.Verdict));
        Assert.Equal((1UL, 0UL), (_scene.Challenger.Status.Unanswered, _scene.Challenger.Status.Failed));
        // And it goes on.
        _scene.Hear(_scene.AnswerTo(_scene.Ask()));
        Assert.Equal(ControlState.Good, _scene.Standing.State);
    }

    private static ChallengeMessage.Challenge Challenge(byte number) => new(Hasher.Sha256([number]), number);

    private IReadOnlyList<ChallengeEffect> Told(Round round) => _scene.Challenged.Step(new ChallengeInput.Told(_scene.Second(round), _scene.Now));

    private static T Only<T>(IEnumerable<ChallengeEffect> effects)
        where T : ChallengeEffect => Assert.Single(effects.OfType<T>());

    private static T Sent<T>(IEnumerable<ChallengeEffect> effects)
        where T : ChallengeMessage => Assert.IsType<T>(Only<ChallengeEffect.Send>(effects).Message);
}
