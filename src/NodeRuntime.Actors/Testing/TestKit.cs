using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors.Testing;

/// <summary>One actor system in virtual time, for tests of actors: no sleeps, no threads, the same run for the same seed.</summary>
public sealed class TestKit
{
    public TestKit(ulong seed = 1, SupervisorStrategy? supervision = null, DeliveryAudit? audit = null, ITracer? tracer = null)
    {
        Dispatcher = new VirtualTimeDispatcher(seed, Instant.FromMilliseconds(1_000_000), audit);
        System = new ActorSystem("test", Dispatcher, new Prng(seed), supervision, tracer);
    }

    public VirtualTimeDispatcher Dispatcher { get; }

    public ActorSystem System { get; }

    public Instant Now => Dispatcher.Now;

    /// <summary>How long, in virtual time, a probe waits for a message.</summary>
    public Duration Patience { get; set; } = Duration.FromSeconds(10);

    public TestProbe<TMessage> CreateProbe<TMessage>(string name = "probe") => new(this, name);

    /// <summary>A probe for events of one type.</summary>
    public TestProbe<TEvent> Subscribe<TEvent>()
    {
        TestProbe<TEvent> probe = new(this, "events");
        System.EventStream.Subscribe(probe.Ref);
        return probe;
    }

    public ActorRef<TMessage> Spawn<TMessage>(Props<TMessage> props, string name = "subject") => System.Spawn(props, name);

    /// <summary>All that can happen without time passing.</summary>
    public void Settle() => Dispatcher.Settle();

    public void Advance(Duration length) => Dispatcher.RunFor(length);
}
