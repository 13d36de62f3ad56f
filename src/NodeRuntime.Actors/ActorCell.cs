using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
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
    private static readonly ImmutableSortedDictionary<string, ActorCell> NoChildren =
        ImmutableSortedDictionary.Create<string, ActorCell>(StringComparer.Ordinal);

    private readonly MessageQueue<SystemMessage> _systemMail = new();
    private bool _systemMailWaits;
    private bool _terminated;
    private ImmutableSortedDictionary<string, ActorCell> _children = NoChildren;
    private long _childrenNamed;
    private Prng? _prng;
    private List<IWatch>? _watches;
    private List<ActorCell>? _escalatedFrom;
    private RestartWindow? _groupWindow;
    private RestartWindow? _ownWindow;
    private Exception? _failureCause;
    private Exception? _restartCause;
    private bool _backoffRuns;
    private Instant _now;
    private bool _nowKnown;

    protected ActorCell(ActorSystem system, ActorCell? parent, ActorPath path, ulong seed)
    {
        System = system;
        Parent = parent;
        Path = path;
        Seed = seed;
        Slot = system.Dispatcher.CreateSlot(this);
    }

    public ActorSystem System { get; }

    public ActorCell? Parent { get; }

    public ActorPath Path { get; }

    public ISlot Slot { get; }

    public ActorState State { get; private set; }

    public ImmutableSortedDictionary<string, ActorCell> Children => _children;

    public long Life { get; private set; } = 1;

    public long Processed { get; protected set; }

    public long Restarts { get; private set; }

    public long Failures { get; private set; }

    public string LastFailure { get; private set; } = "";

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

    protected bool SystemMailWaits => _systemMailWaits;

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
            _systemMail.Enqueue(message);
            _systemMailWaits = true;
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
        Invariant.Holds(name is null || ActorPath.IsName(name));
        Invariant.Holds(_children.Count < Limits.ActorChildrenMax);
        Slot.Enter();
        string named = name ?? "$" + (++_childrenNamed).ToString(CultureInfo.InvariantCulture);
        ulong seed = Prng.NextUInt64();
        Slot.Exit();

        ActorCell<TChild> child = new(System, this, Path.Child(named), seed, props);
        Slot.Enter();
        bool taken = _children.ContainsKey(named);
        bool open = State is not (ActorState.Stopping or ActorState.Stopped);
        if (!taken && open) _children = _children.Add(named, child);
        Slot.Exit();
        if (taken) Invariant.Break("actor name is taken: " + child.Path);
        child.PostSystem(open ? new SystemMessage.Start() : new SystemMessage.Stop());
        return child;
    }

    /// <summary>Called at the beginning of each message's turn.</summary>
    protected void ForgetNow() => _nowKnown = false;

    protected void HandleSystemMail()
    {
        while (true)
        {
            Slot.Enter();
            bool found = _systemMail.TryDequeue(out SystemMessage message);
            if (!found) _systemMailWaits = false;
            Slot.Exit();
            if (!found) return;
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
        _failureCause = cause;
        Note(cause);
        if (Parent is null) System.OnRootFailed(origin ?? Path, cause);
        else Parent.PostSystem(new SystemMessage.ChildFailed(this, Life, cause, HasInstance));
    }

    /// <summary>Kept for the status page; all that is left to do where a hook throws on the way out.</summary>
    private void Note(Exception cause)
    {
        Failures++;
        LastFailure = cause.GetType().Name + ": " + cause.Message;
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
                ? _groupWindow ??= new RestartWindow()
                : failed.Child._ownWindow ??= new RestartWindow();
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
                failed.Child.PostSystem(new SystemMessage.Stop());
                if (all) TellSiblings(failed.Child, new SystemMessage.Stop());
                break;
            case Directive.Escalate:
                (_escalatedFrom ??= []).Add(failed.Child);
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
        foreach (KeyValuePair<string, ActorCell> child in _children)
        {
            if (child.Value != failed) child.Value.PostSystem(message);
        }
    }

    protected abstract bool HasInstance { get; }

    private void Resume()
    {
        if (!HasInstance)
        {
            // Never built, escalated, and resumed from above: nobody counts these attempts, so each waits the longest.
            BeginRestart(new SystemMessage.Restart(_failureCause!, Life, Parent!.Supervision.BackoffMax));
            return;
        }

        State = ActorState.Running;
        if (_escalatedFrom is null) return;
        foreach (ActorCell child in _escalatedFrom) child.PostSystem(new SystemMessage.Resume(child.Life));
        _escalatedFrom = null;
    }

    protected abstract void RunPreRestart(Exception cause);

    /// <summary>Timers and subscriptions belong to the instance; mail, stash, watches and open replies to the actor.</summary>
    protected abstract void ReleaseInstance();

    private void BeginRestart(SystemMessage.Restart restart)
    {
        if (State is not (ActorState.Running or ActorState.Failed)) return;
        if (restart.Life is not null && restart.Life != Life) return;
        State = ActorState.Restarting;
        _restartCause = restart.Cause;
        _escalatedFrom = null;
        try
        {
            RunPreRestart(restart.Cause);
        }
        catch (Exception second)
        {
            Note(second);
        }

        ReleaseInstance();
        foreach (KeyValuePair<string, ActorCell> child in _children) child.Value.PostSystem(new SystemMessage.Stop());
        _backoffRuns = restart.Delay > Duration.Zero;
        if (_backoffRuns) System.Dispatcher.ScheduleAt(Now + restart.Delay, new BackoffTimer(this, Life));
        FinishRestart();
    }

    private void FinishRestart()
    {
        if (State != ActorState.Restarting || _backoffRuns || !_children.IsEmpty) return;
        Life++;
        Restarts++;
        System.EventStream.Publish(new ActorRestarted(Path, _restartCause!, Now));
        _restartCause = null;
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
        foreach (KeyValuePair<string, ActorCell> child in _children) child.Value.PostSystem(new SystemMessage.Stop());
        FinishStop();
    }

    private void OnChildStopped(ActorCell child)
    {
        Slot.Enter();
        if (_children.TryGetValue(child.Path.Name, out ActorCell? held) && held == child) _children = _children.Remove(child.Path.Name);
        Slot.Exit();
        FinishRestart();
        FinishStop();
    }

    protected abstract void RunPostStop();

    private void FinishStop()
    {
        if (State != ActorState.Stopping || !_children.IsEmpty) return;
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
