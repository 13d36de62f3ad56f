using System;
using NodeRuntime.Actors.Testing;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors.Tests;

public sealed class LifecycleTests
{
    private readonly TestKit _kit = new(
        supervision: SupervisorStrategy.Default with { BackoffMin = Duration.Zero, BackoffMax = Duration.Zero });

    private static CounterMessage.Do Do(Action<ActorContext<CounterMessage>> action) => new(action);

    [Fact]
    public void Receives_what_it_is_told_in_order()
    {
        TestProbe<int> probe = _kit.CreateProbe<int>();
        ActorRef<CounterMessage> counter = _kit.Spawn(Props.Create(() => new Counter()));
        Assert.Equal(TellVerdict.Accepted, counter.Tell(new CounterMessage.Add(2)));
        counter.Tell(new CounterMessage.Get(probe.Ref));
        counter.Tell(new CounterMessage.Add(3));
        counter.Tell(new CounterMessage.Get(probe.Ref));
        probe.Expect(2);
        probe.Expect(5);
        probe.ExpectNothingFor(Duration.FromSeconds(1));
    }

    [Fact]
    public void Paths_name_the_way_from_the_root()
    {
        TestProbe<string> paths = _kit.CreateProbe<string>();
        ActorRef<CounterMessage> parent = _kit.Spawn(Props.Create(() => new Counter()), "consensus");
        parent.Tell(Do(context => paths.Ref.Tell(context.Spawn(Props.Create(() => new Counter()), "sync").Path.ToString())));
        parent.Tell(Do(context => paths.Ref.Tell(context.Spawn(Props.Create(() => new Counter())).Path.ToString())));
        paths.Expect("/consensus/sync");
        paths.Expect("/consensus/$1");
    }

    [Fact]
    public void A_child_is_there_under_its_name_until_it_has_stopped()
    {
        TestProbe<bool> there = _kit.CreateProbe<bool>();
        ActorRef<CounterMessage>? child = null;
        ActorRef<CounterMessage> parent = _kit.Spawn(Props.Create(() => new Counter()), "parent");
        parent.Tell(Do(context => there.Ref.Tell(context.HasChild("child"))));
        parent.Tell(Do(context => child = context.Spawn(Props.Create(() => new Counter()), "child")));
        parent.Tell(Do(context => there.Ref.Tell(context.HasChild("child"))));
        there.Expect(false);
        there.Expect(true);
        parent.Tell(Do(context => context.Stop(child!)));
        _kit.Settle();
        parent.Tell(Do(context => there.Ref.Tell(context.HasChild("child"))));
        there.Expect(false);
    }

    [Fact]
    public void Siblings_stop_in_any_order_and_the_others_stay()
    {
        TestProbe<string> diary = _kit.CreateProbe<string>();
        ActorRef<CounterMessage> parent = _kit.Spawn(Props.Create(() => new Counter()), "parent");
        ActorRef<CounterMessage>[] children = new ActorRef<CounterMessage>[4];
        for (int i = 0; i < children.Length; i++)
        {
            int number = i;
            parent.Tell(Do(context => children[number] = context.Spawn(Props.Create(() => new Counter(diary.Ref)))));
            diary.Expect($"${number + 1} started");
        }

        // One in the middle, the last, the first: what is left must be the third alone.
        foreach (int number in (int[])[1, 3, 0])
        {
            parent.Tell(Do(context => context.Stop(children[number])));
            diary.Expect($"${number + 1} stopped");
        }

        _kit.Settle();
        Assert.Equal(["/", "/parent", "/parent/$3"], System.Linq.Enumerable.Select(_kit.System.Status().Actors, static it => it.Path.ToString()));
        _kit.System.Stop(parent);
        diary.Expect("$3 stopped");
    }

    [Theory]
    [InlineData("$7")]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("ä")]
    public void A_name_that_is_none_is_a_defect(string name)
    {
        Assert.Throws<InvariantException>(() => _kit.Spawn(Props.Create(() => new Counter()), name));
    }

    [Fact]
    public void A_name_is_taken_until_its_actor_has_stopped()
    {
        ActorRef<CounterMessage> first = _kit.Spawn(Props.Create(() => new Counter()), "name");
        Assert.Throws<InvariantException>(() => _kit.Spawn(Props.Create(() => new Counter()), "name"));
        _kit.System.Stop(first);
        _kit.Settle();
        Assert.NotSame(first, _kit.Spawn(Props.Create(() => new Counter()), "name"));
        Assert.Equal(TellVerdict.Closed, first.Tell(new CounterMessage.Add(1)));
    }

    [Fact]
    public void Children_stop_before_their_parent()
    {
        TestProbe<string> diary = _kit.CreateProbe<string>();
        ActorRef<CounterMessage> parent = _kit.Spawn(Props.Create(() => new Counter(diary.Ref)), "parent");
        parent.Tell(Do(context => context.Spawn(Props.Create(() => new Counter(diary.Ref)), "child")));
        diary.Expect("parent started");
        diary.Expect("child started");
        parent.Tell(Do(context => context.Stop()));
        diary.Expect("child stopped");
        diary.Expect("parent stopped");
    }

    [Fact]
    public void The_system_terminates_from_the_leaves_and_says_so_once()
    {
        TestProbe<SystemTerminated> terminated = _kit.Subscribe<SystemTerminated>();
        ActorRef<CounterMessage> actor = _kit.Spawn(Props.Create(() => new Counter()));
        _kit.System.Terminate();
        _kit.System.Terminate();
        terminated.Expect(new SystemTerminated("test"));
        terminated.ExpectNothingFor(Duration.FromSeconds(1));
        Assert.Equal(SystemState.Terminated, _kit.System.State);
        Assert.Equal(TellVerdict.Closed, actor.Tell(new CounterMessage.Add(1)));
        ActorRef<CounterMessage> late = _kit.Spawn(Props.Create(() => new Counter()), "late");
        _kit.Settle();
        Assert.Equal(TellVerdict.Closed, late.Tell(new CounterMessage.Add(1)));
    }

    [Fact]
    public void A_watcher_learns_of_a_death_in_its_own_words_after_what_the_dead_told()
    {
        TestProbe<int> counts = _kit.CreateProbe<int>();
        ActorRef<CounterMessage> watcher = _kit.Spawn(Props.Create(() => new Counter()), "watcher");
        ActorRef<CounterMessage> subject = _kit.Spawn(Props.Create(() => new Counter()), "subject");
        watcher.Tell(Do(context => context.Watch(subject, death =>
        {
            Assert.Equal("/subject", death.Path.ToString());
            return new CounterMessage.Get(counts.Ref);
        })));
        _kit.Settle();
        subject.Tell(Do(context =>
        {
            watcher.Tell(new CounterMessage.Add(5));
            context.Stop();
        }));
        counts.Expect(5);
        counts.ExpectNothingFor(Duration.FromSeconds(1));
    }

    [Fact]
    public void The_dead_can_still_be_watched_and_a_restart_is_no_death()
    {
        TestProbe<int> counts = _kit.CreateProbe<int>();
        ActorRef<CounterMessage> watcher = _kit.Spawn(Props.Create(() => new Counter()), "watcher");
        ActorRef<CounterMessage> subject = _kit.Spawn(Props.Create(() => new Counter()), "subject");
        watcher.Tell(Do(context => context.Watch(subject, _ => new CounterMessage.Get(counts.Ref))));
        subject.Tell(new CounterMessage.Throw(new InvalidOperationException("boom")));
        counts.ExpectNothingFor(Duration.FromSeconds(1));
        _kit.System.Stop(subject);
        counts.Expect(0);
        watcher.Tell(Do(context => context.Watch(subject, _ => new CounterMessage.Get(counts.Ref))));
        counts.Expect(0);
    }

    [Fact]
    public void An_unwatched_death_is_silent_even_if_its_news_waits_already()
    {
        TestProbe<int> counts = _kit.CreateProbe<int>();
        ActorRef<CounterMessage> watcher = _kit.Spawn(Props.Create(() => new Counter()), "watcher");
        ActorRef<CounterMessage> subject = _kit.Spawn(Props.Create(() => new Counter()), "subject");
        watcher.Tell(Do(context => context.Watch(subject, _ => new CounterMessage.Get(counts.Ref))));
        _kit.Settle();
        watcher.Tell(Do(context =>
        {
            context.Stop(subject);

            // The news cannot be processed before this turn ends: the subject stops while the watcher's mail waits.
            context.Self.Tell(Do(later => later.Unwatch(subject)));
        }));
        counts.ExpectNothingFor(Duration.FromSeconds(1));
    }

    [Fact]
    public void The_stash_gives_back_in_order_and_before_later_mail()
    {
        TestProbe<int> probe = _kit.CreateProbe<int>();
        ActorRef<int> actor = _kit.Spawn(Props.Create(() => new Hoarder(probe.Ref)));
        foreach (int number in (int[])[1, 2, 3, 0, 4]) actor.Tell(number);
        foreach (int number in (int[])[0, 1, 2, 3, 4]) probe.Expect(number);
    }

    [Fact]
    public void The_stash_has_a_bound()
    {
        TestProbe<int> probe = _kit.CreateProbe<int>();
        ActorRef<int> actor = _kit.Spawn(Props.Create(() => new Hoarder(probe.Ref)) with { StashLengthMax = 2 });
        foreach (int number in (int[])[1, 2, 3]) actor.Tell(number);
        probe.Expect(-3);
        actor.Tell(0);
        foreach (int number in (int[])[0, 1, 2]) probe.Expect(number);
    }

    [Fact]
    public void The_stash_outlives_a_restart()
    {
        TestProbe<int> probe = _kit.CreateProbe<int>();
        ActorRef<int> actor = _kit.Spawn(Props.Create(() => new Hoarder(probe.Ref)));
        foreach (int number in (int[])[1, 2, 99, 0]) actor.Tell(number);
        foreach (int number in (int[])[0, 1, 2]) probe.Expect(number);
        Assert.Equal(1, _kit.System.Status().Restarts);
    }

    private sealed class Hoarder(ActorRef<int> target) : Actor<int>
    {
        private bool _open;

        protected override void Receive(int message)
        {
            if (message == 99) throw new InvalidOperationException("boom");
            if (message == 0)
            {
                _open = true;
                Context.UnstashAll();
            }

            if (_open) target.Tell(message);
            else if (Context.Stash() == StashVerdict.Full) target.Tell(-message);
        }
    }

    [Fact]
    public void The_context_is_for_the_actors_own_turn_only()
    {
        ActorContext<CounterMessage>? stolen = null;
        ActorRef<CounterMessage> actor = _kit.Spawn(Props.Create(() => new Counter()));
        actor.Tell(Do(context => stolen = context));
        _kit.Settle();
        Assert.Throws<InvariantException>(() => stolen!.StartTimer("t", new CounterMessage.Add(1), Duration.FromSeconds(1)));
        Assert.Throws<InvariantException>(() => stolen!.Spawn(Props.Create(() => new Counter())));
        Assert.Throws<InvariantException>(() => stolen!.Stash());
    }

    [Fact]
    public void A_status_page_lists_the_tree_in_order()
    {
        ActorRef<CounterMessage> b = _kit.Spawn(Props.Create(() => new Counter()), "b");
        _kit.Spawn(Props.Create(() => new Counter()), "a");
        b.Tell(Do(context => context.Spawn(Props.Create(() => new Counter()), "child")));
        b.Tell(new CounterMessage.Throw(new InvalidOperationException("boom")));
        b.Tell(Do(context => context.Spawn(Props.Create(() => new Counter()), "child")));
        _kit.Settle();
        b.Tell(new CounterMessage.Add(1));
        SystemStatus status = _kit.System.Status();
        Assert.Equal("/ /a /b /b/child", string.Join(' ', System.Linq.Enumerable.Select(status.Actors, actor => actor.Path)));
        ActorStatus ofB = status.Actors[2];
        Assert.Equal(ActorState.Running, ofB.State);
        Assert.Equal(1, ofB.MailboxLength);
        Assert.Equal(3, ofB.Processed);
        Assert.Equal(1, ofB.Restarts);
        Assert.Equal(1, ofB.Failures);
        Assert.Equal("InvalidOperationException: boom", ofB.LastFailure);
        _kit.System.Terminate();
        _kit.Settle();
        SystemStatus last = _kit.System.Status();
        Assert.Equal(4, last.Processed + last.DeadLetters);
        Assert.Equal((1, 1), (last.Restarts, last.Failures));
    }
}
