using System.Collections.Generic;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Runtime.Posture;
using NodeRuntime.Runtime.Posture.Challenges;
using NodeRuntime.Runtime.Provenance;
using NodeRuntime.Simulation;

namespace NodeRuntime.Runtime.Tests.Posture.Challenges;

/// <summary>A peer that asks and one that is asked, the machine of the latter, and its seconds.</summary>
internal sealed class ChallengeScene
{
    public static readonly Thing Server = new(ThingClass.File, "/opt/server");

    private readonly Prng _prng = new(5);

    public ChallengeScene()
    {
        Asker = Signatures.CreateSigner(_prng);
        Asked = Signatures.CreateSigner(_prng);
        Things.Set(new Thing(ThingClass.File, "/opt/client"), "f 0755 0 0 -");
        Things.Set(Server, "f 0755 0 0 -");
        Things.Set(new Thing(ThingClass.Sysctl, "net.ipv4.ip_forward"), "0");
        Things.Set(new Thing(ThingClass.Process, "/bin/sh"), "running");
        Challenger = Machine(Asker, new ChallengePlan(Duration.FromSeconds(60)));
        Challenged = Machine(Asked, new ChallengePlan(Duration.Zero));
        Challenger.Step(new ChallengeInput.Connected(AskedId, Asked.PublicKey));
        Challenged.Step(new ChallengeInput.Connected(AskerId, Asker.PublicKey));
    }

    public static ChainId Chain { get; } = new(Hasher.Sha256("chain"u8));

    public static Hash256 Policy { get; } = Hasher.Sha256("policy"u8);

    public SimulatedSignatures Signatures { get; } = new();

    public ISigner Asker { get; }

    public ISigner Asked { get; }

    public PeerId AskerId => Asker.PublicKey.ToPeerId();

    public PeerId AskedId => Asked.PublicKey.ToPeerId();

    public StateTree Things { get; } = new();

    public ChallengeMachine Challenger { get; }

    public ChallengeMachine Challenged { get; }

    public Instant Now { get; set; } = World.Start;

    public Round Round => EpochPlans.RoundOf(Now);

    public ChallengedPeer Standing => Challenger.Status.Peers.Single();

    /// <summary>Ticks the challenger until it asks.</summary>
    public ChallengeMessage.Challenge Ask()
    {
        for (int second = 0; second < 200; second++)
        {
            Now += Duration.FromSeconds(1);
            foreach (ChallengeEffect effect in Challenger.Step(new ChallengeInput.Ticked(Now)))
            {
                if (effect is ChallengeEffect.Send { Message: ChallengeMessage.Challenge challenge } send && send.Peer == AskedId) return challenge;
            }
        }

        throw new Xunit.Sdk.XunitException("it does not ask");
    }

    public IReadOnlyList<ChallengeEffect> Hear(ChallengeMessage message) => Challenger.Step(new ChallengeInput.Heard(AskedId, message, Now));

    public IReadOnlyList<ChallengeEffect> HearChallenge(ChallengeMessage message) => Challenged.Step(new ChallengeInput.Heard(AskerId, message, Now));

    /// <summary>What an honest peer answers in a second.</summary>
    public ChallengeMessage.Answer AnswerTo(ChallengeMessage.Challenge challenge, Round? round = null)
    {
        Thing thing = Things.Draw(challenge.Draw)!.Value;
        ClosedSecond second = Second(round ?? Round);
        PostureStatement statement = new(
            AskedId, AskerId, challenge.Nonce, second.Round, RecordHash.Leaf(second.Heartbeat.Span), Things.Root(), StateTree.LeafOf(thing, Things.ValueOf(thing)!),
            Things.Prove(thing)!, Policy, AgentLevel.Privileged);
        return new ChallengeMessage.Answer(statement, Sign(statement), second.Heartbeat, second.Leaf, Sign(second.Leaf));
    }

    public ClosedSecond Second(Round round, AgentLevel level = AgentLevel.Privileged)
    {
        Heartbeat heartbeat = new(SaltOf(7), AskedId, round, null, 0, Things.Root(), null, null, default, 0, level);
        return new ClosedSecond(heartbeat.Encode(), LeafOf(heartbeat), [], string.Empty) { Sequence = 0, SettledBefore = 0 };
    }

    public static AggregationLeaf LeafOf(Heartbeat heartbeat) =>
        new(1, 0, heartbeat.Round, heartbeat.Node, heartbeat.Hash, 1, 0, 0, 0, new Epoch(0), heartbeat.Hash);

    public static Salt SaltOf(byte value)
    {
        WireWriter writer = new();
        writer.Bytes([.. Enumerable.Repeat(value, Salt.ByteCount)]);
        return Salt.Read(new WireReader(writer.ToArray()));
    }

    public Signature Sign(PostureStatement statement) => Asked.Sign(statement.SigningDigest(Chain));

    public Signature Sign(AggregationLeaf leaf) => Asked.Sign(leaf.SigningDigest(Chain));

    public PostureReading Reading(ulong draw)
    {
        Thing thing = Things.Draw(draw)!.Value;
        return new PostureReading(draw, thing, Things.ValueOf(thing), Things.Root(), Things.Prove(thing), Now);
    }

    private ChallengeMachine Machine(ISigner signer, ChallengePlan plan) =>
        new(Chain, signer, Signatures, plan, Policy, Hasher.Sha256(signer.PublicKey.AsSpan()));
}
