using System;
using NodeRuntime.Actors.Testing;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors.Tests;

public sealed class MailboxTests
{
    private readonly TestKit _kit = new();

    [Theory]
    [InlineData(OverflowPolicy.DropNewest, "Accepted Accepted Accepted Shed Shed", "1 2 3", 2)]
    [InlineData(OverflowPolicy.DropOldest, "Accepted Accepted Accepted Accepted Accepted", "3 4 5", 2)]
    [InlineData(OverflowPolicy.Fail, "Accepted Accepted Accepted Shed Shed", "1 2 3", 2)]
    public void A_full_mailbox_follows_its_policy(OverflowPolicy policy, string verdicts, string received, long shed)
    {
        TestProbe<int> probe = _kit.CreateProbe<int>();
        ActorRef<int> actor = _kit.Spawn(Forwarder.Props(probe.Ref) with { MailboxLengthMax = 3, Overflow = policy });
        string told = "";
        for (int n = 1; n <= 5; n++) told += (n == 1 ? "" : " ") + actor.Tell(n);
        Assert.Equal(verdicts, told);
        Assert.Equal(shed, _kit.System.Status().Actors[1].Shed);
        foreach (string number in received.Split(' ')) probe.Expect(int.Parse(number, null));
        probe.ExpectNothingFor(Duration.FromSeconds(1));
    }

    [Fact]
    public void A_full_mailbox_that_fails_is_one_failure_and_keeps_its_mail()
    {
        TestProbe<int> probe = _kit.CreateProbe<int>();
        TestProbe<ActorFailed> failures = _kit.Subscribe<ActorFailed>();
        ActorRef<int> actor = _kit.Spawn(Forwarder.Props(probe.Ref) with { MailboxLengthMax = 2, Overflow = OverflowPolicy.Fail });
        for (int n = 1; n <= 9; n++) actor.Tell(n);
        Assert.IsType<MailboxOverflowException>(failures.Receive().Cause);
        probe.Expect(1);
        probe.Expect(2);
        failures.ExpectNothingFor(Duration.FromSeconds(1));
        Assert.Equal(TellVerdict.Accepted, actor.Tell(10));
        probe.Expect(10);
    }

    [Fact]
    public void The_lower_lane_goes_first_and_each_lane_keeps_its_order()
    {
        TestProbe<int> probe = _kit.CreateProbe<int>();
        ActorRef<int> actor = _kit.Spawn(Forwarder.Props(probe.Ref) with { LaneOf = number => number / 10 });
        foreach (int number in (int[])[30, 10, 31, 0, 20, 11, 1, 32, 21]) actor.Tell(number);
        foreach (int number in (int[])[0, 1, 10, 11, 20, 21, 30, 31, 32]) probe.Expect(number);
    }

    [Fact]
    public void A_flood_in_one_lane_takes_no_place_from_another()
    {
        TestProbe<int> probe = _kit.CreateProbe<int>();
        Props<int> props = Forwarder.Props(probe.Ref) with { LaneOf = number => number > 9 ? 3 : 0, MailboxLengthMax = 2 };
        ActorRef<int> actor = _kit.Spawn(props);
        for (int n = 0; n < 100; n++) actor.Tell(10 + n);
        Assert.Equal(TellVerdict.Shed, actor.Tell(99));
        Assert.Equal(TellVerdict.Accepted, actor.Tell(1));
        probe.Expect(1);
        probe.Expect(10);
        probe.Expect(11);
    }

    [Fact]
    public void A_lane_that_does_not_exist_is_a_defect_of_the_teller_and_leaves_the_mailbox_whole()
    {
        TestProbe<int> probe = _kit.CreateProbe<int>();
        ActorRef<int> actor = _kit.Spawn(Forwarder.Props(probe.Ref) with { LaneOf = number => number });
        Assert.Throws<InvariantException>(() => actor.Tell(4));
        actor.Tell(3);
        probe.Expect(3);
    }

    [Fact]
    public void What_a_stopped_actor_left_unread_and_what_comes_later_are_dead_letters()
    {
        TestProbe<DeadLetter> dead = _kit.Subscribe<DeadLetter>();
        TestProbe<int> probe = _kit.CreateProbe<int>();
        ActorRef<int> actor = _kit.Spawn(Forwarder.Props(probe.Ref));
        _kit.Settle();
        actor.Tell(1);
        actor.Tell(2);
        _kit.System.Stop(actor);
        Assert.Equal(1, dead.Receive().Message);
        Assert.Equal(2, dead.Receive().Message);
        Assert.Equal(TellVerdict.Closed, actor.Tell(3));
        Assert.Equal(new DeadLetter(actor.Path, 3), dead.Receive());
        Assert.Equal(3, _kit.System.DeadLetters);
        probe.ExpectNothingFor(Duration.FromSeconds(1));
    }

    [Fact]
    public void Dropping_the_oldest_passes_over_timers_deaths_and_replies()
    {
        TestProbe<int> counts = _kit.CreateProbe<int>();
        ActorRef<int>? reply = null;
        ActorRef<CounterMessage> dying = _kit.Spawn(Props.Create(() => new Counter()), "dying");
        Props<CounterMessage> props = Props.Create(() => new Counter()) with { MailboxLengthMax = 4, Overflow = OverflowPolicy.DropOldest };
        ActorRef<CounterMessage> actor = _kit.Spawn(props);
        actor.Tell(new CounterMessage.Do(context =>
        {
            context.Watch(dying, _ => new CounterMessage.Add(1));
            context.StartTimer("t", new CounterMessage.Add(10), Duration.Zero);
            reply = context.ReplyTo<int>(amount => new CounterMessage.Add(amount));
            reply.Tell(100);
            context.Stop(dying);
            for (int n = 0; n < 50; n++) context.Self.Tell(new CounterMessage.Add(1000));
        }));
        _kit.Settle();
        actor.Tell(new CounterMessage.Get(counts.Ref));

        // The reply was there first, so three of the fifty were left when the others came, and these did not push them out.
        Assert.Equal(111, counts.Receive() % 1000);
    }

    [Fact]
    public void A_mailbox_full_of_reserved_mail_refuses_instead()
    {
        Mailbox<int> mailbox = new(1, OverflowPolicy.DropOldest);
        for (int n = 0; n < 100; n++)
            mailbox.PostUnbounded(new Envelope<int>(new MappedDelivery<int, int>(x => x, n, isReserved: true)), 0);
        Assert.Equal(PostVerdict.Full, mailbox.Post(new Envelope<int>(1), 0));
        Envelope<int>[] taken = new Envelope<int>[200];
        Assert.Equal(100, mailbox.TakeInto(taken));
        for (int n = 0; n < 100; n++) Assert.Equal(n, taken[n].Delivery!.Content);
    }

    [Fact]
    public void Null_is_refused_at_the_door()
    {
        ActorRef<string> actor = _kit.Spawn(Props.Create(() => new Repeater(_kit.CreateProbe<string>().Ref)));
        Assert.Throws<InvariantException>(() => actor.Tell(null!));
    }

    private sealed class Repeater(ActorRef<string> target) : Actor<string>
    {
        protected override void Receive(string message) => target.Tell(message);
    }
}

internal sealed class Forwarder(ActorRef<int> target) : Actor<int>
{
    public static Props<int> Props(ActorRef<int> target) => Actors.Props.Create(() => new Forwarder(target));

    protected override void Receive(int message) => target.Tell(message);
}
