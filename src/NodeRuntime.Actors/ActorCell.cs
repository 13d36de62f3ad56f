using System;
using System.Collections.Generic;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors;

/// <summary>
/// The life of one actor: what stays when its instance is replaced.
/// <code>
///   Starting -> Running -> Failed -> Running      (resume)
///                  |         |----> Restarting -> Running   children stopped, back-off over
///                  '---------'----> Stopping -> Stopped     children stopped, PostStop ran
/// </code>
/// Two kinds of state, and no third. Guarded: the queues, <c>_scheduled</c>, the children table; touched between
/// <see cref="ISlot.Enter"/> and <see cref="ISlot.Exit"/> by anyone. Owned: all the rest; touched only within
/// <see cref="Run"/>, which the slot never runs twice at once. Others ask by a system message. Status pages read owned
/// figures without asking: each is a whole number that was true a moment ago.
/// The split into this class and <see cref="ActorCell{TMessage}"/> is the one between lifecycle, which speaks of actors of
/// any language, and mail, which speaks of one.
/// </summary>
internal abstract class ActorCell : IRunnable
{
    private readonly ChildName _name;
    private SystemMessage? _systemMail;
    private MessageQueue<SystemMessage>? _laterSystemMail;
    private bool _terminated;
    private ChildTable? _children;
    private Prng? _prng;
    private List<IWatch>? _watches;
    private FailureRecord? _failures;
    private bool _backoffRuns;
    private Instant _now;
    private bool _nowKnown;
    private string? _pathText;

    protected ActorCell(ActorSystem system, ActorCell? parent, ChildName name, ulong seed)
    {
        System = system;
        Parent = parent;
        _name = name;
        Seed = seed;
        Slot = system.Dispatcher.CreateSlot(this);
    }

    public ActorSystem System { get; }

    public ActorCell? Parent { get; }

    /// <summary>Written out when somebody first wants it: most actors are never named to anybody.</summary>
    public ActorPath Path => ActorPath.Known(_pathText ??= Parent is null ? ActorPath.Root.ToString() : Parent.Path.Child(_name.ToString()).ToString());

    public ISlot Slot { get; }

    public ActorState State { get; private set; }

    public ChildName Name => _name;

    /// <summary>The next and the one before among the children of one parent; the parent's table keeps them.</summary>
    public ActorCell? NextSibling { get; set; }

    public ActorCell? PreviousSibling { get; set; }

    public long Life { get; private set; } = 1;

    public abstract long Processed { get; }

    public long Restarts => _failures?.Restarts ?? 0;

    public long Failures => _failures?.Failures ?? 0;

    public string LastFailure => _failures?.Last ?? "";

    public abstract long Shed { get; }

    public abstract int MailboxLength { get; }

    public Prng Prng => _prng ??= new Prng(Seed);

    /// <summary>The moment of the message in hand: asked from the dispatcher once, when it is first wanted.</summary>
    public Instant Now
    {
        get
        {
            if (!_nowKnown)
            {
                _now = System.Dispatcher.Now;
                _nowKnown = true;
            }

            return _now;
        }
    }

    protected abstract SupervisorStrategy Supervision { get; }

    /// <summary>Guarded: a run is asked for or under way.</summary>
    protected bool Scheduled { get; set; }

    protected bool InRun { get; set; }

    protected bool SystemMailWaits => _systemMail is not null;

    private ulong Seed { get; }

    public abstract void Run();

    /// <summary>False when the actor is no more.</summary>
    public bool PostSystem(SystemMessage message)
    {
        bool schedule = false;
        Slot.Enter();
        bool accepted = !_terminated;
        if (accepted)
        {
            if (_systemMail is null) _systemMail = message;
            else (_laterSystemMail ??= new MessageQueue<SystemMessage>()).Enqueue(message);
            schedule = !Scheduled;
            Scheduled = true;
        }

        Slot.Exit();
        if (schedule) Slot.Schedule();
        return accepted;
    }

    /// <summary>The child's reference is good at once; its first instance is built in its own turn.</summary>
    public ActorCell<TChild> Spawn<TChild>(Props<TChild> props, string? name)
    {
        Invariant.Holds(name is null || (ActorPath.IsName(name) && name[0] != ChildName.NumberSign));
        Slot.Enter();
        ChildTable children = _children ??= new ChildTable();
        int count = children.Count;
        ChildName named = name is null ? children.NextNumber() : new ChildName(name);
        ulong seed = Prng.NextUInt64();
        Slot.Exit();
        Invariant.Holds(count < Limits.ActorChildrenMax);

        ActorCell<TChild> child = new(System, this, named, seed, props);
        Slot.Enter();
        bool open = State is not (ActorState.Stopping or ActorState.Stopped);
        bool taken = children.Holds(named);
        if (open && !taken) children.Add(child);
        Slot.Exit();
        if (taken) Invariant.Break("actor name is taken: " + child.Path);
        child.PostSystem(open ? SystemMessage.Start.Only : SystemMessage.Stop.Only);
        return child;
    }

    public bool HasChild(string name)
    {
        Slot.Enter();
        bool has = _children is not null && _children.Holds(new ChildName(name));
        Slot.Exit();
        return has;
    }

    /// <summary>The living, in the order of their birth.</summary>
    public ActorCell[] Children()
    {
        Slot.Enter();
        ActorCell[] children = _children is null ? [] : _children.ToArray();
        Slot.Exit();
        return children;
    }

    /// <summary>Called at the beginning of each message's turn.</summary>
    protected void ForgetNow()
    {
        if (_nowKnown) _nowKnown = false;
    }

    protected void HandleSystemMail()
    {
        while (true)
        {
            Slot.Enter();
            SystemMessage? message = _systemMail;
            _systemMail = null;
            if (_laterSystemMail is not null && _laterSystemMail.TryDequeue(out SystemMessage later)) _systemMail = later;
            Slot.Exit();
            if (message is null) return;
            ForgetNow();
            Handle(message);
        }
    }

    private void Handle(SystemMessage message)
    {
        switch (message)
        {
            case SystemMessage.Start:
                if (State == ActorState.Starting) BeginLife();
                break;
            case SystemMessage.Stop:
                BeginStop();
                break;
            case SystemMessage.Resume resume:
                if (State == ActorState.Failed && resume.Life == Life) Resume();
                break;
            case SystemMessage.Restart restart:
                BeginRestart(restart);
                break;
            case SystemMessage.BackoffOver over:
                if (over.Life != Life) break;
                _backoffRuns = false;
                FinishRestart();
                break;
            case SystemMessage.Overflowed:
                Fail(new MailboxOverflowException(Path));
                break;
            case SystemMessage.ChildFailed failed:
                OnChildFailed(failed);
                break;
            case SystemMessage.ChildStopped stopped:
                OnChildStopped(stopped.Child);
                break;
            case SystemMessage.Watch watch:
                if (State == ActorState.Stopped) watch.Entry.Notify();
                else (_watches ??= []).Add(watch.Entry);
                break;
            case SystemMessage.Unwatch unwatch:
                _watches?.Remove(unwatch.Entry);
                break;
            default:
                Invariant.Break("unreachable: " + message);
                break;
        }
    }

    protected abstract void CreateInstance();

    private void BeginLife()
    {
        try
        {
            CreateInstance();
            State = ActorState.Running;
        }
        catch (Exception cause)
        {
            State = ActorState.Running;
            Fail(cause);
        }
    }

    /// <summary>From the throw of a message, a hook or a map, to the supervisor's desk.</summary>
    protected void Fail(Exception cause, ActorPath? origin = null)
    {
        if (State != ActorState.Running) return;
        State = ActorState.Failed;
        Note(cause);
        _failures!.Cause = cause;
        if (Parent is null) System.OnRootFailed(origin ?? Path, cause);
        else Parent.PostSystem(new SystemMessage.ChildFailed(this, Life, cause, HasInstance));
    }

    /// <summary>Kept for the status page; all that is left to do where a hook throws on the way out.</summary>
    private void Note(Exception cause)
    {
        FailureRecord failures = _failures ??= new FailureRecord();
        failures.Failures++;
        failures.Last = cause.GetType().Name + ": " + cause.Message;
    }

    private void OnChildFailed(SystemMessage.ChildFailed failed)
    {
        if (State is ActorState.Restarting or ActorState.Stopping or ActorState.Stopped) return;
        SupervisorStrategy strategy = Supervision;
        Exception cause = failed.Cause;
        Directive directive;
        try
        {
            directive = strategy.Decider(cause);
        }
        catch (Exception second)
        {
            cause = second;
            directive = Directive.Escalate;
        }

        // There is no state to keep: to resume it is to build it, with a restart's patience.
        if (directive == Directive.Resume && !failed.WasBuilt) directive = Directive.Restart;

        Duration delay = Duration.Zero;
        if (directive == Directive.Restart)
        {
            RestartWindow window = strategy.Scope == SupervisionScope.AllForOne
                ? (_failures ??= new FailureRecord()).OfChildren
                : failed.Child._failures!.OfItself;
            int? restart = window.TryRecord(Now, strategy);
            if (restart is null) directive = Directive.Escalate;
            else delay = Backoff(strategy, restart.Value);
        }

        System.EventStream.Publish(new ActorFailed(failed.Child.Path, cause, directive, Now));
        bool all = strategy.Scope == SupervisionScope.AllForOne;
        switch (directive)
        {
            case Directive.Resume:
                failed.Child.PostSystem(new SystemMessage.Resume(failed.Life));
                break;
            case Directive.Restart:
                failed.Child.PostSystem(new SystemMessage.Restart(cause, failed.Life, delay));
                if (all) TellSiblings(failed.Child, new SystemMessage.Restart(cause, null, delay));
                break;
            case Directive.Stop:
                failed.Child.PostSystem(SystemMessage.Stop.Only);
                if (all) TellSiblings(failed.Child, SystemMessage.Stop.Only);
                break;
            case Directive.Escalate:
                (_failures ??= new FailureRecord()).EscalatedFrom.Add(failed.Child);
                Fail(cause, failed.Child.Path);
                break;
        }
    }

    private Duration Backoff(SupervisorStrategy strategy, int restart)
    {
        Slot.Enter();
        Duration delay = strategy.Backoff(restart, Prng);
        Slot.Exit();
        return delay;
    }

    private void TellSiblings(ActorCell failed, SystemMessage message)
    {
        foreach (ActorCell child in Children())
        {
            if (child != failed) child.PostSystem(message);
        }
    }

    protected abstract bool HasInstance { get; }

    private bool HasChildren => _children is { Count: > 0 };

    private void Resume()
    {
        if (!HasInstance)
        {
            // Never built, escalated, and resumed from above: nobody counts these attempts, so each waits the longest.
            BeginRestart(new SystemMessage.Restart(_failures!.Cause!, Life, Parent!.Supervision.BackoffMax));
            return;
        }

        State = ActorState.Running;
        foreach (ActorCell child in _failures!.EscalatedFrom) child.PostSystem(new SystemMessage.Resume(child.Life));
        _failures.EscalatedFrom.Clear();
    }

    protected abstract void RunPreRestart(Exception cause);

    /// <summary>Timers and subscriptions belong to the instance; mail, stash, watches and open replies to the actor.</summary>
    protected abstract void ReleaseInstance();

    private void BeginRestart(SystemMessage.Restart restart)
    {
        if (State is not (ActorState.Running or ActorState.Failed)) return;
        if (restart.Life is not null && restart.Life != Life) return;
        State = ActorState.Restarting;
        FailureRecord failures = _failures ??= new FailureRecord();
        failures.RestartCause = restart.Cause;
        failures.EscalatedFrom.Clear();
        try
        {
            RunPreRestart(restart.Cause);
        }
        catch (Exception second)
        {
            Note(second);
        }

        ReleaseInstance();
        foreach (ActorCell child in Children()) child.PostSystem(SystemMessage.Stop.Only);
        _backoffRuns = restart.Delay > Duration.Zero;
        if (_backoffRuns) System.Dispatcher.ScheduleAt(Now + restart.Delay, new BackoffTimer(this, Life));
        FinishRestart();
    }

    private void FinishRestart()
    {
        if (State != ActorState.Restarting || _backoffRuns || HasChildren) return;
        Life++;
        FailureRecord failures = _failures!;
        failures.Restarts++;
        System.EventStream.Publish(new ActorRestarted(Path, failures.RestartCause!, Now));
        failures.RestartCause = null;
        BeginLife();
    }

    protected abstract void CloseMailbox();

    private void BeginStop()
    {
        if (State is ActorState.Stopping or ActorState.Stopped) return;
        Slot.Enter();
        State = ActorState.Stopping;
        Slot.Exit();
        CloseMailbox();
        foreach (ActorCell child in Children()) child.PostSystem(SystemMessage.Stop.Only);
        FinishStop();
    }

    private void OnChildStopped(ActorCell child)
    {
        Slot.Enter();
        _children!.Remove(child);
        Slot.Exit();
        FinishRestart();
        FinishStop();
    }

    protected abstract void RunPostStop();

    private void FinishStop()
    {
        if (State != ActorState.Stopping || HasChildren) return;
        try
        {
            RunPostStop();
        }
        catch (Exception cause)
        {
            Note(cause);
        }

        ReleaseInstance();
        State = ActorState.Stopped;
        Slot.Enter();
        _terminated = true;
        Slot.Exit();
        System.Retire(this);
        if (_watches is not null)
        {
            foreach (IWatch watch in _watches) watch.Notify();
            _watches = null;
        }

        if (Parent is null) System.OnRootStopped();
        else Parent.PostSystem(new SystemMessage.ChildStopped(this));
    }
}
