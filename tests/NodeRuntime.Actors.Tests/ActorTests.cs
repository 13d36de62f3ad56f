using System;
using NodeRuntime.Actors.Testing;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors.Tests;

public sealed class ActorTests
{
    private readonly TestKit _kit = new();

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
}
