using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Actors.Testing;
using NodeRuntime.Crypto;
using NodeRuntime.Posture;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Posture.Observing;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Uses;
using NodeRuntime.Runtime.Posture;
using NodeRuntime.Runtime.Provenance;
using NodeRuntime.Simulation;
using Xunit;

namespace NodeRuntime.Runtime.Tests.Posture;

public sealed class UseSupervisorTests
{
    private static readonly Hash256 Self = Hasher.Sha256("self"u8), Guest = Hasher.Sha256("guest"u8);

    private static readonly UsePlan Plan = new(
        [new DataClass("personal", "Personal data", [], [new ExpectedUse([], [Self], [], [], [])], Duration.FromSeconds(20))], false, Duration.FromSeconds(20));

    private readonly TestKit _kit = new();
    private readonly IJournal _journal;
    private readonly List<PostureEdge> _edges = [];
    private readonly List<PeerAct> _acts = [];
    private UseStatus? _status;
    private ulong _number;

    public UseSupervisorTests()
    {
        _journal = new SimulatedDisk(_kit.Dispatcher, new Prng(1), Faults.None).Open();
        _kit.System.EventStream.Subscribe(ActorRef.FromDelegate<PostureEdge>("edges", _edges.Add));
        _kit.System.EventStream.Subscribe(ActorRef.FromDelegate<PeerAct>("acts", _acts.Add));
        _kit.System.EventStream.Subscribe(ActorRef.FromDelegate<UseStatus>("uses", status => _status = status));
    }

    [Fact]
    public void An_unexpected_use_is_an_edge_of_posture_kept_and_entered_like_every_other()
    {
        Spawn("first");
        Enter(Guest, "personal");
        _kit.Advance(Duration.FromSeconds(1));
        PostureEdge bad = Assert.Single(_edges);
        Assert.Equal((1UL, "personal", ThingClass.Use, $"actor/{Guest}/1", ControlState.Bad, EdgeCause.UseByActor), (bad.Number, bad.Control, bad.Class, bad.Path, bad.To, bad.By));
        Assert.Equal(UseState.Unexpected, _status!.Standings[0].State);
        _kit.Advance(Duration.FromSeconds(22));
        Assert.Equal((ControlState.Good, EdgeCause.Quiet, bad.Since), (_edges[1].To, _edges[1].By, _edges[1].Began!.Value));
        // The end follows from the beginning.
        Assert.Equal(_acts[0].Custody, _acts[1].Custody);
        Assert.Equal(_edges, new PostureStore(_journal).EdgesFrom(0, 10));
        Assert.All(_edges, static edge => Assert.Equal(edge, PostureEdge.Decode(edge.Encode())));
    }

    [Fact]
    public void A_restart_judges_what_was_entered_before_it_and_nothing_twice()
    {
        Spawn("first");
        Enter(Guest, "personal");
        _kit.Advance(Duration.FromSeconds(2));
        Assert.Equal(1UL, new PostureStore(_journal).LastJudged);
        Write(Guest, null, EventKind.Delete);
        // It knows what was open, and what the label of the first was.
        Spawn("second");
        _kit.Advance(Duration.FromSeconds(2));
        Assert.Equal(["personal", "unlabelled"], _edges.Select(static edge => edge.Control).Distinct());
        Assert.Equal(2, _edges.Count(static edge => edge.Number == 2));
        _kit.Advance(Duration.FromSeconds(30));
        Assert.Equal(UseState.Expected, _status!.Standings[0].State);
        PostureEdge[] kept = [.. new PostureStore(_journal).EdgesFrom(0, 100)];
        Assert.Equal(kept.Length, kept.Select(static edge => edge.Number).Distinct().Count());
    }

    [Fact]
    public void What_was_pruned_before_it_was_judged_is_unknown()
    {
        Spawn("first");
        _number++;
        Put(Batch(Guest, EventKind.Read).WithoutRecords(), null);
        _kit.Advance(Duration.FromSeconds(2));
        Assert.Equal(["personal", "unlabelled"], _edges.Select(static edge => edge.Control));
        Assert.All(_edges, static edge => Assert.Equal((EdgeCause.EventsMissed, ControlState.Unknown, string.Empty), (edge.By, edge.To, edge.Path)));
        Assert.All(_status!.Standings, static it => Assert.Equal(UseState.Unknown, it.State));
    }

    [Fact]
    public void What_was_entered_before_there_was_a_list_is_not_judged_and_more_than_a_turn_is()
    {
        Write(Guest, "personal", EventKind.Read);
        Spawn("first");
        _kit.Advance(Duration.FromSeconds(1));
        Assert.Empty(_edges);
        for (int i = 0; i < 200; i++) Write(Self, "personal", EventKind.Read);
        Enter(Guest, "personal");
        _kit.Advance(Duration.FromSeconds(1));
        Assert.Equal($"actor/{Guest}/202", Assert.Single(_edges).Path);
        Assert.Equal(201UL, _status!.Standings[0].Uses);
    }

    private void Spawn(string name)
    {
        ActorRef<PostureCommand> posture = _kit.Spawn(
            Props.Create<PostureCommand>(() => new PostureSupervisor(_journal, new PosturePlan([], [], 1, Plan), new BlindWatch())), "posture-" + name);
        _kit.Spawn(Props.Create<UseCommand>(() => new UseSupervisor(_journal, Plan, Self, posture)), "uses-" + name);
        _kit.Settle();
    }

    private void Enter(Hash256 actor, string label)
    {
        Write(actor, label, EventKind.Read);
        _kit.System.EventStream.Publish(new EventsDurable(Batch(actor, EventKind.Read)));
    }

    private void Write(Hash256 actor, string? label, EventKind kind)
    {
        _number++;
        Put(Batch(actor, kind), label);
    }

    private void Put(EventBatch batch, string? label)
    {
        ImmutableArray<JournalWrite> writes = [new JournalWrite.Put("provenance.events", batch.First, batch.Encode())];
        if (label is not null) writes = writes.Add(new JournalWrite.Put("provenance.labels", batch.First, new UseLabel(label, null).Encode()));
        bool isWritten = false;
        _journal.Write(new JournalBatch(writes), verdict => isWritten = verdict == JournalVerdict.Written);
        _kit.Settle();
        for (int i = 0; i < 100 && !isWritten; i++) _kit.Advance(Duration.FromMilliseconds(1));
        Assert.True(isWritten);
    }

    private EventBatch Batch(Hash256 actor, EventKind kind)
    {
        ulong time = (ulong)_kit.Now.Microseconds * 1000;
        Salt salt = new(Self.AsSpan()[..Salt.ByteCount]);
        byte[] record = new EventLeaf(kind, salt, RecordHash.Subject(salt, Guest), actor, time, _number, [], null, "EE").Encode();
        return new EventBatch(new Round(1), new Epoch(0), _number, time, time, [record], RecordHash.Leaf(record).ToArray(), default);
    }

    /// <summary>Sees nothing: what happens here is in the events.</summary>
    private sealed class BlindWatch : IMachineWatch
    {
        public MachineSight Sight { get; } = new(AgentLevel.None, [], []);

        public void Start(ImmutableArray<Control> controls, Func<ImmutableArray<Observation>, bool> sink)
        {
        }

        public void Scan(ulong number, Scope scope)
        {
        }
    }
}
