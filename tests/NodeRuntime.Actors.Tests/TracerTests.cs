using System;
using System.Collections.Generic;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Actors.Testing;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors.Tests;

/// <summary>What the kernel tells a tracer: whose child each delivery is, where it begins and how it ends.</summary>
public sealed class TracerTests
{
    private readonly Notebook _notebook = new();
    private readonly TestKit _kit;
    private readonly ActorRef<CounterMessage> _one;
    private readonly ActorRef<CounterMessage> _two;

    public TracerTests()
    {
        _kit = new TestKit(tracer: _notebook);
        _one = _kit.Spawn(Props.Create(() => new Counter()), "one");
        _two = _kit.Spawn(Props.Create(() => new Counter()), "two");
        _kit.Settle();
    }

    [Fact]
    public void What_is_told_within_a_span_is_its_child_at_whatever_depth()
    {
        _one.Tell(Do(_ => _two.Tell(Do(_ => _one.Tell(new CounterMessage.Add(1))))));
        _kit.Settle();

        Assert.Equal(["1 begins /one Do", "1 ends", "2 of 1 begins /two Do", "2 ends", "3 of 2 begins /one Add", "3 ends"], _notebook.Lines);
    }

    [Fact]
    public void Replies_answers_and_adapted_messages_are_children_of_their_teller()
    {
        _one.Tell(Do(context => context.Ask(
            _two, (ActorRef<int> reply) => new CounterMessage.Get(reply), static _ => new CounterMessage.Add(1), Duration.FromSeconds(1))));
        _kit.Settle();
        _one.Tell(Do(context => _two.Tell(new CounterMessage.Get(context.Adapt(static (int count) => new CounterMessage.Add(count))))));
        _kit.Settle();

        Assert.Equal(
            [
                "1 begins /one Do", "1 ends", "2 of 1 begins /two Get", "2 ends", "3 of 2 begins /one Add", "3 ends",
                "4 begins /one Do", "4 ends", "5 of 4 begins /two Get", "5 ends", "6 of 5 begins /one Add", "6 ends",
            ],
            _notebook.Lines);
    }

    [Fact]
    public void A_timers_message_is_nobodys_child()
    {
        _one.Tell(Do(static context => context.StartTimer("later", new CounterMessage.Add(1), Duration.FromSeconds(1))));
        _kit.Advance(Duration.FromSeconds(2));

        Assert.Equal(["1 begins /one Do", "1 ends", "2 begins /one Add", "2 ends"], _notebook.Lines);
    }

    [Fact]
    public void A_failure_ends_its_span_and_is_named()
    {
        _one.Tell(new CounterMessage.Throw(new InvalidOperationException("boom")));
        _kit.Settle();

        Assert.Equal(["1 begins /one Throw", "1 ends with InvalidOperationException"], _notebook.Lines);
    }

    [Fact]
    public void Followed_messages_are_dropped_and_die_like_others()
    {
        TestProbe<DeadLetter> letters = _kit.Subscribe<DeadLetter>();
        ActorRef<CounterMessage> small = _kit.Spawn(
            Props.Create(() => new Counter()) with { MailboxLengthMax = 2, Overflow = OverflowPolicy.DropOldest }, "small");
        _one.Tell(Do(_ =>
        {
            for (int i = 1; i <= 3; i++) Assert.Equal(TellVerdict.Accepted, small.Tell(new CounterMessage.Add(i)));
            _kit.System.Stop(small);
        }));

        Assert.Equal(new CounterMessage.Add(2), letters.Receive().Message);
        Assert.Equal(new CounterMessage.Add(3), letters.Receive().Message);
        Assert.Equal(["1 begins /one Do", "1 ends"], _notebook.Lines);
    }

    [Fact]
    public void Whoever_is_not_followed_leaves_no_line()
    {
        _notebook.FollowsRoots = false;
        _one.Tell(Do(_ => _two.Tell(new CounterMessage.Add(1))));
        _kit.Settle();

        Assert.Empty(_notebook.Lines);
    }

    private static CounterMessage.Do Do(Action<ActorContext<CounterMessage>> action) => new(action);

    private sealed class Notebook : ITracer
    {
        private readonly Stack<object> _open = [];
        private int _spans;

        public bool FollowsRoots { get; set; } = true;

        public List<string> Lines { get; } = [];

        public object? Origin => _open.TryPeek(out object? span) ? span : null;

        public object? Begin(object? origin, ActorPath recipient, string messageType)
        {
            if (origin is null && !FollowsRoots) return null;
            object span = ++_spans;
            Lines.Add($"{span}{(origin is null ? "" : " of " + origin)} begins {recipient} {messageType}");
            _open.Push(span);
            return span;
        }

        public void End(object span, Exception? failure)
        {
            Assert.Equal(span, _open.Pop());
            Lines.Add($"{span} ends{(failure is null ? "" : " with " + failure.GetType().Name)}");
        }
    }
}
