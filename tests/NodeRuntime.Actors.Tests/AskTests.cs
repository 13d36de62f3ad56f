using System;
using NodeRuntime.Actors.Testing;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors.Tests;

public sealed class AskTests
{
    private readonly TestKit _kit = new();
    private readonly TestProbe<AskOutcome<int>> _outcomes;
    private readonly ActorRef<CounterMessage> _asker;

    public AskTests()
    {
        _outcomes = _kit.CreateProbe<AskOutcome<int>>();
        _asker = _kit.Spawn(Props.Create(() => new Counter()), "asker");
    }

    private void Ask(ActorRef<CounterMessage> target) => _asker.Tell(new CounterMessage.Do(context =>
        context.Ask(
            target,
            (ActorRef<int> reply) => new CounterMessage.Get(reply),
            outcome => new CounterMessage.Do(_ => _outcomes.Ref.Tell(outcome)),
            Duration.FromSeconds(2))));

    [Fact]
    public void A_reply_within_the_deadline_is_the_one_outcome()
    {
        ActorRef<CounterMessage> target = _kit.Spawn(Props.Create(() => new Counter()));
        target.Tell(new CounterMessage.Add(6));
        Ask(target);
        _outcomes.Expect(new AskOutcome<int>(AskVerdict.Replied, 6));
        _outcomes.ExpectNothingFor(Duration.FromMinutes(1));
    }

    [Fact]
    public void Silence_ends_at_the_deadline_and_a_later_reply_is_refused()
    {
        ActorRef<int>? reply = null;
        ActorRef<CounterMessage> silent = ActorRef.FromDelegate<CounterMessage>(
            "silent", message => reply = ((CounterMessage.Get)message).ReplyTo);
        Instant start = _kit.Now;
        Ask(silent);
        _outcomes.Expect(new AskOutcome<int>(AskVerdict.TimedOut, 0));
        Assert.Equal(start + Duration.FromSeconds(2), _kit.Now);
        Assert.Equal(TellVerdict.Closed, reply!.Tell(1));
        _outcomes.ExpectNothingFor(Duration.FromMinutes(1));
    }

    [Fact]
    public void The_second_reply_is_refused()
    {
        ActorRef<int>? reply = null;
        Ask(ActorRef.FromDelegate<CounterMessage>("slow", message => reply = ((CounterMessage.Get)message).ReplyTo));
        _kit.Settle();
        Assert.Equal(TellVerdict.Accepted, reply!.Tell(1));
        Assert.Equal(TellVerdict.Closed, reply.Tell(2));
        _outcomes.Expect(new AskOutcome<int>(AskVerdict.Replied, 1));
        _outcomes.ExpectNothingFor(Duration.FromMinutes(1));
    }

    [Theory]
    [InlineData(TellVerdict.Shed, AskVerdict.Shed)]
    [InlineData(TellVerdict.Closed, AskVerdict.Closed)]
    public void A_refusal_comes_back_as_the_outcome(TellVerdict refusal, AskVerdict outcome)
    {
        Ask(ActorRef.FromDelegate<CounterMessage>("shut", _ => refusal));
        _outcomes.Expect(new AskOutcome<int>(outcome, 0));
        _outcomes.ExpectNothingFor(Duration.FromMinutes(1));
    }

    [Fact]
    public void An_adapter_speaks_another_language_and_obeys_the_bound()
    {
        TestProbe<int> counts = _kit.CreateProbe<int>();
        ActorRef<string>? words = null;
        ActorRef<CounterMessage> actor = _kit.Spawn(Props.Create(() => new Counter()) with { MailboxLengthMax = 2 });
        actor.Tell(new CounterMessage.Do(context => words = context.Adapt<string>(word => new CounterMessage.Add(word.Length))));
        _kit.Settle();
        Assert.Equal(TellVerdict.Accepted, words!.Tell("four"));
        Assert.Equal(TellVerdict.Accepted, words.Tell("seven"));
        Assert.Equal(TellVerdict.Shed, words.Tell("too many"));
        _kit.Settle();
        actor.Tell(new CounterMessage.Get(counts.Ref));
        counts.Expect(9);
    }

    [Fact]
    public void A_narrowed_reference_is_the_same_recipient()
    {
        TestProbe<int> counts = _kit.CreateProbe<int>();
        ActorRef<CounterMessage> actor = _kit.Spawn(Props.Create(() => new Counter()));
        ActorRef<CounterMessage.Add> adder = actor.Narrow<CounterMessage.Add>();
        Assert.Equal(actor.Path, adder.Path);
        adder.Tell(new CounterMessage.Add(3));
        actor.Tell(new CounterMessage.Get(counts.Ref));
        counts.Expect(3);
    }

    [Fact]
    public void A_map_that_throws_is_the_failure_of_the_actor_that_gave_it()
    {
        TestProbe<ActorFailed> failures = _kit.Subscribe<ActorFailed>();
        ActorRef<string>? words = null;
        ActorRef<CounterMessage> actor = _kit.Spawn(Props.Create(() => new Counter()));
        actor.Tell(new CounterMessage.Do(context => words = context.Adapt<string>(word => new CounterMessage.Add(int.Parse(word, null)))));
        _kit.Settle();
        Assert.Equal(TellVerdict.Accepted, words!.Tell("many"));
        Assert.Equal(actor.Path, failures.Receive().Path);
    }

    [Fact]
    public void A_reserved_reply_is_never_shed_and_comes_once()
    {
        TestProbe<int> counts = _kit.CreateProbe<int>();
        ActorRef<int>? reply = null;
        ActorRef<CounterMessage> actor = _kit.Spawn(Props.Create(() => new Counter()) with { MailboxLengthMax = 1 });
        actor.Tell(new CounterMessage.Do(context => reply = context.ReplyTo<int>(amount => new CounterMessage.Add(amount))));
        _kit.Settle();
        actor.Tell(new CounterMessage.Add(1));
        Assert.Equal(TellVerdict.Shed, actor.Tell(new CounterMessage.Add(1)));
        Assert.Equal(TellVerdict.Accepted, reply!.Tell(10));
        Assert.Equal(TellVerdict.Closed, reply.Tell(10));
        _kit.Settle();
        actor.Tell(new CounterMessage.Get(counts.Ref));
        counts.Expect(11);
    }

    [Fact]
    public void Too_many_open_questions_are_refused_and_not_asked()
    {
        int asked = 0;
        ActorRef<CounterMessage> silent = ActorRef.FromDelegate<CounterMessage>("silent", _ => asked++);
        for (int n = 0; n <= Limits.OpenRepliesPerActorMax; n++)
        {
            Ask(silent);
            if (n % 1000 == 0) _kit.Settle();
        }

        _outcomes.Expect(new AskOutcome<int>(AskVerdict.Shed, 0));
        Assert.Equal(Limits.OpenRepliesPerActorMax, asked);
        for (int n = 0; n < Limits.OpenRepliesPerActorMax; n++) Assert.Equal(AskVerdict.TimedOut, _outcomes.Receive().Verdict);
        _outcomes.ExpectNothingFor(Duration.FromMinutes(1));
    }
}
