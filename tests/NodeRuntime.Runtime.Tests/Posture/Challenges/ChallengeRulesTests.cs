using System;
using System.Collections.Generic;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Runtime.Posture.Challenges;
using Xunit;

namespace NodeRuntime.Runtime.Tests.Posture.Challenges;

/// <summary>One right answer; each row changes one thing of it, and names what is found. What the liar can sign anew is signed anew.</summary>
public sealed class ChallengeRulesTests
{
    private static readonly Hash256 Other = Hasher.Sha256("other"u8);

    private static readonly SortedDictionary<string, (Func<ChallengeScene, ChallengeMessage.Answer, ChallengeMessage.Answer> Change, ChallengeVerdict Verdict)> Rows = new(StringComparer.Ordinal)
    {
        ["as it should be"] = (static (_, it) => it, ChallengeVerdict.Proven),
        ["another nonce"] = (Statement(static it => it with { Nonce = Other }), ChallengeVerdict.Unasked),
        ["a second of the past"] = (Statement(static it => it with { Round = new Round(it.Round.Second - 61) }), ChallengeVerdict.RoundOutOfReach),
        ["a second to come"] = (Statement(static it => it with { Round = new Round(it.Round.Second + 61) }), ChallengeVerdict.RoundOutOfReach),
        ["another's machine"] = (Statement(static it => it with { Node = new PeerId(Other) }), ChallengeVerdict.NodeForeign),
        ["to another challenger"] = (Statement(static it => it with { Challenger = new PeerId(Other) }), ChallengeVerdict.ChallengerForeign),
        ["a policy that was not signed"] = (static (_, it) => it with { Statement = it.Statement with { Policy = Other } }, ChallengeVerdict.SignatureWrong),
        ["signed by another"] = (static (scene, it) => it with { Signature = scene.Asker.Sign(it.Statement.SigningDigest(ChallengeScene.Chain)) }, ChallengeVerdict.SignatureWrong),
        ["signed for another chain"] = (static (scene, it) => it with { Signature = scene.Asked.Sign(it.Statement.SigningDigest(new ChainId(Other))) }, ChallengeVerdict.SignatureWrong),
        ["no heartbeat"] = (static (_, it) => it with { Heartbeat = new byte[] { 1, 2, 3 } }, ChallengeVerdict.HeartbeatMalformed),
        ["another's heartbeat"] = (Beat(static it => it with { Node = new PeerId(Other) }), ChallengeVerdict.HeartbeatForeign),
        ["the heartbeat of another second"] = (Beat(static it => it with { Round = it.Round.Next }), ChallengeVerdict.HeartbeatRoundWrong),
        ["another heartbeat than is named"] = (static (_, it) => it with { Heartbeat = (Read(it) with { Sequence = 9 }).Encode() }, ChallengeVerdict.HeartbeatMismatch),
        ["a name of another heartbeat"] = (Statement(static it => it with { Heartbeat = Other }), ChallengeVerdict.HeartbeatMismatch),
        ["another's second"] = (Second(static it => it with { Child = new PeerId(Other) }), ChallengeVerdict.SecondForeign),
        ["another second"] = (Second(static it => it with { Round = it.Round.Next }), ChallengeVerdict.SecondForeign),
        ["a second with another heartbeat"] = (Second(static it => it with { Heartbeat = Other }), ChallengeVerdict.SecondMismatch),
        ["a second that was not signed"] = (static (_, it) => it with { Second = it.Second with { ChildRoot = Other } }, ChallengeVerdict.SecondSignatureWrong),
        ["a heartbeat of another state"] = (Beat(static it => it with { StateRoot = Other }), ChallengeVerdict.RootMismatch),
        ["a heartbeat of no state"] = (Beat(static it => it with { StateRoot = null }), ChallengeVerdict.RootMismatch),
        ["another root"] = (Statement(static it => it with { Root = Other }), ChallengeVerdict.RootMismatch),
        ["a heartbeat of a blinder watch"] = (Beat(static it => it with { Level = AgentLevel.Unprivileged }), ChallengeVerdict.LevelMismatch),
        ["a better watch than it is"] = (Statement(static it => it with { Level = AgentLevel.MeasuredBoot }), ChallengeVerdict.LevelMismatch),
        ["more things than can be"] = (Statement(static it => it with { Proof = it.Proof with { Size = Limits.PostureThingsMax + 1 } }), ChallengeVerdict.SizeOutOfRange),
        ["no things"] = (Statement(static it => it with { Proof = it.Proof with { Size = 0 } }), ChallengeVerdict.SizeOutOfRange),
        ["another thing, rightly proven"] = (AnotherThing, ChallengeVerdict.ThingForeign),
        ["another leaf"] = (Statement(static it => it with { Leaf = Other }), ChallengeVerdict.ProofWrong),
        ["another way"] = (Statement(static it => it with { Proof = it.Proof with { Path = [.. it.Proof.Path.Select(static _ => Other)] } }), ChallengeVerdict.ProofWrong),
        ["a longer way"] = (Statement(static it => it with { Proof = it.Proof with { Path = [.. it.Proof.Path, Other] } }), ChallengeVerdict.ProofWrong),
    };

    public static TheoryData<string> Names => [.. Rows.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_answer_is_what_its_parts_are(string name)
    {
        ChallengeScene scene = new();
        ChallengeMessage.Challenge challenge = new(Hasher.Sha256("nonce"u8), 4);
        (Func<ChallengeScene, ChallengeMessage.Answer, ChallengeMessage.Answer> change, ChallengeVerdict verdict) = Rows[name];
        ChallengeMessage.Answer answer = change(scene, scene.AnswerTo(challenge));
        Assert.Equal(verdict, ChallengeRules.Judge(ChallengeScene.Chain, scene.Signatures, scene.AskerId, scene.Asked.PublicKey, challenge, answer, scene.Round));
    }

    [Fact]
    public void Every_verdict_of_an_answer_has_a_row()
    {
        ChallengeVerdict[] elsewhere = [ChallengeVerdict.Unanswered, ChallengeVerdict.Late, ChallengeVerdict.Declined, ChallengeVerdict.Contradiction];
        Assert.Equal(Enum.GetValues<ChallengeVerdict>().Except(elsewhere), Rows.Values.Select(static row => row.Verdict).Distinct().Order());
    }

    [Fact]
    public void No_bit_of_an_answer_can_be_turned()
    {
        ChallengeScene scene = new();
        ChallengeMessage.Challenge challenge = new(Hasher.Sha256("nonce"u8), 4);
        byte[] bytes = scene.AnswerTo(challenge).Encode();
        int read = 0;
        for (int at = 0; at < bytes.Length; at++)
        {
            byte[] changed = [.. bytes];
            changed[at] ^= (byte)(1 << (at % 8));
            if (ChallengeMessage.Decode(changed) is not ChallengeMessage.Answer answer) continue;
            read++;
            ChallengeVerdict verdict = ChallengeRules.Judge(ChallengeScene.Chain, scene.Signatures, scene.AskerId, scene.Asked.PublicKey, challenge, answer, scene.Round);
            Assert.True(verdict != ChallengeVerdict.Proven, $"byte {at}");
        }

        Assert.True(read > bytes.Length / 2, $"{read} of {bytes.Length} could be read");
    }

    private static Func<ChallengeScene, ChallengeMessage.Answer, ChallengeMessage.Answer> Statement(Func<PostureStatement, PostureStatement> change) => (scene, it) =>
    {
        PostureStatement changed = change(it.Statement);
        return it with { Statement = changed, Signature = scene.Sign(changed) };
    };

    private static Func<ChallengeScene, ChallengeMessage.Answer, ChallengeMessage.Answer> Second(Func<AggregationLeaf, AggregationLeaf> change) => (scene, it) =>
    {
        AggregationLeaf changed = change(it.Second);
        return it with { Second = changed, SecondSignature = scene.Sign(changed) };
    };

    // The whole way up: what names the heartbeat names the changed one.
    private static Func<ChallengeScene, ChallengeMessage.Answer, ChallengeMessage.Answer> Beat(Func<Heartbeat, Heartbeat> change) => (scene, it) =>
    {
        Heartbeat changed = change(Read(it));
        PostureStatement statement = it.Statement with { Heartbeat = changed.Hash };
        AggregationLeaf second = it.Second with { Heartbeat = changed.Hash };
        return new ChallengeMessage.Answer(statement, scene.Sign(statement), changed.Encode(), second, scene.Sign(second));
    };

    private static ChallengeMessage.Answer AnotherThing(ChallengeScene scene, ChallengeMessage.Answer it)
    {
        Thing other = scene.Things.Draw(it.Statement.Proof.Index + 1)!.Value;
        return Statement(statement => statement with { Leaf = StateTree.LeafOf(other, scene.Things.ValueOf(other)!), Proof = scene.Things.Prove(other)! })(scene, it);
    }

    private static Heartbeat Read(ChallengeMessage.Answer it)
    {
        Assert.Equal(RecordVerdict.Accepted, Heartbeat.TryDecode(it.Heartbeat, out Heartbeat? heartbeat));
        return heartbeat!;
    }
}
