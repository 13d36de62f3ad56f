using System;
using System.Collections.Generic;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors.Tests;

public sealed class VirtualTimeDispatcherTests
{
    private abstract record Gossip
    {
        internal sealed record Peers(ActorRef<Gossip>[] All) : Gossip;

        internal sealed record Rumour(int Hops) : Gossip;

        internal sealed record Tick : Gossip;
    }

    /// <summary>Tells on at random, in bursts and by timers, and fails now and then: every source of order there is.</summary>
    private sealed class Gossiper : Actor<Gossip>
    {
        private ActorRef<Gossip>[] _peers = [];

        protected override void Receive(Gossip message)
        {
            switch (message)
            {
                case Gossip.Peers peers:
                    _peers = peers.All;
                    Context.StartPeriodicTimer("tick", new Gossip.Tick(), Duration.FromMilliseconds(100));
                    break;
                case Gossip.Rumour rumour:
                    if (rumour.Hops == 0 || _peers.Length == 0) break;
                    for (int n = 0; n < 2; n++) _peers[Context.Prng.NextBelow(_peers.Length)].Tell(new Gossip.Rumour(rumour.Hops - 1));
                    if (Context.Prng.NextChance(10)) throw new InvalidOperationException("boom");
                    break;
                case Gossip.Tick:
                    Context.Self.Tell(new Gossip.Rumour(3));
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(message));
            }
        }
    }

    private static string Run(ulong seed, int systems)
    {
        StringBuilder trace = new();
        DeliveryAudit audit = (now, system, path, type) => trace.Append(now).Append(system).Append(path).Append(type).Append('\n');
        VirtualTimeDispatcher dispatcher = new(seed, Instant.Epoch, audit);
        Prng prng = new(seed);
        SupervisorStrategy forgiving = SupervisorStrategy.Default with { RestartsMax = 1000 };
        ActorRef<Gossip>[] all = new ActorRef<Gossip>[systems];
        for (int n = 0; n < systems; n++)
        {
            ActorSystem system = new("peer-" + n, dispatcher, prng.Fork(), forgiving);
            all[n] = system.Spawn(Props.Create(() => new Gossiper()), "gossip");
        }

        foreach (ActorRef<Gossip> peer in all) peer.Tell(new Gossip.Peers(all));
        dispatcher.RunUntil(Instant.FromMilliseconds(400));
        return trace.ToString();
    }

    [Fact]
    public void The_same_seed_is_the_same_run()
    {
        Prop.ForAll<ulong>(seed => Run(seed, 5) == Run(seed, 5))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(20));
    }

    [Fact]
    public void Different_seeds_are_different_runs()
    {
        SortedSet<string> runs = new(StringComparer.Ordinal);
        for (ulong seed = 0; seed < 20; seed++) runs.Add(Run(seed, 5));
        Assert.Equal(20, runs.Count);
    }

    [Fact]
    public void A_hundred_systems_share_one_dispatcher()
    {
        string trace = Run(42, 100);
        Assert.Contains("peer-0/gossip", trace, StringComparison.Ordinal);
        Assert.Contains("peer-99/gossip", trace, StringComparison.Ordinal);
        Assert.Equal(trace, Run(42, 100));
    }

    [Fact]
    public void Ready_actors_take_turns_in_an_order_of_the_seed()
    {
        SortedSet<string> orders = new(StringComparer.Ordinal);
        for (ulong seed = 0; seed < 100; seed++)
        {
            StringBuilder order = new();
            VirtualTimeDispatcher dispatcher = new(seed, Instant.Epoch);
            ActorSystem system = new("test", dispatcher, new Prng(1));
            ActorRef<int> probe = ActorRef.FromDelegate<int>("probe", number => order.Append(number));
            ActorRef<int>[] actors = new ActorRef<int>[3];
            for (int n = 0; n < 3; n++) actors[n] = system.Spawn(Forwarder.Props(probe), "a" + n);
            dispatcher.Settle();
            for (int n = 0; n < 3; n++) actors[n].Tell(n);
            dispatcher.Settle();
            orders.Add(order.ToString());
        }

        Assert.Equal(["012", "021", "102", "120", "201", "210"], orders);
    }

    [Fact]
    public void Messages_between_two_actors_never_overtake()
    {
        Prop.ForAll<ulong>(seed =>
        {
            List<int> received = [];
            VirtualTimeDispatcher dispatcher = new(seed, Instant.Epoch);
            ActorSystem system = new("test", dispatcher, new Prng(1));
            ActorRef<int> last = system.Spawn(Forwarder.Props(ActorRef.FromDelegate<int>("probe", received.Add)), "last");
            ActorRef<int> first = system.Spawn(Forwarder.Props(last), "first");
            for (int n = 0; n < 50; n++) first.Tell(n);
            dispatcher.Settle();
            for (int n = 0; n < 50; n++)
            {
                if (received[n] != n) return false;
            }

            return received.Count == 50;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(50));
    }

    [Fact]
    public void Time_jumps_from_event_to_event_and_stops_where_it_was_told()
    {
        List<long> seen = [];
        VirtualTimeDispatcher dispatcher = new(1, Instant.Epoch);
        foreach (long at in (long[])[30, 10, 20, 50])
            dispatcher.ScheduleAt(Instant.FromMilliseconds(at), () => seen.Add(dispatcher.Now.Milliseconds));
        Assert.True(dispatcher.Step());
        Assert.Equal([10], seen);
        dispatcher.RunUntil(Instant.FromMilliseconds(40));
        Assert.Equal([10, 20, 30], seen);
        Assert.Equal(40, dispatcher.Now.Milliseconds);
        dispatcher.RunFor(Duration.FromMilliseconds(10));
        Assert.Equal([10, 20, 30, 50], seen);
        Assert.False(dispatcher.Step());
        Assert.Equal(50, dispatcher.Now.Milliseconds);
    }

    [Fact]
    public void What_is_scheduled_in_the_past_happens_now()
    {
        VirtualTimeDispatcher dispatcher = new(1, Instant.FromMilliseconds(100));
        Instant? seen = null;
        dispatcher.ScheduleAt(Instant.Epoch, () => seen = dispatcher.Now);
        dispatcher.Settle();
        Assert.Equal(Instant.FromMilliseconds(100), seen);
    }
}
