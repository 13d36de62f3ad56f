using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Actors.Testing;
using NodeRuntime.Posture;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Posture.Observing;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Runtime.Posture;
using NodeRuntime.Runtime.Provenance;
using NodeRuntime.Runtime.Tests.Provenance;
using NodeRuntime.Simulation;
using Xunit;

namespace NodeRuntime.Runtime.Tests.Posture;

public sealed class PostureSupervisorTests
{
    private static readonly Thing Program = new(ThingClass.File, "/opt/peer");
    private static readonly Control Tree = new("tree", "tree", ThingClass.File, PathPattern.TryParse("/opt/**")!, new ControlRule.AsBaseline());

    private readonly TestKit _kit = new();
    private readonly IJournal _journal;
    private readonly StubWatch _watch = new();
    private readonly List<PostureEdge> _edges = [];
    private readonly List<PeerAct> _acts = [];
    private PostureStatus? _status;

    public PostureSupervisorTests()
    {
        _journal = new SimulatedDisk(_kit.Dispatcher, new Prng(1), Faults.None).Open();
        _kit.System.EventStream.Subscribe(ActorRef.FromDelegate<PostureEdge>("edges", _edges.Add));
        _kit.System.EventStream.Subscribe(ActorRef.FromDelegate<PeerAct>("acts", _acts.Add));
        _kit.System.EventStream.Subscribe(ActorRef.FromDelegate<PostureStatus>("status", status => _status = status));
        _watch.World[Program] = "one";
    }

    [Fact]
    public void An_edge_is_told_at_once_and_entered_when_its_record_is_durable()
    {
        Spawn(1);
        _kit.Advance(Duration.FromSeconds(2));
        Assert.Equal(ControlState.Good, Assert.Single(_status!.Summary.Controls).State);
        int before = _edges.Count;
        _watch.See(Program, "two", _kit.Now);
        _kit.Settle();
        Assert.Equal(before + 1, _edges.Count);
        _watch.See(Program, "one", _kit.Now);
        _kit.Advance(Duration.FromSeconds(2));

        PostureEdge bad = _edges[^2], good = _edges[^1];
        Assert.Equal((ControlState.Bad, ControlState.Good), (bad.To, good.To));
        Assert.Equal(_edges.Select(static edge => edge.Content), _acts.Select(static act => act.Content));
        Assert.All(_acts, static act => Assert.Equal(EventKind.StateChange, act.Kind));
        // The end of a violation follows from its beginning.
        Assert.Equal(_acts[^2].Custody, _acts[^1].Custody);
        Assert.NotEqual(_acts[0].Custody, _acts[^1].Custody);
        Assert.Equal(_edges, new PostureStore(_journal).EdgesFrom(0, 100));
    }

    [Fact]
    public void A_peer_that_starts_again_compares_with_what_it_knew_and_counts_on()
    {
        Spawn(1, "first");
        _kit.Advance(Duration.FromSeconds(40));
        ulong last = _edges[^1].Number;
        Instant awake = new PostureStore(_journal).LastSeen!.Value;
        _watch.World[Program] = "two";
        _kit.Advance(Duration.FromSeconds(5));
        _edges.Clear();
        Spawn(1, "second");
        _kit.Advance(Duration.FromSeconds(2));

        Assert.Equal(last + 1, _edges[0].Number);
        PostureEdge bad = _edges.Single(static edge => edge.To == ControlState.Bad);
        Assert.Equal((Program.Path, awake), (bad.Path, bad.Since));
    }

    [Fact]
    public void Another_number_of_the_baseline_takes_what_is_there()
    {
        Spawn(1, "first");
        _kit.Advance(Duration.FromSeconds(2));
        _watch.World[Program] = "two";
        Spawn(2, "second");
        _kit.Advance(Duration.FromSeconds(2));

        Assert.DoesNotContain(_edges, static edge => edge.To == ControlState.Bad);
        Assert.Equal("two", new PostureStore(_journal).Baselines(2)["tree"][Program.Path]);
        Assert.Empty(new PostureStore(_journal).Baselines(1));
    }

    [Fact]
    public void One_thing_is_shown_with_its_proof()
    {
        ActorRef<PostureCommand> supervisor = Spawn(1);
        _kit.Advance(Duration.FromSeconds(2));
        List<PostureProof> answers = [];
        supervisor.Tell(new PostureCommand.WantProof(Program, ActorRef.FromDelegate<PostureProof>("proof", answers.Add)));
        _kit.Settle();

        PostureProof shown = Assert.Single(answers);
        Assert.Equal(MerkleVerdict.Accepted, shown.Proof!.Verify(_status!.Summary.Root, StateTree.LeafOf(Program, "one")));
    }

    [Fact]
    public void A_reading_is_of_now_and_stands_under_the_root_that_is_published()
    {
        ActorRef<PostureCommand> supervisor = Spawn(1);
        _kit.Advance(Duration.FromSeconds(2));
        // Changed, and the watch did not hear of it.
        _watch.World[Program] = "two";
        List<PostureReading> readings = [];
        for (ulong draw = 0; draw < 6; draw++) supervisor.Tell(new PostureCommand.WantReading(draw, ActorRef.FromDelegate<PostureReading>("reading", readings.Add)));
        _kit.Settle();

        // Four at once; nobody is left without a word.
        Assert.Equal(6, readings.Count);
        Assert.Equal(2, readings.Count(static it => it.Value is null));
        PostureReading read = readings.Last(static it => it.Value is not null);
        Assert.Equal(("two", _status!.Summary.Root), (read.Value, read.Root));
        Assert.Equal(MerkleVerdict.Accepted, read.Proof!.Verify(read.Root, StateTree.LeafOf(Program, "two")));
        Assert.Equal(ControlState.Bad, _edges[^1].To);
    }

    [Fact]
    public void A_peer_that_knows_of_nothing_has_nothing_to_show()
    {
        _watch.World.Clear();
        ActorRef<PostureCommand> supervisor = Spawn(1);
        _kit.Advance(Duration.FromSeconds(2));
        List<PostureReading> readings = [];
        supervisor.Tell(new PostureCommand.WantReading(7, ActorRef.FromDelegate<PostureReading>("reading", readings.Add)));
        _kit.Settle();
        Assert.Equal((null, null), (Assert.Single(readings).Thing, readings[0].Value));
    }

    [Fact]
    public void What_a_machine_is_held_against_has_a_digest_of_all_that_counts()
    {
        Control[] others =
        [
            Tree with { Id = "other" }, Tree with { Class = ThingClass.Library }, Tree with { Pattern = PathPattern.TryParse("/opt/*")! }, Tree with { Rule = new ControlRule.AsBaseline(true) },
            Tree with { Rule = new ControlRule.Absent() }, Tree with { Rule = new ControlRule.OneOf(["1"], false) }, Tree with { Rule = new ControlRule.OneOf(["1"], true) },
            Tree with { Rule = new ControlRule.OneOf(["2"], true) }, Tree with { Rule = new ControlRule.Only([PathPattern.TryParse("/a")!]) },
            Tree with { Rule = new ControlRule.Permissions(0x180, null) }, Tree with { Rule = new ControlRule.Permissions(0x180, 0) },
        ];
        Rollout rollout = new("/opt/peer", Hash256.Zero, Instant.Epoch, Instant.Epoch);
        Hash256[] digests =
        [
            new PosturePlan([Tree], [], 1).Digest(), new PosturePlan([Tree], [], 2).Digest(), new PosturePlan([Tree], [rollout], 1).Digest(), new PosturePlan([], [], 1).Digest(),
            .. others.Select(static it => new PosturePlan([it], [], 1).Digest()),
        ];
        Assert.Equal(digests.Length, digests.Distinct().Count());
        Assert.Equal(digests[0], new PosturePlan([Tree with { Title = "for people" }], [], 1).Digest());
    }

    [Fact]
    public void A_baseline_of_many_things_is_kept_whole()
    {
        for (int i = 0; i < 3 * Limits.PostureBaselineThingsMax; i++) _watch.World[new Thing(ThingClass.File, $"/opt/{i:D5}")] = "value";
        Spawn(1);
        _kit.Advance(Duration.FromSeconds(3));

        Assert.Equal((3 * Limits.PostureBaselineThingsMax) + 1, new PostureStore(_journal).Baselines(1)["tree"].Count);
    }

    [Fact]
    public void The_next_heartbeat_says_how_the_machine_is()
    {
        LonePeer peer = new();
        peer.Run(Duration.FromSeconds(2));
        Assert.Equal((null, AgentLevel.None), (HeartbeatOf(peer).StateRoot, HeartbeatOf(peer).Level));
        peer.MachineIs(new MachineState(new Hash256([.. Enumerable.Repeat((byte)7, 32)]), AgentLevel.Privileged, 3));
        peer.Run(Duration.FromSeconds(2));

        Heartbeat heartbeat = HeartbeatOf(peer);
        Assert.Equal((new Hash256([.. Enumerable.Repeat((byte)7, 32)]), AgentLevel.Privileged), (heartbeat.StateRoot!.Value, heartbeat.Level));
        Assert.Equal(3UL, peer.Seconds.Values.Select(Read).Aggregate(0UL, static (sum, it) => sum + it.Counters.Alerts));
    }

    private static Heartbeat HeartbeatOf(LonePeer peer) => Read(peer.Seconds.Values.Last());

    private static Heartbeat Read(ClosedSecond second)
    {
        Assert.Equal(RecordVerdict.Accepted, Heartbeat.TryDecode(second.Heartbeat, out Heartbeat? heartbeat));
        return heartbeat!;
    }

    private ActorRef<PostureCommand> Spawn(uint baseline, string name = "posture") => _kit.Spawn(
        Props.Create<PostureCommand>(() => new PostureSupervisor(_journal, new PosturePlan([Tree], [], baseline), _watch)), name);

    /// <summary>Sees what the test says, and looks at a world of its own.</summary>
    private sealed class StubWatch : IMachineWatch
    {
        private Func<ImmutableArray<Observation>, bool> _sink = static _ => false;

        public SortedDictionary<Thing, string> World { get; } = [];

        public MachineSight Sight { get; } = new(AgentLevel.Privileged, ["stub"], []);

        public void Start(ImmutableArray<Control> controls, Func<ImmutableArray<Observation>, bool> sink) => _sink = sink;

        public void Scan(ulong number, Scope scope)
        {
            Instant now = Instant.Epoch;
            List<Observation> said = [new Observation.ScanBegan(number, now)];
            foreach ((Thing thing, string value) in World)
            {
                if (scope.Holds(thing)) said.Add(new Observation.Saw(thing, value, now + Duration.FromSeconds(2_000_000), now, EdgeCause.Scanned));
            }

            said.Add(new Observation.ScanEnded(number, true, now));
            Assert.True(_sink([.. said]));
        }

        public void See(Thing thing, string value, Instant now)
        {
            World[thing] = value;
            Assert.True(_sink([new Observation.Saw(thing, value, now, now, EdgeCause.FileEvent)]));
        }
    }
}
