using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Host.Dispatch;
using NodeRuntime.Primitives;

namespace NodeRuntime.Host.Tests.Dispatch;

/// <summary>The kernel's rules are tested in virtual time; here is what only threads can break.</summary>
public sealed class ThreadPoolDispatcherTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ThreadPoolDispatcher _dispatcher = new();
    private readonly ActorSystem _system;

    public ThreadPoolDispatcherTests() => _system = new ActorSystem("test", _dispatcher, new Prng(1));

    public void Dispose() => _dispatcher.Dispose();

    private abstract record Work
    {
        internal sealed record Item(int Producer, int Number) : Work;

        internal sealed record Fail : Work;

        internal sealed record Report(ActorRef<Tally> ReplyTo) : Work;
    }

    private sealed record Tally(long Received, long Disorders, long Intrusions);

    /// <summary>Notices company in its own turn, and messages of one producer that overtook each other.</summary>
    private sealed class Worker(Worker.Ledger ledger) : Actor<Work>
    {
        protected override void Receive(Work message)
        {
            if (Interlocked.Increment(ref ledger.Inside) != 1) ledger.Intrusions++;
            try
            {
                switch (message)
                {
                    case Work.Item item:
                        ledger.Received++;
                        if (item.Number <= ledger.Last[item.Producer]) ledger.Disorders++;
                        ledger.Last[item.Producer] = item.Number;
                        break;
                    case Work.Fail:
                        throw new InvalidOperationException("boom");
                    case Work.Report report:
                        report.ReplyTo.Tell(new Tally(ledger.Received, ledger.Disorders, ledger.Intrusions));
                        break;
                    default:
                        throw new ArgumentOutOfRangeException(nameof(message));
                }
            }
            finally
            {
                Interlocked.Decrement(ref ledger.Inside);
            }
        }

        /// <summary>Outlives restarts, so that nothing is forgotten.</summary>
        internal sealed class Ledger
        {
            public readonly int[] Last = new int[8];
            public int Inside;
            public long Received;
            public long Disorders;
            public long Intrusions;
        }
    }

    [Fact]
    public async Task Never_two_threads_in_one_actor_and_no_accepted_message_is_lost_whatever_fails_meanwhile()
    {
        const int Producers = 4;
        const int Actors = 2;
        const int MessagesEach = 100_000;
        SupervisorStrategy forgiving =
            new() { RestartsMax = int.MaxValue, BackoffMin = new Duration(1000), BackoffMax = new Duration(2000) };
        ActorSystem system = new("stress", _dispatcher, new Prng(2), forgiving);
        ActorRef<Work>[] workers = new ActorRef<Work>[Actors];
        for (int n = 0; n < Actors; n++)
        {
            Worker.Ledger ledger = new();
            workers[n] = system.Spawn(Props.Create(() => new Worker(ledger)) with { MailboxLengthMax = 1024 }, "worker-" + n);

            // The later ones may be shed; this one is not.
            Assert.Equal(TellVerdict.Accepted, workers[n].Tell(new Work.Fail()));
        }

        using Barrier start = new(Producers);
        long[] accepted = new long[Actors];
        Task[] producers = new Task[Producers];
        for (int p = 0; p < Producers; p++)
        {
            int producer = p;
            producers[p] = OnItsOwnThread(() =>
            {
                start.SignalAndWait();
                for (int n = 1; n <= MessagesEach; n++)
                {
                    int worker = n % Actors;
                    TellVerdict verdict = workers[worker].Tell(new Work.Item(producer, n));
                    if (verdict == TellVerdict.Accepted) Interlocked.Increment(ref accepted[worker]);
                    if (n % 10_000 == 0) workers[worker].Tell(new Work.Fail());
                    if (n % 64 == 0) Thread.Yield();
                }
            });
        }

        await Task.WhenAll(producers).WaitAsync(Patience);
        for (int n = 0; n < Actors; n++)
        {
            Tally tally = await ReportOf(workers[n]);
            Assert.Equal(accepted[n], tally.Received);
            Assert.Equal(0, tally.Disorders);
            Assert.Equal(0, tally.Intrusions);
        }

        Assert.True(system.Status().Restarts > 0);
        await system.TerminateAsync().WaitAsync(Patience);
        Assert.Equal(0, system.DeadLetters);
    }

    /// <summary>The pool belongs to the actors under test.</summary>
    private static Task OnItsOwnThread(Action action) =>
        Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static async Task<Tally> ReportOf(ActorRef<Work> worker)
    {
        while (true)
        {
            AskOutcome<Tally> outcome = await worker.AskAsync((ActorRef<Tally> reply) => new Work.Report(reply), Patience);
            if (outcome.Verdict == AskVerdict.Replied) return outcome.Reply!;
            Assert.Equal(AskVerdict.Shed, outcome.Verdict);
            await Task.Yield();
        }
    }

    private abstract record Nursery
    {
        internal sealed record Raise(int Children) : Nursery;

        internal sealed record Gone(ActorPath Path) : Nursery;
    }

    /// <summary>Spawns, watches and stops from its own turns, always as many children as it was told in all.</summary>
    private sealed class Nurse(ActorRef<int> mourned) : Actor<Nursery>
    {
        private int _toRaise;
        private int _gone;

        protected override void Receive(Nursery message)
        {
            switch (message)
            {
                case Nursery.Raise raise:
                    _toRaise = raise.Children;
                    for (int n = 0; n < 16; n++) RaiseOne();
                    break;
                case Nursery.Gone:
                    _gone++;
                    RaiseOne();
                    if (_toRaise == 0 && _gone % 16 == 0) mourned.Tell(_gone);
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(message));
            }
        }

        private void RaiseOne()
        {
            if (_toRaise == 0) return;
            _toRaise--;
            ActorRef<Work> child = Context.Spawn(Props.Create(() => new Worker(new Worker.Ledger())));
            Context.Watch(child, death => new Nursery.Gone(death.Path));
            child.Tell(new Work.Item(0, 1));
            Context.Stop(child);
        }
    }

    [Fact]
    public async Task Each_death_is_told_once_however_many_are_born_and_stopped_at_once()
    {
        const int Nurses = 4;
        const int Children = 4096;
        using CountdownEvent done = new(Nurses);
        ActorRef<int> mourned = ActorRef.FromDelegate<int>("mourned", gone =>
        {
            if (gone == Children) done.Signal();
        });
        for (int n = 0; n < Nurses; n++)
        {
            _system.Spawn(Props.Create(() => new Nurse(mourned)), "nurse-" + n).Tell(new Nursery.Raise(Children));
        }

        Assert.True(await Task.Run(() => done.Wait(Patience)));
        await _system.TerminateAsync().WaitAsync(Patience);
        Assert.Single(_system.Status().Actors);
    }

    private sealed record Ball(ActorRef<Ball>? From);

    private sealed class Player(CancellationToken end) : Actor<Ball>
    {
        protected override void Receive(Ball message)
        {
            if (!end.IsCancellationRequested) message.From!.Tell(new Ball(Context.Self));
        }
    }

    [Fact]
    public async Task Actors_that_answer_each_other_for_ever_do_not_starve_the_others()
    {
        using CancellationTokenSource end = new();
        for (int n = 0; n < Environment.ProcessorCount * 2; n++)
        {
            ActorRef<Ball> a = _system.Spawn(Props.Create(() => new Player(end.Token)), "a" + n);
            ActorRef<Ball> b = _system.Spawn(Props.Create(() => new Player(end.Token)), "b" + n);
            a.Tell(new Ball(b));
        }

        ActorRef<Work> quiet = _system.Spawn(Props.Create(() => new Worker(new Worker.Ledger())), "quiet");
        int answers = 0;
        await OnItsOwnThread(() =>
        {
            // From outside the pool, so that the question queues where strangers queue.
            while (answers < 20 && ReportOf(quiet).Wait(TimeSpan.FromSeconds(5))) answers++;
        });
        Assert.Equal(20, answers);
        await end.CancelAsync();
        await _system.TerminateAsync().WaitAsync(Patience);
    }

    private sealed class Sleeper(ActorRef<long> rings) : Actor<string>
    {
        protected override void Receive(string message)
        {
            switch (message)
            {
                case "start":
                    Context.StartTimer("late", "late", Duration.FromMilliseconds(60));
                    Context.StartTimer("early", "early", Duration.FromMilliseconds(20));
                    Context.StartTimer("never", "never", Duration.FromMilliseconds(30));
                    Context.CancelTimer("never");
                    break;
                case "early":
                    rings.Tell(20);
                    break;
                case "late":
                    rings.Tell(60);
                    break;
                default:
                    rings.Tell(-1);
                    break;
            }
        }
    }

    [Fact]
    public async Task Timers_ring_in_order_and_never_early()
    {
        Stopwatch watch = Stopwatch.StartNew();
        ConcurrentQueue<(long Rang, long At)> heard = new();
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ActorRef<long> rings = ActorRef.FromDelegate<long>("rings", ring =>
        {
            heard.Enqueue((ring, watch.ElapsedMilliseconds));
            if (ring == 60) done.TrySetResult();
        });
        _system.Spawn(Props.Create(() => new Sleeper(rings)), "sleeper").Tell("start");
        await done.Task.WaitAsync(Patience);
        List<(long Rang, long At)> all = [.. heard];
        Assert.Equal(2, all.Count);
        Assert.Equal(20, all[0].Rang);
        Assert.Equal(60, all[1].Rang);
        foreach ((long rang, long at) in all) Assert.True(at >= rang, "rang early: " + rang + " at " + at);
    }

    [Fact]
    public void The_clock_starts_at_the_wall_clock_and_never_runs_backwards()
    {
        Instant wall = new((DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        Instant last = _dispatcher.Now;
        Assert.InRange((last - wall).Seconds, -5, 5);
        for (int n = 0; n < 10_000; n++)
        {
            Instant now = _dispatcher.Now;
            Assert.True(now >= last);
            last = now;
        }
    }

    [Fact]
    public async Task Spawning_from_many_threads_keeps_every_child_and_every_name()
    {
        Task[] spawners = new Task[4];
        for (int t = 0; t < spawners.Length; t++)
        {
            int thread = t;
            spawners[t] = Task.Run(() =>
            {
                for (int n = 0; n < 250; n++) _system.Spawn(Props.Create(() => new Worker(new Worker.Ledger())), "w-" + thread + "-" + n);
            });
        }

        await Task.WhenAll(spawners).WaitAsync(Patience);
        Assert.Equal(1001, _system.Status().Actors.Length);
        await _system.TerminateAsync().WaitAsync(Patience);
        Assert.Single(_system.Status().Actors);
        await _system.TerminateAsync().WaitAsync(Patience);
    }

    [Fact]
    public async Task A_failure_that_reaches_the_root_is_told_to_the_host()
    {
        ActorSystem system = new("doomed", _dispatcher, new Prng(3), SupervisorStrategy.OneForOne(_ => Directive.Escalate));
        TaskCompletionSource<SystemFailed> failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        system.EventStream.Subscribe(ActorRef.FromDelegate<SystemFailed>("host", failure => { failed.TrySetResult(failure); }));
        system.Spawn(Props.Create(() => new Worker(new Worker.Ledger())), "worker").Tell(new Work.Fail());
        SystemFailed last = await failed.Task.WaitAsync(Patience);
        Assert.Equal("/worker", last.Origin.ToString());
        await system.TerminateAsync().WaitAsync(Patience);
        Assert.Equal(SystemState.Failed, system.State);
    }

    private sealed class NeverDue : IDelayed
    {
        public bool IsCancelled => false;

        public void Fire() => Assert.Fail("it was due in an hour");
    }

    [Fact]
    public void A_disposed_dispatcher_rings_no_more()
    {
        ThreadPoolDispatcher dispatcher = new();
        dispatcher.ScheduleAt(dispatcher.Now + Duration.FromMinutes(60), new NeverDue());
        dispatcher.Dispose();
        dispatcher.ScheduleAt(dispatcher.Now, new NeverDue());
        dispatcher.Dispose();
    }
}
