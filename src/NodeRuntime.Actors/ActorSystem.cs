using System;
using System.Collections.Immutable;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors;

/// <summary>
/// One tree of actors: a peer has one; a simulation runs hundreds on one dispatcher. Every actor below the root belongs to a
/// supervisor; what reaches the root is the system's own failure, and ends it.
/// </summary>
public sealed class ActorSystem
{
    private readonly ISlot _gate;
    private readonly ActorCell<Silence> _root;
    private long _processedByStopped;
    private long _shedByStopped;
    private long _restartsOfStopped;
    private long _failuresOfStopped;
    private long _deadLetters;

    /// <param name="supervision">For the actors spawned here; null: restart with back-off, then fail the system.</param>
    /// <param name="tracer">Null where no message is followed.</param>
    public ActorSystem(string name, IDispatcher dispatcher, Prng prng, SupervisorStrategy? supervision = null, ITracer? tracer = null)
    {
        Invariant.Holds(ActorPath.IsName(name));
        Invariant.Holds(dispatcher.Throughput >= 1);
        Name = name;
        Dispatcher = dispatcher;
        Tracer = tracer;
        _gate = dispatcher.CreateSlot(new NeverRuns());
        EventStream = new EventStream(_gate);
        Props<Silence> guardian = Props.Create(() => new Guardian()) with
        {
            Supervision = supervision ?? SupervisorStrategy.Default,
        };
        _root = new ActorCell<Silence>(this, null, new ChildName(0), prng.NextUInt64(), guardian);
        _root.PostSystem(SystemMessage.Start.Only);
    }

    public string Name { get; }

    public EventStream EventStream { get; }

    public SystemState State { get; private set; } = SystemState.Running;

    /// <summary>The last actor has stopped, whatever the reason.</summary>
    public bool IsTerminated { get; private set; }

    /// <summary>What ended the system, where something did.</summary>
    public Exception? FailureCause { get; private set; }

    public long DeadLetters => _deadLetters;

    internal IDispatcher Dispatcher { get; }

    internal ITracer? Tracer { get; }

    /// <summary>From anywhere. In a system that is ending, the reference is closed from its birth.</summary>
    public ActorRef<TMessage> Spawn<TMessage>(Props<TMessage> props, string name) => _root.Spawn(props, name).Self;

    public void Stop<TMessage>(ActorRef<TMessage> actor)
    {
        if (actor.Cell is null) return;
        Invariant.Holds(actor.Cell.System == this);
        actor.Cell.PostSystem(SystemMessage.Stop.Only);
    }

    /// <summary>Stops all actors, children first; <see cref="SystemTerminated"/> is published when the last one has.</summary>
    public void Terminate()
    {
        if (State == SystemState.Running) State = SystemState.Terminated;
        _root.PostSystem(SystemMessage.Stop.Only);
    }

    /// <summary>For a status page, from any thread, without stopping anyone.</summary>
    public SystemStatus Status()
    {
        ImmutableArray<ActorStatus>.Builder actors = ImmutableArray.CreateBuilder<ActorStatus>();
        Collect(_root, actors);
        long processed = _processedByStopped;
        long shed = _shedByStopped;
        long restarts = _restartsOfStopped;
        long failures = _failuresOfStopped;
        foreach (ActorStatus actor in actors)
        {
            if (actor.State == ActorState.Stopped) continue;
            processed += actor.Processed;
            shed += actor.Shed;
            restarts += actor.Restarts;
            failures += actor.Failures;
        }

        return new SystemStatus
        {
            Name = Name,
            State = State,
            Processed = processed,
            Shed = shed,
            Restarts = restarts,
            Failures = failures,
            DeadLetters = _deadLetters,
            Actors = actors.ToImmutable(),
        };
    }

    private static void Collect(ActorCell cell, ImmutableArray<ActorStatus>.Builder actors)
    {
        actors.Add(new ActorStatus
        {
            Path = cell.Path,
            State = cell.State,
            MailboxLength = cell.MailboxLength,
            Processed = cell.Processed,
            Shed = cell.Shed,
            Restarts = cell.Restarts,
            Failures = cell.Failures,
            LastFailure = cell.LastFailure,
        });
        ActorCell[] children = cell.Children();
        Array.Sort(children, static (a, b) => a.Path.CompareTo(b.Path));
        foreach (ActorCell child in children) Collect(child, actors);
    }

    internal void DeadLetter(ActorPath recipient, object message)
    {
        _gate.Enter();
        _deadLetters++;
        _gate.Exit();
        EventStream.Publish(new DeadLetter(recipient, message));
    }

    /// <summary>A stopped actor's figures stay in the totals.</summary>
    internal void Retire(ActorCell cell)
    {
        _gate.Enter();
        _processedByStopped += cell.Processed;
        _shedByStopped += cell.Shed;
        _restartsOfStopped += cell.Restarts;
        _failuresOfStopped += cell.Failures;
        _gate.Exit();
    }

    internal void OnRootFailed(ActorPath origin, Exception cause)
    {
        State = SystemState.Failed;
        FailureCause = cause;
        EventStream.Publish(new SystemFailed(origin, cause));
        _root.PostSystem(SystemMessage.Stop.Only);
    }

    internal void OnRootStopped()
    {
        IsTerminated = true;
        EventStream.Publish(new SystemTerminated(Name));
    }

    /// <summary>Nobody holds the root's reference, so it receives nothing.</summary>
    private sealed record Silence;

    private sealed class Guardian : Actor<Silence>
    {
        protected override void Receive(Silence message) => Invariant.Break("the root guardian receives nothing");
    }

    /// <summary>The gate is a slot for its guard alone.</summary>
    private sealed class NeverRuns : IRunnable
    {
        public void Run() => Invariant.Break("the system's gate is never scheduled");
    }
}
