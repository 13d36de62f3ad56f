using NodeRuntime.Actors.Testing;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors.Tests;

public sealed class EventStreamTests
{
    private abstract record News
    {
        internal sealed record Good(int Number) : News;

        internal sealed record Bad(int Number) : News;
    }

    private readonly TestKit _kit = new();

    [Fact]
    public void The_channel_is_the_type_as_published()
    {
        TestProbe<News> family = _kit.Subscribe<News>();
        TestProbe<News.Good> member = _kit.Subscribe<News.Good>();
        _kit.System.EventStream.Publish<News>(new News.Good(1));
        _kit.System.EventStream.Publish<News>(new News.Bad(2));
        family.Expect(new News.Good(1));
        family.Expect(new News.Bad(2));
        member.ExpectNothingFor(Duration.FromSeconds(1));
    }

    [Fact]
    public void Subscribers_are_told_in_the_order_they_came()
    {
        TestProbe<string> order = _kit.CreateProbe<string>();
        for (int n = 0; n < 5; n++)
        {
            string name = "s" + n;
            _kit.System.EventStream.Subscribe(ActorRef.FromDelegate<News>(name, _ => order.Ref.Tell(name)));
        }

        _kit.System.EventStream.Publish<News>(new News.Good(1));
        for (int n = 0; n < 5; n++) order.Expect("s" + n);
    }

    [Fact]
    public void A_cancelled_subscription_is_silent_and_may_be_cancelled_twice()
    {
        TestProbe<News> probe = _kit.CreateProbe<News>();
        Subscription subscription = _kit.System.EventStream.Subscribe(probe.Ref);
        subscription.Cancel();
        subscription.Cancel();
        _kit.System.EventStream.Publish<News>(new News.Good(1));
        probe.ExpectNothingFor(Duration.FromSeconds(1));
    }

    [Fact]
    public void An_actors_subscription_ends_with_its_instance()
    {
        TestProbe<int> counts = _kit.CreateProbe<int>();
        ActorRef<CounterMessage> actor = _kit.Spawn(Props.Create(() => new Counter()));
        actor.Tell(new CounterMessage.Do(context => context.Subscribe<News>(_ => new CounterMessage.Add(1))));
        _kit.Settle();
        _kit.System.EventStream.Publish<News>(new News.Good(1));
        actor.Tell(new CounterMessage.Get(counts.Ref));
        counts.Expect(1);
        actor.Tell(new CounterMessage.Throw(new System.InvalidOperationException("boom")));
        _kit.Advance(Duration.FromSeconds(1));
        _kit.System.EventStream.Publish<News>(new News.Good(1));
        actor.Tell(new CounterMessage.Get(counts.Ref));
        counts.Expect(0);
        Assert.Equal(0, _kit.System.DeadLetters);
    }

    [Fact]
    public void A_stopped_subscriber_is_dropped_without_a_dead_letter()
    {
        ActorRef<int> actor = _kit.Spawn(Forwarder.Props(_kit.CreateProbe<int>().Ref));
        _kit.System.EventStream.Subscribe(actor);
        _kit.System.Stop(actor);
        _kit.Settle();
        _kit.System.EventStream.Publish(1);
        _kit.System.EventStream.Publish(2);
        Assert.Equal(0, _kit.System.DeadLetters);
    }
}
