using System;
using System.Collections.Generic;
using System.Globalization;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using NodeRuntime.Actors;
using NodeRuntime.Benchmarks.Harness;
using NodeRuntime.Host.Dispatch;
using NodeRuntime.Primitives;

namespace NodeRuntime.Benchmarks.Groups;

/// <summary>Actors beside the cheapest thing that .NET offers for the same hop.</summary>
internal static class KernelGroup
{
    private const string Name = "kernel";
    private const int ChildrenAtOnce = 10_000;
    private const int RingLength = 64;
    private const int Burst = 1024;
    private const int IdleCount = 100_000;

    public static IEnumerable<BenchmarkRow> Run()
    {
        using ThreadPoolDispatcher dispatcher = new();
        ActorSystem system = new("benchmark", dispatcher, new Prng(1));
        List<BenchmarkRow> rows =
        [
            .. Contest.Hold(
                Clock.Wall, Name, "tell, in bursts of 1,024", "messages/s", Tell(system, "bursts", Burst),
                new Limit("bounded hand-off", TellChannel(bounded: true)), Recorded("Akka.NET, recorded", 8_870_000)),
            .. Contest.Hold(
                Clock.Wall, Name, "tell, one teller, all at once", "messages/s", Tell(system, "flood", int.MaxValue),
                new Limit("unbounded channel", TellChannel(bounded: false)), Recorded("Akka.NET, recorded", 8_870_000)),
            .. Contest.Hold(
                Clock.Wall, Name, "ask, one under way", "asks/s", Ask(system, 1),
                new Limit("channel-bound", AskChannel(1)), Recorded("Akka.NET, recorded", 472_000)),
            .. Contest.Hold(
                Clock.Wall, Name, "ask, 64 under way", "asks/s", Ask(system, 64),
                new Limit("channel-bound", AskChannel(64)), Recorded("Akka.NET, recorded", 1_067_000)),
            .. Contest.Hold(
                Clock.Wall, Name, "spawn, all started", "actors/s", Spawn(system),
                new Limit("allocation-bound", Allocate()), Recorded("Akka.NET, recorded", 72_100)),
            .. Contest.Hold(
                Clock.Wall, Name, "spawn, start and stop", "actors/s", SpawnAndStop(system), new Limit("allocation-bound", Allocate())),
            IdleActors(system),
            .. Contest.Hold(Name, "deliveries in virtual time", "deliveries/s", Virtual(), new Limit("priority-queue-bound", Queue())),
        ];
        system.Terminate();
        return rows;
    }

    /// <summary>Tells so many at once, then waits until they are delivered; the mailbox holds a whole burst.</summary>
    private static Work Tell(ActorSystem system, string name, int burst)
    {
        ManualResetEventSlim done = new();
        Props<int> props = Props.Create(() => new CountingActor(done)) with { MailboxLengthMax = burst };
        ActorRef<int> actor = system.Spawn(props, name);
        return new Work(times =>
        {
            for (int left = times; left > 0; left -= burst)
            {
                int count = Math.Min(left, burst);
                done.Reset();
                actor.Tell(count);
                for (int i = 1; i < count; i++) actor.Tell(0);
                done.Wait();
            }
        });
    }

    private static Work TellChannel(bool bounded)
    {
        int burst = bounded ? Burst : int.MaxValue;
        ManualResetEventSlim done = new();
        Channel<int> channel = bounded
            ? Channel.CreateBounded<int>(new BoundedChannelOptions(burst) { SingleReader = true, SingleWriter = true })
            : Open<int>();
        _ = Task.Run(async () =>
        {
            int left = 0;
            while (await channel.Reader.WaitToReadAsync().ConfigureAwait(false))
            {
                while (channel.Reader.TryRead(out int message))
                {
                    if (message > 0) left = message;
                    if (--left == 0) done.Set();
                }
            }
        });
        return new Work(times =>
        {
            for (int left = times; left > 0; left -= burst)
            {
                int count = Math.Min(left, burst);
                done.Reset();
                channel.Writer.TryWrite(count);
                for (int i = 1; i < count; i++) channel.Writer.TryWrite(0);
                done.Wait();
            }
        });
    }

    private static Work Ask(ActorSystem system, int window)
    {
        ManualResetEventSlim done = new();
        string of = "-" + window.ToString(CultureInfo.InvariantCulture);
        ActorRef<Question> answering = system.Spawn(Props.Create(static () => new AnsweringActor()), "answering" + of);
        ActorRef<AskingMessage> asking = system.Spawn(Props.Create(() => new AskingActor(answering, window, done)), "asking" + of);
        return new Work(times =>
        {
            done.Reset();
            asking.Tell(new AskingMessage(times, null));
            done.Wait();
        });
    }

    /// <summary>Two loops and two channels: an answer is a number, and there is no time-out and no refusal.</summary>
    private static Work AskChannel(int window)
    {
        ManualResetEventSlim done = new();
        Channel<int> questions = Open<int>();
        Channel<int> answers = Open<int>();
        _ = Task.Run(async () =>
        {
            while (await questions.Reader.WaitToReadAsync().ConfigureAwait(false))
            {
                while (questions.Reader.TryRead(out int number)) answers.Writer.TryWrite(number);
            }
        });

        // A negative number begins a batch; every other is an answer.
        _ = Task.Run(async () =>
        {
            int unasked = 0;
            int unanswered = 0;
            while (await answers.Reader.WaitToReadAsync().ConfigureAwait(false))
            {
                while (answers.Reader.TryRead(out int message))
                {
                    int room = 1;
                    if (message < 0)
                    {
                        (unasked, unanswered, room) = (-message, -message, window);
                    }
                    else if (--unanswered == 0)
                    {
                        done.Set();
                    }

                    for (; room > 0 && unasked > 0; room--, unasked--) questions.Writer.TryWrite(1);
                }
            }
        });
        return new Work(times =>
        {
            done.Reset();
            answers.Writer.TryWrite(-times);
            done.Wait();
        });
    }

    private static Work SpawnAndStop(ActorSystem system)
    {
        int batch = 0;
        Work work = new(times =>
        {
            for (int left = times; left > 0; left -= ChildrenAtOnce)
            {
                using ManualResetEventSlim done = new();
                string name = "stopping-" + (batch++).ToString(CultureInfo.InvariantCulture);
                Props<int> parent = Props.Create(() => new SpawningActor(null, done));
                system.Spawn(parent, name).Tell(Math.Min(left, ChildrenAtOnce));
                done.Wait();
            }
        });
        return work;
    }

    /// <summary>Until the last child has begun its life; they are stopped outside the slice.</summary>
    private static Work Spawn(ActorSystem system)
    {
        int batch = 0;
        List<(ActorRef<int> Parent, ManualResetEventSlim Stopped)> parents = [];
        return new Work(
            times =>
            {
                using CountdownEvent started = new(times);
                for (int left = times; left > 0; left -= IdleCount)
                {
                    ManualResetEventSlim stopped = new();
                    string name = "spawning-" + (batch++).ToString(CultureInfo.InvariantCulture);
                    ActorRef<int> parent = system.Spawn(Props.Create(() => new SpawningActor(started, stopped)), name);
                    parents.Add((parent, stopped));
                    parent.Tell(Math.Min(left, IdleCount));
                }

                started.Wait();
            },
            Clean: () =>
            {
                foreach ((ActorRef<int> parent, ManualResetEventSlim stopped) in parents)
                {
                    system.Stop(parent);
                    stopped.Wait();
                }

                parents.Clear();
            });
    }

    /// <summary>Live memory of an actor that waits for its first message.</summary>
    private static BenchmarkRow IdleActors(ActorSystem system)
    {
        using CountdownEvent started = new(IdleCount);
        using ManualResetEventSlim stopped = new();
        ActorRef<int> parent = system.Spawn(Props.Create(() => new SpawningActor(started, stopped)), "idle");
        long before = GC.GetTotalMemory(forceFullCollection: true);
        parent.Tell(IdleCount);
        started.Wait();
        double bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)IdleCount;
        system.Stop(parent);
        stopped.Wait();
        return new BenchmarkRow(Name, "memory of an idle actor", bytes, "bytes", 1720, "Akka.NET, recorded", bytes / 1720);
    }

    private static Limit Recorded(string name, double rate) => new(name, new Work(static _ => { }) { RecordedRate = rate });

    /// <summary>An object of the same life: made, held by an array with as many others, let go.</summary>
    private static Work Allocate() => new(static times =>
    {
        object[] held = new object[ChildrenAtOnce];
        for (int i = 0; i < times; i++) held[i % held.Length] = new object();
        GC.KeepAlive(held);
    });

    private static Work Virtual()
    {
        VirtualTimeDispatcher dispatcher = new(1, Instant.Epoch);
        ActorSystem system = new("virtual", dispatcher, new Prng(1));
        List<ActorRef<RingMessage>> ring = [];
        for (int i = 0; i < RingLength; i++)
        {
            ring.Add(system.Spawn(Props.Create(static () => new RingActor()), "ring-" + i.ToString(CultureInfo.InvariantCulture)));
        }

        for (int i = 0; i < RingLength; i++) ring[i].Tell(new RingMessage(ring[(i + 1) % RingLength], 0));
        dispatcher.Settle();

        // A token for each actor, so that there is always an order to draw.
        return new Work(
            times =>
            {
                foreach (ActorRef<RingMessage> actor in ring) actor.Tell(new RingMessage(null, times));
                dispatcher.Settle();
            },
            RingLength);
    }

    /// <summary>The same discipline with nothing of an actor: a draw, a queue by time and draw, a call.</summary>
    private static Work Queue()
    {
        Prng prng = new(1);
        PriorityQueue<Action, (long Due, ulong Draw)> queue = new();
        long calls = 0;
        Action call = () => calls++;
        return new Work(
            times =>
            {
                for (int i = 0; i < RingLength; i++) queue.Enqueue(call, (0, prng.NextUInt64()));
                for (long left = (long)times * RingLength; left > 0; left--)
                {
                    Action next = queue.Dequeue();
                    next();
                    queue.Enqueue(next, (0, prng.NextUInt64()));
                }

                queue.Clear();
            },
            RingLength);
    }

    private static Channel<T> Open<T>() =>
        Channel.CreateUnbounded<T>(new UnboundedChannelOptions { SingleReader = true, AllowSynchronousContinuations = false });
}
