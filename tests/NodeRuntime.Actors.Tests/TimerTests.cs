using System;
using NodeRuntime.Actors.Testing;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors.Tests;

public sealed class TimerTests
{
    private readonly TestKit _kit = new(
        supervision: SupervisorStrategy.Default with { BackoffMin = Duration.Zero, BackoffMax = Duration.Zero });
    private readonly TestProbe<Instant> _rings;
    private readonly ActorRef<CounterMessage> _actor;

    public TimerTests()
    {
        _rings = _kit.CreateProbe<Instant>();
        _actor = _kit.Spawn(Props.Create(() => new Counter()));
        _kit.Settle();
    }

    private CounterMessage Ring => new CounterMessage.Do(context => _rings.Ref.Tell(context.Now));

    private void Do(Action<ActorContext<CounterMessage>> action) => _actor.Tell(new CounterMessage.Do(action));

    [Fact]
    public void A_timer_is_a_message_at_its_time()
    {
        Instant start = _kit.Now;
        Do(context => context.StartTimer("t", Ring, Duration.FromSeconds(3)));
        _rings.Expect(start + Duration.FromSeconds(3));
        _rings.ExpectNothingFor(Duration.FromMinutes(1));
    }

    [Fact]
    public void A_timer_started_again_forgets_its_former_time()
    {
        Instant start = _kit.Now;
        Do(context => context.StartTimer("t", Ring, Duration.FromSeconds(3)));
        _kit.Advance(Duration.FromSeconds(2));
        Do(context => context.StartTimer("t", Ring, Duration.FromSeconds(3)));
        _rings.Expect(start + Duration.FromSeconds(5));
        _rings.ExpectNothingFor(Duration.FromMinutes(1));
    }

    /// <summary>Timer and word come at the very same moment, so the seed decides which waits behind the other.</summary>
    private static (int Late, int InTime) Race(Func<Action, Action<ActorContext<CounterMessage>>> makeWord, SupervisorStrategy supervision)
    {
        int late = 0;
        int inTime = 0;
        for (ulong seed = 0; seed < 64; seed++)
        {
            TestKit kit = new(seed, supervision);
            bool spoken = false;
            bool rang = false;
            ActorRef<CounterMessage> actor = kit.Spawn(Props.Create(() => new Counter()));
            CounterMessage ring = new CounterMessage.Do(_ =>
            {
                rang = true;
                if (spoken) late++;
            });
            actor.Tell(new CounterMessage.Do(context => context.StartTimer("t", ring, Duration.FromSeconds(1))));
            kit.Settle();
            kit.Dispatcher.ScheduleAt(
                kit.Now + Duration.FromSeconds(1), () => actor.Tell(new CounterMessage.Do(makeWord(() => spoken = true))));
            kit.Advance(Duration.FromSeconds(20));
            if (!rang) inTime++;
        }

        return (late, inTime);
    }

    [Fact]
    public void A_cancelled_timer_never_arrives_even_if_it_waits_in_the_mailbox()
    {
        (int late, int inTime) = Race(
            spoken => context =>
            {
                context.CancelTimer("t");
                spoken();
            },
            SupervisorStrategy.Default);
        Assert.Equal(0, late);
        Assert.InRange(inTime, 8, 56);
    }

    [Fact]
    public void A_timer_that_waits_in_the_mailbox_while_its_actor_fails_is_stale_after_the_restart()
    {
        (int late, int inTime) = Race(
            spoken => _ =>
            {
                spoken();
                throw new InvalidOperationException("boom");
            },
            SupervisorStrategy.Default);
        Assert.Equal(0, late);
        Assert.InRange(inTime, 8, 56);
    }

    [Fact]
    public void A_timer_does_not_outlive_a_restart_and_its_key_is_free_again()
    {
        Instant start = _kit.Now;
        Do(context => context.StartTimer("t", Ring, Duration.FromSeconds(3)));
        Do(context => context.StartPeriodicTimer("p", Ring, Duration.FromSeconds(1)));
        _actor.Tell(new CounterMessage.Throw(new InvalidOperationException("boom")));
        Do(context => Assert.False(context.HasTimer("t")));
        Do(context => context.StartTimer("t", Ring, Duration.FromSeconds(5)));
        _rings.Expect(start + Duration.FromSeconds(5));
        _rings.ExpectNothingFor(Duration.FromMinutes(1));
        Assert.Equal(1, _kit.System.Status().Failures);
    }

    [Fact]
    public void A_periodic_timer_keeps_its_beat_until_it_is_cancelled()
    {
        Instant start = _kit.Now;
        Do(context => context.StartPeriodicTimer("p", Ring, Duration.FromSeconds(1)));
        for (int n = 1; n <= 5; n++) _rings.Expect(start + (Duration.FromSeconds(1) * n));
        Do(context => context.CancelTimer("p"));
        _rings.ExpectNothingFor(Duration.FromMinutes(1));
    }

    [Fact]
    public void A_timer_is_never_shed_by_a_full_mailbox()
    {
        TestProbe<int> seen = _kit.CreateProbe<int>();
        ActorRef<CounterMessage> actor = _kit.Spawn(Props.Create(() => new Counter()) with { MailboxLengthMax = 1 }, "narrow");
        actor.Tell(new CounterMessage.Do(context => context.StartTimer("t", new CounterMessage.Get(seen.Ref), Duration.FromSeconds(1))));
        _kit.Settle();
        _kit.Dispatcher.ScheduleAt(_kit.Now + Duration.FromSeconds(1), () =>
        {
            for (int n = 0; n < 10; n++) actor.Tell(new CounterMessage.Add(1));
        });
        _kit.Advance(Duration.FromSeconds(2));
        Assert.Equal(1, seen.Waiting);
    }

    [Fact]
    public void Timers_set_anew_for_every_message_do_not_fill_the_queue()
    {
        DelayQueue queue = new();
        Cancellable last = new();
        for (int n = 0; n < 100_000; n++)
        {
            last.IsCancelled = true;
            last = new Cancellable();
            queue.Add(Instant.FromMilliseconds(1_000_000 + n), 0, last);
        }

        Assert.InRange(queue.Count, 1, 2048);
    }

    private sealed class Cancellable : Ports.IDelayed
    {
        public bool IsCancelled { get; set; }

        public void Fire() => Assert.Fail("nobody runs this queue");
    }
}
