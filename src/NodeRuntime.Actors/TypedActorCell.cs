using System;
using System.Collections.Generic;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors;

/// <summary>
/// The mail of one actor, and its instance. Tellers put mail into the mailbox under the slot's guard; the actor's run
/// takes a handful at a time into its own hands and works without a guard until it needs more. Order of service: system
/// mail, then what was unstashed, then what is in hand, then the mailbox by lanes.
/// </summary>
internal sealed class ActorCell<TMessage> : ActorCell
{
    /// <summary>Hands larger than this are put away when the mailbox runs dry.</summary>
    private const int HandLengthIdle = 16;

    private readonly Props<TMessage> _props;
    private readonly Mailbox<TMessage> _mailbox;
    private readonly DeliveryAudit? _audit;
    private Actor<TMessage>? _instance;
    private ActorContext<TMessage>? _context;
    private Hand? _hand;
    private MessageQueue<TMessage>? _unstashed;
    private MessageQueue<TMessage>? _stash;
    private SortedDictionary<string, TimerDelivery<TMessage>>? _timers;
    private OrderedDictionary<ActorCell, WatchDelivery<TMessage>>? _watching;
    private List<Subscription>? _subscriptions;
    private long _shed;
    private int _openReplies;
    private bool _overflowReported;

    public ActorCell(ActorSystem system, ActorCell? parent, ChildName name, ulong seed, Props<TMessage> props)
        : base(system, parent, name, seed)
    {
        Invariant.Holds(props.MailboxLengthMax > 0);
        _props = props;
        _mailbox = new Mailbox<TMessage>(props.MailboxLengthMax, props.Overflow);
        _audit = system.Dispatcher.Audit;
        Self = new LocalRef<TMessage>(this);
    }

    public ActorRef<TMessage> Self { get; }

    public override long Shed => _shed;

    public override long Processed => _hand?.Processed ?? 0;

    public override int MailboxLength => _mailbox.Count + (_hand?.Count ?? 0) + (_unstashed?.Count ?? 0);

    protected override SupervisorStrategy Supervision => _props.Supervision;

    protected override bool HasInstance => _instance is not null;

    private int LaneOf(TMessage message)
    {
        if (_props.LaneOf is null) return 0;
        int lane = _props.LaneOf(message);
        Invariant.Holds(lane is >= 0 and < Limits.MailboxLanesMax);
        return lane;
    }

    public TellVerdict Tell(TMessage message)
    {
        Invariant.Holds(message is not null);
        if (System.Tracer?.Origin is { } origin)
        {
            return Post(new Envelope<TMessage>(new FollowedDelivery<TMessage>(message) { Origin = origin }), LaneOf(message));
        }

        return Post(new Envelope<TMessage>(message), LaneOf(message));
    }

    public TellVerdict Tell(Delivery<TMessage> delivery, int lane)
    {
        delivery.Origin = System.Tracer?.Origin;
        return Post(new Envelope<TMessage>(delivery), lane);
    }

    private TellVerdict Post(in Envelope<TMessage> envelope, int lane)
    {
        bool overflowed = false;
        Slot.Enter();
        PostVerdict verdict = _mailbox.Post(envelope, lane);
        bool schedule = verdict <= PostVerdict.AcceptedDroppingOldest && ClaimRun();
        if (verdict is PostVerdict.AcceptedDroppingOldest or PostVerdict.Full)
        {
            _shed++;
            overflowed = verdict == PostVerdict.Full && _props.Overflow == OverflowPolicy.Fail && !_overflowReported;
            _overflowReported |= overflowed;
        }

        Slot.Exit();
        if (schedule) Slot.Schedule();
        if (overflowed) PostSystem(new SystemMessage.Overflowed());
        if (verdict == PostVerdict.Closed) DeadLetter(envelope);
        return verdict switch
        {
            PostVerdict.Accepted or PostVerdict.AcceptedDroppingOldest => TellVerdict.Accepted,
            PostVerdict.Full => TellVerdict.Shed,
            PostVerdict.Closed => TellVerdict.Closed,
        };
    }

    /// <summary>For timers and watches: their number is bounded where they are started.</summary>
    public void PostUnbounded(Delivery<TMessage> delivery, int lane)
    {
        Slot.Enter();
        bool schedule = _mailbox.PostUnbounded(new Envelope<TMessage>(delivery), lane) && ClaimRun();
        Slot.Exit();
        if (schedule) Slot.Schedule();
    }

    public TellVerdict PostReply(IReply reply, Delivery<TMessage> delivery)
    {
        delivery.Origin = System.Tracer?.Origin;
        Envelope<TMessage> envelope = new(delivery);
        Slot.Enter();
        bool first = !reply.Answered;
        reply.Answered = true;
        if (first) _openReplies--;
        bool accepted = first && _mailbox.PostUnbounded(envelope, lane: 0);
        bool schedule = accepted && ClaimRun();
        Slot.Exit();
        if (schedule) Slot.Schedule();
        if (!accepted) DeadLetter(envelope);
        return accepted ? TellVerdict.Accepted : TellVerdict.Closed;
    }

    /// <summary>Guarded. An actor that is not running keeps its mail and needs no turn for it.</summary>
    private bool ClaimRun()
    {
        if (Scheduled || State != ActorState.Running) return false;
        Scheduled = true;
        return true;
    }

    private void DeadLetter(in Envelope<TMessage> envelope)
    {
        object? content = envelope.Delivery is null ? envelope.Message : envelope.Delivery.Content;
        if (content is not null) System.DeadLetter(Path, content);
    }

    public override void Run()
    {
        InRun = true;
        int budget = System.Dispatcher.Throughput;
        while (true)
        {
            if (SystemMailWaits) HandleSystemMail();
            if (State != ActorState.Running || budget == 0)
            {
                Yield();
                return;
            }

            if (_unstashed is not null && _unstashed.TryDequeue(out TMessage unstashed))
            {
                budget--;
                Receive(new Envelope<TMessage>(unstashed));
            }
            else if (_hand is { Count: > 0 } hand)
            {
                budget--;
                Receive(hand.Take());
            }
            else if (!FillHand(budget))
            {
                return;
            }
        }
    }

    /// <summary>Leaves the run, with a new ticket if there is more to do.</summary>
    private void Yield()
    {
        Slot.Enter();
        bool mail = State == ActorState.Running && (_hand is { Count: > 0 } || _unstashed is { Count: > 0 } || _mailbox.Count > 0);
        bool more = mail || SystemMailWaits;
        Scheduled = more;
        InRun = false;
        Slot.Exit();
        if (more) Slot.Schedule();
    }

    /// <summary>False when there was nothing to take: the run is over.</summary>
    private bool FillHand(int budget)
    {
        Hand hand = _hand ??= new Hand();
        if (hand.Items.Length > HandLengthIdle && _mailbox.Count == 0) hand.Items = [];
        Slot.Enter();

        // With lanes one at a time, so that what is urgent waits for one message and not for a handful.
        int waiting = Math.Min(_mailbox.Count, _mailbox.HasLanes ? 1 : budget);
        if (waiting == 0)
        {
            bool parked = !SystemMailWaits;
            if (parked)
            {
                Scheduled = false;
                InRun = false;
            }

            Slot.Exit();
            return !parked;
        }

        if (hand.Items.Length < waiting) hand.Items = new Envelope<TMessage>[waiting];
        hand.Start = 0;
        hand.End = _mailbox.TakeInto(hand.Items.AsSpan(0, waiting));
        _overflowReported = false;
        Slot.Exit();
        return true;
    }

    private void Receive(in Envelope<TMessage> envelope)
    {
        ForgetNow();
        object? span = null;
        Exception? failure = null;
        try
        {
            TMessage message = envelope.Message;
            if (envelope.Delivery is not null && !envelope.Delivery.TryTake(out message)) return;
            Hand hand = _hand ??= new Hand();
            hand.Processed++;
            _audit?.Invoke(Now, System.Name, Path, message!.GetType().Name);
            span = System.Tracer?.Begin(envelope.Delivery?.Origin, Path, message!.GetType().Name);
            hand.Current = message;
            hand.CurrentIsHeld = true;
            _instance!.Deliver(message);
        }
        catch (Exception cause)
        {
            failure = cause;
            Fail(cause);
        }

        if (span is not null) System.Tracer!.End(span, failure);
        _hand?.PutDown();
    }

    protected override void CreateInstance()
    {
        _context ??= new ActorContext<TMessage>(this);
        Actor<TMessage> instance = _props.Factory(_context);
        instance.Attach(_context);
        instance.RunPreStart();
        _instance = instance;
    }

    protected override void RunPreRestart(Exception cause) => _instance?.RunPreRestart(cause);

    protected override void RunPostStop() => _instance?.RunPostStop();

    protected override void ReleaseInstance()
    {
        _instance = null;
        if (_timers is not null)
        {
            foreach (KeyValuePair<string, TimerDelivery<TMessage>> timer in _timers) timer.Value.Cancel();
            _timers = null;
        }

        if (_subscriptions is not null)
        {
            foreach (Subscription subscription in _subscriptions) subscription.Cancel();
            _subscriptions = null;
        }

        UnstashAll();
    }

    /// <summary>Unread mail becomes dead letters; the tellers were told it was accepted, so it is counted.</summary>
    protected override void CloseMailbox()
    {
        UnstashAll();
        while (_unstashed is not null && _unstashed.TryDequeue(out TMessage message)) DeadLetter(new Envelope<TMessage>(message));
        while (_hand is { Count: > 0 } hand) DeadLetter(hand.Take());
        Slot.Enter();
        _mailbox.Close();
        Envelope<TMessage>[] unread = new Envelope<TMessage>[_mailbox.Count];
        _mailbox.TakeInto(unread);
        Slot.Exit();
        foreach (Envelope<TMessage> envelope in unread) DeadLetter(envelope);
    }

    public void AssertInRun() => Invariant.Holds(InRun);

    public void StartTimer(string key, TMessage message, Duration delay, Duration? period)
    {
        AssertInRun();
        Invariant.Holds(delay >= Duration.Zero);
        Invariant.Holds(period is null || period.Value > Duration.Zero);
        Invariant.Holds(message is not null);
        CancelTimer(key);
        _timers ??= new SortedDictionary<string, TimerDelivery<TMessage>>(StringComparer.Ordinal);
        Invariant.Holds(_timers.Count < Limits.TimersPerActorMax);
        TimerDelivery<TMessage> timer = new(this, key, message, LaneOf(message), period) { Due = Now + delay };
        _timers.Add(key, timer);
        System.Dispatcher.ScheduleAt(timer.Due, timer);
    }

    public void CancelTimer(string key)
    {
        AssertInRun();
        if (_timers is not null && _timers.Remove(key, out TimerDelivery<TMessage>? timer)) timer.Cancel();
    }

    public bool HasTimer(string key) => _timers is not null && _timers.ContainsKey(key);

    /// <summary>A periodic timer is set again when it is taken, so that at most one of it waits; missed periods are skipped.</summary>
    public void OnTimerTaken(TimerDelivery<TMessage> timer)
    {
        if (timer.Period is not { } period)
        {
            _timers!.Remove(timer.Key);
            return;
        }

        Instant next = timer.Due + period;
        if (next <= Now) next = timer.Due + (period * (((Now - timer.Due).Microseconds / period.Microseconds) + 1));
        timer.Due = next;
        System.Dispatcher.ScheduleAt(next, timer);
    }

    public void Watch(ActorCell subject, Func<Terminated, TMessage> map)
    {
        AssertInRun();
        Unwatch(subject);
        WatchDelivery<TMessage> watch = new(this, subject, map);
        (_watching ??= []).Add(subject, watch);
        if (!subject.PostSystem(new SystemMessage.Watch(watch))) watch.Notify();
    }

    public void Unwatch(ActorCell subject)
    {
        AssertInRun();
        if (_watching is null || !_watching.Remove(subject, out WatchDelivery<TMessage>? watch)) return;
        watch.Cancel();
        subject.PostSystem(new SystemMessage.Unwatch(watch));
    }

    public void OnWatchTaken(ActorCell subject) => _watching!.Remove(subject);

    public StashVerdict Stash()
    {
        AssertInRun();
        Hand hand = _hand!;
        Invariant.Holds(hand.CurrentIsHeld);
        _stash ??= new MessageQueue<TMessage>();
        if (_stash.Count >= _props.StashLengthMax) return StashVerdict.Full;
        _stash.Enqueue(hand.Current);
        hand.CurrentIsHeld = false;
        return StashVerdict.Accepted;
    }

    /// <summary>What was stashed is served next, in its old order, before what an earlier unstash left over.</summary>
    public void UnstashAll()
    {
        if (_stash is not { Count: > 0 }) return;
        while (_unstashed is not null && _unstashed.TryDequeue(out TMessage later)) _stash.Enqueue(later);
        _unstashed = _stash;
        _stash = null;
    }

    public ActorRef<TReply> ReplyTo<TReply>(Func<TReply, TMessage> map)
    {
        AssertInRun();
        Invariant.Holds(TryOpenReply());
        return new ReplyRef<TMessage, TReply>(this, map);
    }

    public void Ask<TOther, TReply>(
        ActorRef<TOther> target,
        Func<ActorRef<TReply>, TOther> makeRequest,
        Func<AskOutcome<TReply>, TMessage> map,
        Duration timeout)
    {
        AssertInRun();
        if (!TryOpenReply())
        {
            AskOutcome<TReply> refused = AskOutcome.Without<TReply>(AskVerdict.Shed);
            PostUnbounded(new MappedDelivery<TMessage, AskOutcome<TReply>>(map, refused, isReserved: true), lane: 0);
            return;
        }

        AskRef<TMessage, TReply> ask = new(this, map);
        System.Dispatcher.ScheduleAt(Now + timeout, ask);
        TellVerdict verdict = target.Tell(makeRequest(ask));
        if (verdict != TellVerdict.Accepted) ask.Settle(AskOutcome.Refused<TReply>(verdict));
    }

    private bool TryOpenReply()
    {
        Slot.Enter();
        bool open = _openReplies < Limits.OpenRepliesPerActorMax;
        if (open) _openReplies++;
        Slot.Exit();
        return open;
    }

    public void Subscribe<TEvent>(Func<TEvent, TMessage> map)
    {
        AssertInRun();
        (_subscriptions ??= []).Add(System.EventStream.Subscribe(new AdapterRef<TMessage, TEvent>(this, map, lane: 0)));
    }

    /// <summary>
    /// What the run writes for each message, in an object of its own: were it in the cell, every tell from another core would wait for
    /// the line of memory that the run is writing to.
    /// </summary>
    private sealed class Hand
    {
        public Envelope<TMessage>[] Items { get; set; } = [];

        public int Start { get; set; }

        public int End { get; set; }

        public int Count => End - Start;

        public long Processed { get; set; }

        public TMessage Current { get; set; } = default!;

        /// <summary>False once it was stashed.</summary>
        public bool CurrentIsHeld { get; set; }

        public Envelope<TMessage> Take()
        {
            Envelope<TMessage> next = Items[Start];
            Items[Start++] = default;
            return next;
        }

        public void PutDown()
        {
            Current = default!;
            CurrentIsHeld = false;
        }
    }
}
