using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Posture;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Posture.Observing;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Runtime.Provenance;

namespace NodeRuntime.Runtime.Posture;

/// <summary>
/// Drives the machine of a peer's posture: tells it what the watch sees, and says what changes. Whoever listens hears of an edge at once; the calendar, when its
/// record is durable.
/// </summary>
public sealed class PostureSupervisor : Actor<PostureCommand>
{
    private const string Timer = "tick";

    /// <summary>Lines of the log in a second; what is more is counted.</summary>
    private const int LinesPerSecondMax = 16;

    private const ulong SeenEverySeconds = 30;
    private const ulong StatusEverySeconds = 10;

    private readonly IMachineWatch _watch;
    private readonly PosturePlan _plan;
    private readonly PostureStore _store;
    private readonly PostureMachine _machine;
    private readonly object _listener = new();
    private readonly List<PostureEdge> _edges = [];
    private ActorRef<PostureCommand>? _self;
    private readonly Queue<(Thing Thing, PostureCommand.WantReading Want)> _wanted = [];
    private ulong? _judged;
    private bool _hasBegun;
    private bool _hasChanged;
    private ulong _ticks;
    private int _lines;
    private ulong _linesLeftOut;

    public PostureSupervisor(IJournal journal, PosturePlan plan, IMachineWatch watch)
    {
        _watch = watch;
        _plan = plan;
        _store = new PostureStore(journal);
        _machine = new PostureMachine(plan.Controls, plan.Rollouts);
    }

    protected override void PreStart()
    {
        _self = Context.Self;
        _self.Tell(new PostureCommand.Begin());
    }

    protected override void PreRestart(Exception cause) => Context.Publish(new PostureRestarted());

    protected override void Receive(PostureCommand message)
    {
        switch (message)
        {
            case PostureCommand.Begin:
                Begin();
                break;
            case PostureCommand.Saw m:
                if (!ReferenceEquals(m.Listener, _listener)) break;
                _hasChanged = true;
                foreach (Observation observation in m.Observations) Step(new PostureInput.Observed(observation));
                break;
            case PostureCommand.Written m:
                // What is not durable is not entered: start again from what is.
                if (m.Verdict != JournalVerdict.Written) Invariant.Break("the log of posture cannot be written: " + m.Verdict);
                foreach (PostureEdge edge in m.Edges) Context.Publish(new PeerAct(EventKind.StateChange, edge.Content, CustodyOf(edge)));
                break;
            case PostureCommand.WantProof m:
                m.Reply.Tell(new PostureProof(m.Thing, _machine.ValueOf(m.Thing), _machine.Summary.Root, _machine.Prove(m.Thing)));
                break;
            // Who is started beside this may be quicker: behind the beginning, which waits in the same mailbox.
            case PostureCommand.Noted m when !_hasBegun:
                Invariant.Holds(_self!.Tell(m) == TellVerdict.Accepted);
                break;
            case PostureCommand.Noted m:
                foreach (PostureEdge edge in m.Edges) Step(new PostureInput.Noted(edge));
                if (m.Judged is { } judged) _judged = judged;
                break;
            case PostureCommand.WantReading m:
                Want(m);
                break;
            case PostureCommand.Tick:
                Tick();
                break;
            default:
                Invariant.Break("a command without a rule");
                break;
        }

        Store();
    }

    /// <summary>What happened to one thing of one control is a chain: the end of a violation names its beginning as parent.</summary>
    public static Hash256 CustodyOf(PostureEdge edge) =>
        Hasher.Tagged(HashDomain.PostureCustody, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{edge.Control}\n{(int)edge.Class}\n{edge.Path}")));

    private void Begin()
    {
        _hasBegun = true;
        foreach ((string control, ImmutableSortedDictionary<string, string> values) in _store.Baselines(_plan.Baseline))
        {
            Step(new PostureInput.RecoveredBaseline(control, values));
        }

        ActorRef<PostureCommand> self = _self!;
        object listener = _listener;
        _watch.Start(_plan.Controls, observations => self.Tell(new PostureCommand.Saw(listener, observations)) == TellVerdict.Accepted);
        Step(new PostureInput.Started(_watch.Sight, _store.LastSeen ?? Context.Now, _store.LastEdge, Context.Now));
        foreach (string missing in _watch.Sight.Missing) Context.Publish(new NodeLog(LogLevel.Information, "posture", "without " + missing));
        Context.StartPeriodicTimer(Timer, new PostureCommand.Tick(), Duration.FromSeconds(1));
    }

    private void Tick()
    {
        Step(new PostureInput.Ticked(Context.Now));
        if (_linesLeftOut > 0) Context.Publish(new NodeLog(LogLevel.Warning, "posture", string.Create(CultureInfo.InvariantCulture, $"and {_linesLeftOut} more edges in this second")));
        _lines = 0;
        _linesLeftOut = 0;
        // Said again now and then: who listens may have begun anew.
        if (_hasChanged || _ticks % StatusEverySeconds == 0) Context.Publish(new PostureStatus(_machine.Summary));
        _hasChanged = false;
        if (++_ticks % SeenEverySeconds == 0) _store.PutSeen(Context.Now, Then([]));
    }

    private void Step(PostureInput input)
    {
        foreach (PostureEffect effect in _machine.Step(input))
        {
            switch (effect)
            {
                case PostureEffect.Report m:
                    Report(m.Edge);
                    break;
                case PostureEffect.Scan m:
                    _watch.Scan(m.Number, m.Scope);
                    break;
                case PostureEffect.Looked m:
                    Answer(m);
                    break;
                case PostureEffect.StoreBaseline m:
                    _store.PutBaseline(_plan.Baseline, m.Control, m.Values, Then([]));
                    break;
                default:
                    Invariant.Break("an effect without a rule");
                    break;
            }
        }
    }

    private void Want(PostureCommand.WantReading wanted)
    {
        if (_hasBegun && _wanted.Count < Limits.PostureWantedMax && _machine.Draw(wanted.Draw) is { } thing)
        {
            _wanted.Enqueue((thing, wanted));
            Step(new PostureInput.Wanted(thing));
        }
        else
        {
            wanted.Reply.Tell(new PostureReading(wanted.Draw, null, null, _machine.Summary.Root, null, Context.Now));
        }
    }

    // In the order in which they were wanted. What the look changed is said before it: the next heartbeat has it.
    private void Answer(PostureEffect.Looked looked)
    {
        (Thing thing, PostureCommand.WantReading wanted) = _wanted.Dequeue();
        Invariant.Holds(thing == looked.Thing);
        PostureSummary summary = _machine.Summary;
        if (_hasChanged) Context.Publish(new PostureStatus(summary));
        bool isStill = looked.IsWhole && _machine.Draw(wanted.Draw) == thing;
        wanted.Reply.Tell(new PostureReading(
            wanted.Draw, thing, isStill ? _machine.ValueOf(thing) : null, summary.Root, isStill ? _machine.Prove(thing) : null, Context.Now));
    }

    private void Report(PostureEdge edge)
    {
        _hasChanged = true;
        _edges.Add(edge);
        Context.Publish(edge);
        if (_lines++ >= LinesPerSecondMax)
        {
            _linesLeftOut++;
            return;
        }

        // That nobody knows what was before a start is no news.
        bool isNews = edge.To == ControlState.Bad || (edge.To == ControlState.Unknown && edge.By != EdgeCause.Started);
        Context.Publish(new NodeLog(isNews ? LogLevel.Warning : LogLevel.Information, "posture", PostureWords.Of(edge)));
    }

    private void Store()
    {
        if (_edges.Count == 0 && _judged is null) return;
        ImmutableArray<PostureEdge> edges = [.. _edges];
        _edges.Clear();
        _store.Put(edges, _judged, Then(edges));
        _judged = null;
    }

    private Action<JournalVerdict> Then(ImmutableArray<PostureEdge> edges)
    {
        ActorRef<PostureCommand> self = _self!;
        return verdict => self.Tell(new PostureCommand.Written(edges, verdict));
    }
}

/// <summary>Edges in words.</summary>
public static class PostureWords
{
    public static string Of(PostureEdge edge)
    {
        string what = edge.Path.Length == 0 ? edge.Control : $"{edge.Control}: {edge.Path}";
        string who = edge.Who is { } culprit ? string.Create(CultureInfo.InvariantCulture, $", by process {culprit.Process} {culprit.Program}") : string.Empty;
        return $"{what} is {edge.To}, was {edge.From} ({edge.By}){who}";
    }
}
