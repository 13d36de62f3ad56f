using System;
using System.Collections.Generic;
using System.Linq;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Posture;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Posture.Observing;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Provenance.Fraud;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Runtime.Posture;
using NodeRuntime.Runtime.Posture.Challenges;
using NodeRuntime.Runtime.Provenance;
using NodeRuntime.Simulation;
using NodeRuntime.Simulation.Nemesis;
using Xunit;

namespace NodeRuntime.Runtime.Tests.Posture.Challenges;

/// <summary>Whole peers that challenge each other, in virtual time: who lies about its machine is found by what it signed, and nobody else is accused.</summary>
public sealed class ChallengeWorldTests
{
    private const int Peers = 5;

    private static readonly Control Tree = new("tree", "tree", ThingClass.File, PathPattern.TryParse("/opt/**")!, new ControlRule.AsBaseline(IsOpen: true));

    private readonly SteadyWatch?[] _watches = new SteadyWatch?[Peers];
    private readonly SortedDictionary<Thing, string>[] _things = [.. Enumerable.Range(0, Peers).Select(Things)];
    private World? _world;

    [Fact]
    public void Peers_that_watch_prove_each_other_what_they_have()
    {
        Run(new World(Config(seed: 3, seconds: 60, null)), 60);
        for (int peer = 0; peer < Peers; peer++)
        {
            ChallengeStatus status = StatusOf(peer);
            Assert.True(status.Proven >= 5, $"peer {peer}: {status}");
            Assert.True(status.Answered >= 3, $"peer {peer}: {status}");
            Assert.Equal((0UL, 0UL, 0UL), (status.Failed, status.Contradictions, status.Unasked));
            Assert.All(status.Peers, static it => Assert.Equal(ControlState.Good, it.State));
            // What was proven of a peer is a state change of its own in the challenger's log.
            PostureEdge edge = EdgesOf(peer).First();
            Assert.Equal((ChallengeMachine.Control, ControlState.Good, EdgeCause.ChallengeProven), (edge.Control, edge.To, edge.By));
        }
    }

    [Fact]
    public void Who_shows_challengers_another_state_than_its_parents_heard_is_found_and_loses_stake()
    {
        Run(new World(Config(seed: 4, seconds: 60, Embellish)), 60);
        ConvictedAlone(Peers - 1);
    }

    [Fact]
    public void A_validator_that_lies_is_found_as_well()
    {
        _liar = 1;
        Run(new World(Config(seed: 5, seconds: 60, Embellish)), 60);
        ConvictedAlone(1);
    }

    [Fact]
    public void Who_says_another_root_than_its_own_heartbeat_fails_at_each_challenge()
    {
        Run(new World(Config(seed: 6, seconds: 50, (id, signer, frame) =>
        {
            if (ChallengeMessage.Decode(frame) is not ChallengeMessage.Answer it) return frame;
            PostureStatement lie = it.Statement with { Root = Hasher.Sha256("a better state"u8) };
            return (it with { Statement = lie, Signature = signer.Sign(lie.SigningDigest(_world!.Genesis.ChainId)) }).Encode();
        })), 50);
        int failed = 0;
        for (int peer = 0; peer < Peers - 1; peer++)
        {
            foreach (ChallengedPeer it in StatusOf(peer).Peers.Where(it => it.Peer == _world!.PeerIdOf(_liar)))
            {
                Assert.Equal((ControlState.Bad, ChallengeVerdict.RootMismatch), (it.State, it.Verdict));
                failed++;
            }
        }

        Assert.True(failed > 0);
        // It proves no two statements: no stake is taken.
        Assert.Null(_world!.TipOf(1)!.State.Records.Fraud(_world.KeyOf(_liar)));
    }

    [Fact]
    public void Who_answers_nobody_is_unknown_and_never_good()
    {
        Run(new World(Config(seed: 7, seconds: 60, static (_, _, _) => null)), 60);
        int silent = 0;
        for (int peer = 0; peer < Peers - 1; peer++)
        {
            foreach (ChallengedPeer it in StatusOf(peer).Peers.Where(it => it.Peer == _world!.PeerIdOf(_liar) && StatusOf(peer).Unanswered > 0))
            {
                Assert.Equal((ControlState.Unknown, ChallengeVerdict.Unanswered), (it.State, it.Verdict));
                silent++;
            }
        }

        Assert.True(silent > 0);
    }

    [Theory]
    [InlineData(21UL)]
    [InlineData(22UL)]
    [InlineData(23UL)]
    public void With_losses_crashes_cuts_clocks_and_changes_nobody_honest_is_accused(ulong seed)
    {
        SimulationConfig config = Config(seed, seconds: 90, null);
        _world = new World(config with { Faults = Faults.None with { LossPerMille = 40 } });
        _world.Begin();
        Prng prng = new(seed);
        for (int second = 4; second < 80; second += 2)
        {
            _world.AdvanceTo(Duration.FromMilliseconds((second * 1000) + prng.NextBelow(1000)));
            int peer = prng.NextBelow(Peers);
            switch (prng.NextBelow(6))
            {
                case 0:
                    _world.Crash(peer);
                    _world.After(Duration.FromMilliseconds(100 + prng.NextBelow(2500)), () => _world.Restart(peer));
                    break;
                case 1:
                    _world.Cut(peer);
                    break;
                case 2:
                    _world.Clock(peer, ClockFault.Jump, Duration.FromSeconds(prng.NextBelow(20) - 10), isOn: true);
                    break;
                case 3:
                    _world.Clock(peer, ClockFault.Jump, Duration.Zero, isOn: false);
                    break;
                case 4:
                    _watches[peer]?.See(new Thing(ThingClass.File, "/opt/" + prng.NextBelow(20)), prng.NextBelow(3) == 0 ? null : "f " + prng.NextUInt64());
                    break;
                default:
                    _world.Mend();
                    break;
            }
        }

        _world.Mend();
        for (int peer = 0; peer < Peers; peer++) _world.Clock(peer, ClockFault.Jump, Duration.Zero, isOn: false);
        _world.AdvanceTo(Duration.FromSeconds(90));
        ulong proven = 0;
        for (int peer = 0; peer < Peers; peer++)
        {
            ChallengeStatus status = StatusOf(peer);
            proven += status.Proven;
            Assert.Equal((0UL, 0UL), (status.Failed, status.Contradictions));
            Assert.DoesNotContain(EdgesOf(peer), static edge => edge.To == ControlState.Bad);
            Assert.Null(_world.TipOf(0)!.State.Records.Fraud(_world.KeyOf(peer)));
        }

        Assert.True(proven > 5, $"{proven} were proven");
    }

    private int _liar = Peers - 1;

    // Its parents hear of the machine as it is; challengers of one that has nothing but what it should have, all signed anew.
    private byte[]? Embellish(PeerId id, ISigner signer, byte[] frame)
    {
        if (ChallengeMessage.Decode(frame) is not ChallengeMessage.Answer it) return frame;
        Assert.Equal(RecordVerdict.Accepted, Heartbeat.TryDecode(it.Heartbeat, out Heartbeat? heartbeat));
        StateTree clean = new();
        foreach ((Thing thing, string value) in Things(0)) clean.Set(thing, value);
        // Of as many things, or the draw falls on another.
        Thing asked = clean.Draw(it.Statement.Proof.Index)!.Value;
        Heartbeat lie = heartbeat! with { StateRoot = clean.Root() };
        AggregationLeaf second = it.Second with { Heartbeat = lie.Hash };
        PostureStatement statement = it.Statement with
        {
            Heartbeat = lie.Hash,
            Root = clean.Root(),
            Leaf = StateTree.LeafOf(asked, clean.ValueOf(asked)!),
            Proof = clean.Prove(asked)!,
        };
        ChainId chain = _world!.Genesis.ChainId;
        return new ChallengeMessage.Answer(
            statement, signer.Sign(statement.SigningDigest(chain)), lie.Encode(), second, signer.Sign(second.SigningDigest(chain))).Encode();
    }

    private void ConvictedAlone(int culprit)
    {
        int found = 0;
        for (int peer = 0; peer < Peers; peer++)
        {
            FraudRecord? record = _world!.TipOf(0)!.State.Records.Fraud(_world.KeyOf(peer));
            Assert.Equal(peer == culprit, record is not null);
            if (record is not null) Assert.Equal((byte)FraudKind.SlotContradiction, record.Kind);
            foreach (ChallengedPeer it in StatusOf(peer).Peers)
            {
                if (it.Peer != _world.PeerIdOf(culprit))
                {
                    Assert.NotEqual(ControlState.Bad, it.State);
                    continue;
                }

                // Each answer was right by itself; what others heard of that second was not.
                Assert.Equal((ControlState.Bad, ChallengeVerdict.Contradiction), (it.State, it.Verdict));
                Assert.Contains(EdgesOf(peer), edge => edge.To == ControlState.Bad && edge.By == EdgeCause.Contradiction && edge.Path == it.Peer.Hash.ToString());
                found++;
            }
        }

        Assert.True(found > 0);
    }

    private void Run(World world, int seconds)
    {
        _world = world;
        world.Begin();
        world.AdvanceTo(Duration.FromSeconds(seconds));
        Assert.Empty(world.Finish().Violations);
    }

    private ChallengeStatus StatusOf(int peer) => _world!.NodeOf(peer)?.Challenges ?? new ChallengeStatus(0, 0, 0, 0, 0, 0, 0, 0, 0, []);

    private IEnumerable<PostureEdge> EdgesOf(int peer) =>
        new PostureStore(_world!.NodeOf(peer)!.Ports.Journal).EdgesFrom(0, Limits.PostureEdgesKeptMax).Where(static edge => edge.Class == ThingClass.Peer);

    private static SortedDictionary<Thing, string> Things(int peer)
    {
        SortedDictionary<Thing, string> things = [];
        for (int i = 0; i < 10; i++) things[new Thing(ThingClass.File, $"/opt/{i}")] = $"f 0644 0 0 {peer}-{i}";
        return things;
    }

    private SimulationConfig Config(ulong seed, int seconds, Func<PeerId, ISigner, byte[], byte[]?>? lies) => new()
    {
        Peers = Peers,
        Validators = 4,
        Seed = seed,
        Length = Duration.FromSeconds(seconds),
        Faults = Faults.None,
        HealBefore = Duration.Zero,
        JobEvery = Duration.Zero,
        Provenance = ProvenanceSettings.Default,
        Posture = new PosturePlan([Tree], [], 1) { Challenges = new ChallengePlan(Duration.FromSeconds(6)) },
        Equip = (peer, ports) => ports with { Machine = _watches[peer] = new SteadyWatch(_things[peer], () => _world!.Now) },
        Bend = lies is null ? null : (peer, signer, network) => peer != _liar ? network : new Mouth(network, frame => lies(signer.PublicKey.ToPeerId(), signer, frame)),
    };

    /// <summary>What stands between a peer and its network and changes what it answers; null says nothing.</summary>
    private sealed class Mouth(INetwork inner, Func<byte[], byte[]?> says) : INetwork
    {
        public void Start(Action<NetworkEvent> sink) => inner.Start(sink);

        public void Dial(string address) => inner.Dial(address);

        public SendVerdict Send(PeerId peer, FrameClass frameClass, ReadOnlyMemory<byte> frame)
        {
            if (ChallengeMessage.Decode(frame) is not ChallengeMessage.Answer) return inner.Send(peer, frameClass, frame);
            return says(frame.ToArray()) is { } said ? inner.Send(peer, frameClass, said) : SendVerdict.Accepted;
        }

        public void Disconnect(PeerId peer, DisconnectReason reason) => inner.Disconnect(peer, reason);
    }
}
