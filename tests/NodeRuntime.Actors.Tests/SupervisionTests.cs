using System;
using System.Collections.Generic;
using NodeRuntime.Actors.Testing;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors.Tests;

public sealed class SupervisionTests
{
    private static readonly SupervisorStrategy AtOnce =
        SupervisorStrategy.Default with { BackoffMin = Duration.Zero, BackoffMax = Duration.Zero };

    /// <summary>Each line: what the decider says, what the diary then reads, the count afterwards.</summary>
    [Theory]
    [InlineData(Directive.Resume, "subject started", 5)]
    [InlineData(Directive.Restart, "subject started|subject fails: boom|subject started", 1)]
    [InlineData(Directive.Stop, "subject started|subject stopped", null)]
    [InlineData(Directive.Escalate, "subject started|subject stopped", null)]
    public void A_directive_decides_about_the_instance(Directive directive, string diary, int? count)
    {
        TestKit kit = new(supervision: AtOnce with { Decider = _ => directive });
        TestProbe<string> entries = kit.CreateProbe<string>();
        TestProbe<int> answer = kit.CreateProbe<int>();
        ActorRef<CounterMessage> actor = kit.Spawn(Props.Create(() => new Counter(entries.Ref)));
        actor.Tell(new CounterMessage.Add(4));
        actor.Tell(new CounterMessage.Throw(new InvalidOperationException("boom")));
        actor.Tell(new CounterMessage.Add(1));
        actor.Tell(new CounterMessage.Get(answer.Ref));
        foreach (string entry in diary.Split('|')) entries.Expect(entry);
        entries.ExpectNothingFor(Duration.FromSeconds(1));
        if (count is null) answer.ExpectNothingFor(Duration.FromSeconds(1));
        else answer.Expect(count.Value);
    }

    [Fact]
    public void The_decider_sees_what_was_thrown()
    {
        TestKit kit = new(supervision: AtOnce with
        {
            Decider = cause => cause is ArgumentException ? Directive.Resume : Directive.Stop,
        });
        TestProbe<int> answer = kit.CreateProbe<int>();
        ActorRef<CounterMessage> actor = kit.Spawn(Props.Create(() => new Counter()));
        actor.Tell(new CounterMessage.Add(4));
        actor.Tell(new CounterMessage.Throw(new ArgumentException("bad")));
        actor.Tell(new CounterMessage.Get(answer.Ref));
        answer.Expect(4);
        actor.Tell(new CounterMessage.Throw(new InvalidOperationException("worse")));
        kit.Settle();
        Assert.Equal(TellVerdict.Closed, actor.Tell(new CounterMessage.Add(1)));
    }

    [Fact]
    public void A_decider_that_throws_escalates()
    {
        TestKit kit = new(supervision: AtOnce with { Decider = _ => throw new InvalidOperationException("no idea") });
        TestProbe<SystemFailed> failed = kit.Subscribe<SystemFailed>();
        kit.Spawn(Props.Create(() => new Counter())).Tell(new CounterMessage.Throw(new InvalidOperationException("boom")));
        Assert.Equal("no idea", failed.Receive().Cause.Message);
    }

    [Fact]
    public void Restarts_wait_exponentially_longer_and_are_then_escalated_to_the_end_of_the_system()
    {
        SupervisorStrategy strategy = new()
        {
            RestartsMax = 4,
            Window = Duration.FromMinutes(1),
            BackoffMin = Duration.FromMilliseconds(100),
            BackoffMax = Duration.FromMilliseconds(500),
            JitterPerMille = 0,
        };
        TestKit kit = new(supervision: strategy);
        TestProbe<ActorRestarted> restarts = kit.Subscribe<ActorRestarted>();
        TestProbe<SystemFailed> failed = kit.Subscribe<SystemFailed>();
        TestProbe<SystemTerminated> terminated = kit.Subscribe<SystemTerminated>();
        ActorRef<CounterMessage> actor = kit.Spawn(Props.Create(() => new Counter()));
        foreach (long wait in (long[])[100, 200, 400, 500])
        {
            kit.Settle();
            Instant start = kit.Now;
            actor.Tell(new CounterMessage.Throw(new InvalidOperationException("boom")));
            Assert.Equal(Duration.FromMilliseconds(wait), restarts.Receive().Now - start);
        }

        actor.Tell(new CounterMessage.Throw(new InvalidOperationException("the last")));
        SystemFailed last = failed.Receive();
        Assert.Equal("/subject", last.Origin.ToString());
        Assert.Equal("the last", last.Cause.Message);
        terminated.Receive();
        Assert.Equal(SystemState.Failed, kit.System.State);
        Assert.True(kit.System.IsTerminated);
        Assert.Equal(TellVerdict.Closed, actor.Tell(new CounterMessage.Add(1)));
    }

    [Fact]
    public void Restarts_older_than_the_window_are_forgiven()
    {
        SupervisorStrategy strategy = AtOnce with { RestartsMax = 1, Window = Duration.FromSeconds(10) };
        TestKit kit = new(supervision: strategy);
        TestProbe<ActorRestarted> restarts = kit.Subscribe<ActorRestarted>();
        ActorRef<CounterMessage> actor = kit.Spawn(Props.Create(() => new Counter()));
        for (int n = 0; n < 5; n++)
        {
            actor.Tell(new CounterMessage.Throw(new InvalidOperationException("boom")));
            restarts.Receive();
            kit.Advance(Duration.FromSeconds(11));
        }

        Assert.Equal(SystemState.Running, kit.System.State);
        Assert.Equal(5, kit.System.Status().Restarts);
    }

    [Fact]
    public void The_back_off_is_within_its_jitter_and_differs_between_seeds()
    {
        SupervisorStrategy strategy = new() { BackoffMin = Duration.FromMilliseconds(1000), JitterPerMille = 200 };
        SortedSet<long> waits = [];
        for (ulong seed = 0; seed < 50; seed++)
        {
            long wait = strategy.Backoff(1, new Prng(seed)).Milliseconds;
            Assert.InRange(wait, 800, 1200);
            waits.Add(wait);
        }

        Assert.True(waits.Count > 20);
    }

    [Fact]
    public void One_for_one_leaves_the_siblings_alone()
    {
        Assert.Equal("a started|b started|a fails: boom|a started", FailAOfTwo(AtOnce));
    }

    [Fact]
    public void All_for_one_restarts_the_siblings_too()
    {
        SupervisorStrategy all = AtOnce with { Scope = SupervisionScope.AllForOne };
        string diary = FailAOfTwo(all);
        Assert.Equal(
            ["a fails: boom", "a started", "a started", "b fails: boom", "b started", "b started"],
            Sorted(diary));
    }

    [Fact]
    public void All_for_one_stops_the_siblings_too()
    {
        SupervisorStrategy all = SupervisorStrategy.AllForOne(_ => Directive.Stop);
        Assert.Equal(["a started", "a stopped", "b started", "b stopped"], Sorted(FailAOfTwo(all)));
    }

    private static string[] Sorted(string diary)
    {
        string[] entries = diary.Split('|');
        Array.Sort(entries, StringComparer.Ordinal);
        return entries;
    }

    private static string FailAOfTwo(SupervisorStrategy strategy)
    {
        TestKit kit = new();
        TestProbe<string> entries = kit.CreateProbe<string>();
        ActorRef<CounterMessage> parent = kit.Spawn(Props.Create(() => new Counter()) with { Supervision = strategy });
        ActorRef<CounterMessage>? a = null;
        parent.Tell(new CounterMessage.Do(context => a = context.Spawn(Props.Create(() => new Counter(entries.Ref)), "a")));
        kit.Settle();
        parent.Tell(new CounterMessage.Do(context => context.Spawn(Props.Create(() => new Counter(entries.Ref)), "b")));
        kit.Settle();
        a!.Tell(new CounterMessage.Throw(new InvalidOperationException("boom")));
        kit.Advance(Duration.FromSeconds(1));
        string diary = entries.Receive();
        while (entries.Waiting > 0) diary += "|" + entries.Receive();
        return diary;
    }

    [Fact]
    public void A_restart_stops_the_children_first_and_keeps_mail_and_reference()
    {
        TestKit kit = new(supervision: SupervisorStrategy.Default with { JitterPerMille = 0 });
        TestProbe<string> entries = kit.CreateProbe<string>();
        TestProbe<int> answer = kit.CreateProbe<int>();
        ActorRef<CounterMessage> parent = kit.Spawn(Props.Create(() => new Counter(entries.Ref)));
        parent.Tell(new CounterMessage.Do(context => context.Spawn(Props.Create(() => new Counter(entries.Ref)), "child")));
        parent.Tell(new CounterMessage.Throw(new InvalidOperationException("boom")));
        parent.Tell(new CounterMessage.Add(7));
        parent.Tell(new CounterMessage.Get(answer.Ref));
        entries.Expect("subject started");
        string[] next = [entries.Receive(), entries.Receive()];
        Assert.Contains("child started", next);
        Assert.Contains("subject fails: boom", next);
        entries.Expect("child stopped");
        entries.Expect("subject started");
        answer.Expect(7);
    }

    [Fact]
    public void An_escalated_failure_that_is_resumed_above_resumes_the_child_as_well()
    {
        TestKit kit = new(supervision: SupervisorStrategy.OneForOne(_ => Directive.Resume));
        TestProbe<int> answer = kit.CreateProbe<int>();
        Props<CounterMessage> middle = Props.Create(() => new Counter()) with
        {
            Supervision = SupervisorStrategy.OneForOne(_ => Directive.Escalate),
        };
        ActorRef<CounterMessage> parent = kit.Spawn(middle);
        ActorRef<CounterMessage>? child = null;
        parent.Tell(new CounterMessage.Do(context => child = context.Spawn(Props.Create(() => new Counter()), "child")));
        kit.Settle();
        child!.Tell(new CounterMessage.Add(3));
        child.Tell(new CounterMessage.Throw(new InvalidOperationException("boom")));
        child.Tell(new CounterMessage.Get(answer.Ref));
        answer.Expect(3);
    }

    [Fact]
    public void An_actor_that_cannot_be_built_is_its_supervisors_matter()
    {
        int attempts = 0;
        TestKit kit = new(supervision: AtOnce);
        TestProbe<int> answer = kit.CreateProbe<int>();
        ActorRef<CounterMessage> actor = kit.Spawn(Props.Create(() =>
        {
            attempts++;
            return attempts < 4 ? throw new InvalidOperationException("not yet") : new Counter();
        }));
        actor.Tell(new CounterMessage.Add(2));
        actor.Tell(new CounterMessage.Get(answer.Ref));
        answer.Expect(2);
        Assert.Equal(4, attempts);
        Assert.Equal(3, kit.System.Status().Actors[1].Failures);
        Assert.Equal("InvalidOperationException: not yet", kit.System.Status().Actors[1].LastFailure);
    }

    [Fact]
    public void Resuming_what_was_never_built_builds_it()
    {
        int attempts = 0;
        TestKit kit = new(supervision: SupervisorStrategy.OneForOne(_ => Directive.Resume));
        TestProbe<int> answer = kit.CreateProbe<int>();
        ActorRef<CounterMessage> actor = kit.Spawn(Props.Create(
            () => ++attempts < 3 ? throw new InvalidOperationException("not yet") : new Counter()));
        actor.Tell(new CounterMessage.Get(answer.Ref));
        answer.Expect(0);
    }

    [Fact]
    public void What_was_never_built_and_is_resumed_from_above_stops_its_children_before_it_is_built_again()
    {
        int attempts = 0;
        TestKit kit = new(supervision: SupervisorStrategy.OneForOne(_ => Directive.Resume));
        TestProbe<int> answer = kit.CreateProbe<int>();
        Props<CounterMessage> middle = Props.Create(() => new Counter()) with
        {
            Supervision = SupervisorStrategy.OneForOne(_ => Directive.Escalate) with { BackoffMax = Duration.FromSeconds(4) },
        };
        ActorRef<CounterMessage> parent = kit.Spawn(middle);
        parent.Tell(new CounterMessage.Do(context => context.Spawn(
            Props.Create((ActorContext<CounterMessage> own) =>
            {
                own.Spawn(Props.Create(() => new Counter()), "grandchild");
                return ++attempts < 2 ? throw new InvalidOperationException("not yet") : new Counter();
            }),
            "child").Tell(new CounterMessage.Get(answer.Ref))));
        answer.ExpectNothingFor(Duration.FromSeconds(3));
        answer.Expect(0);
        Assert.Equal(2, attempts);
    }

    [Fact]
    public void An_actor_in_its_back_off_can_be_stopped()
    {
        TestKit kit = new();
        TestProbe<string> entries = kit.CreateProbe<string>();
        ActorRef<CounterMessage> actor = kit.Spawn(Props.Create(() => new Counter(entries.Ref)));
        actor.Tell(new CounterMessage.Throw(new InvalidOperationException("boom")));
        entries.Expect("subject started");
        entries.Expect("subject fails: boom");
        kit.Settle();
        Assert.Equal(ActorState.Restarting, kit.System.Status().Actors[1].State);
        kit.System.Stop(actor);
        entries.ExpectNothingFor(Duration.FromMinutes(1));
        Assert.Equal(TellVerdict.Closed, actor.Tell(new CounterMessage.Add(1)));
        Assert.Single(kit.System.Status().Actors);
    }
}
