using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Posture;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Uses;
using NodeRuntime.Runtime.Provenance;

namespace NodeRuntime.Runtime.Posture;

/// <summary>What the supervisor of uses hears.</summary>
public abstract record UseCommand
{
    private UseCommand()
    {
    }

    /// <summary>There is more in the log than there was.</summary>
    public sealed record Durable : UseCommand;

    /// <summary>Posture begins anew: what it was told and had not written is gone.</summary>
    public sealed record PostureRestarted : UseCommand;

    public sealed record Tick : UseCommand;
}

/// <summary>How each class of data stands; published when that changes, and every ten seconds.</summary>
public sealed record UseStatus(ImmutableArray<UseStanding> Standings);

/// <summary>
/// Drives the machine of expected uses. It is told only that there is something to read, and reads the events out of the peer's own log in the order of their
/// numbers: so none is judged twice or left out, whatever becomes of a message, and a restart goes on where it was. What it finds goes the way of posture's edges.
/// </summary>
public sealed class UseSupervisor(IJournal journal, UsePlan plan, Hash256 self, ActorRef<PostureCommand> posture) : Actor<UseCommand>
{
    private const string Timer = "tick";

    /// <summary>Events in one turn, about: others want the processor, too.</summary>
    private const int EventsPerTurn = 4096;

    /// <summary>Edges that posture has not taken; with more nothing is read.</summary>
    private const int PendingMax = 1024;

    private const ulong SayEverySeconds = 10;

    private readonly UseMachine _machine = new(plan, self);
    private readonly ProvenanceStore _events = new(journal);
    private readonly List<PostureEdge> _pending = [];
    private ImmutableArray<UseStanding> _said = [];
    private ulong _told;
    private ulong _ticks;

    protected override void PreStart()
    {
        PostureStore kept = new(journal);
        foreach (PostureEdge edge in kept.EdgesFrom(0, Limits.PostureEdgesKeptMax))
        {
            if (UseEdges.OfPosture(edge) is { } use) _machine.Step(new UseInput.Recovered(use));
        }

        // What was entered before there was a list nobody judged, and nobody will.
        ulong through = kept.LastJudged ?? _events.LastEvent;
        foreach (EventBatch batch in _events.BatchesFrom(through - Math.Min(through, Limits.EventsRecentMax)))
        {
            if (batch.First > through) break;
            foreach ((EventLeaf it, Hash256 leaf, UseLabel? label) in Read(batch)) _machine.Step(new UseInput.Remembered(it, leaf, label));
        }

        _machine.Step(new UseInput.Started(through, Context.Now));
        _told = kept.LastJudged is null ? ulong.MaxValue : through;
        Context.Subscribe<EventsDurable>(static _ => new UseCommand.Durable());
        Context.Subscribe<PostureRestarted>(static _ => new UseCommand.PostureRestarted());
        Context.StartPeriodicTimer(Timer, new UseCommand.Tick(), Duration.FromSeconds(1));
        Context.Self.Tell(new UseCommand.Durable());
    }

    protected override void Receive(UseCommand message)
    {
        switch (message)
        {
            case UseCommand.Durable:
                Judge();
                break;
            case UseCommand.PostureRestarted:
                Invariant.Break("posture has forgotten what it was told: from the log again");
                break;
            case UseCommand.Tick:
                Judge();
                Step(new UseInput.Ticked(Context.Now));
                _ticks++;
                break;
            default:
                Invariant.Break("a command without a rule");
                break;
        }

        Tell(message is UseCommand.Tick && _ticks % SayEverySeconds == 0);
    }

    private void Judge()
    {
        int read = 0;
        foreach (EventBatch batch in _events.BatchesFrom(_machine.Through + 1))
        {
            if (batch.Records.IsEmpty) Step(new UseInput.Missed(batch.Last, Context.Now));
            foreach ((EventLeaf it, Hash256 leaf, UseLabel? label) in Read(batch)) Step(new UseInput.Happened(it, leaf, label, Context.Now));
            read += batch.Count;
            if (read < EventsPerTurn && _pending.Count < PendingMax) continue;
            // The rest in the next turn; with edges that nobody has taken, at the next tick.
            if (_pending.Count < PendingMax) Context.Self.Tell(new UseCommand.Durable());
            return;
        }

        Step(new UseInput.CaughtUp());
    }

    private IEnumerable<(EventLeaf Event, Hash256 Leaf, UseLabel? Label)> Read(EventBatch batch)
    {
        SortedDictionary<ulong, UseLabel> labels = [];
        foreach (LabelledEvent it in _events.LabelsOf(batch.First, batch.Last)) labels[it.Sequence] = it.Label;
        for (int i = 0; i < batch.Records.Length; i++)
        {
            bool isOurs = EventLeaf.TryDecode(batch.Records[i], out EventLeaf? leaf) == RecordVerdict.Accepted;
            Invariant.Holds(isOurs);
            yield return (leaf!, batch.LeafAt(i), labels.GetValueOrDefault(batch.First + (ulong)i));
        }
    }

    private void Step(UseInput input)
    {
        foreach (UseEdge edge in _machine.Step(input)) _pending.Add(UseEdges.ToPosture(edge));
    }

    private void Tell(bool isTime)
    {
        if (_pending.Count > 0 || (isTime && _told != _machine.Through))
        {
            if (posture.Tell(new PostureCommand.Noted([.. _pending], _machine.Through)) == TellVerdict.Accepted)
            {
                _pending.Clear();
                _told = _machine.Through;
            }
        }

        ImmutableArray<UseStanding> now = _machine.Standings;
        bool isNews = _said.Length != now.Length;
        for (int i = 0; !isNews && i < now.Length; i++) isNews = now[i] with { Uses = _said[i].Uses } != _said[i];
        if (!isNews && !isTime) return;
        _said = now;
        Context.Publish(new UseStatus(now));
    }
}
