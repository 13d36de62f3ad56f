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

    public static IEnumerable<BenchmarkRow> Run()
    {
        using ThreadPoolDispatcher dispatcher = new();
        ActorSystem system = new("benchmark", dispatcher, new Prng(1));
        List<BenchmarkRow> rows =
        [
            .. Contest.Hold(
                Clock.Wall, Name, "tell, one teller, batch delivered", "messages/s", Tell(system),
                new Limit("channel-bound", TellChannel())),
            .. Contest.Hold(
                Clock.Wall, Name, "ask, 64 under way", "asks/s", Ask(system), new Limit("channel-bound", AskChannel())),
            .. Contest.Hold(
                Clock.Wall, Name, "spawn, start and stop", "actors/s", Spawn(system), new Limit("allocation-bound", Allocate())),
            .. Contest.Hold(Name, "deliveries in virtual time", "deliveries/s", Virtual(), new Limit("priority-queue-bound", Queue())),
        ];
        system.Terminate();
        return rows;
    }

    private static Work Tell(ActorSystem system)
    {
        ManualResetEventSlim done = new();

        // The batch is told at once, so the mailbox must hold it: unbounded, as the channel is.
        Props<int> props = Props.Create(() => new CountingActor(done)) with { MailboxLengthMax = int.MaxValue };
        ActorRef<int> actor = system.Spawn(props, "counting");
        return new Work(times =>
        {
            done.Reset();
            actor.Tell(times);
            for (int i = 1; i < times; i++) actor.Tell(0);
            done.Wait();
        });
    }

    private static Work TellChannel()
    {
        ManualResetEventSlim done = new();
        Channel<int> channel = Open<int>();
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
            done.Reset();
            channel.Writer.TryWrite(times);
            for (int i = 1; i < times; i++) channel.Writer.TryWrite(0);
            done.Wait();
        });
    }

    private static Work Ask(ActorSystem system)
    {
        ManualResetEventSlim done = new();
        ActorRef<Question> answering = system.Spawn(Props.Create(static () => new AnsweringActor()), "answering");
        ActorRef<AskingMessage> asking = system.Spawn(Props.Create(() => new AskingActor(answering, done)), "asking");
        return new Work(times =>
        {
            done.Reset();
            asking.Tell(new AskingMessage(times, null));
            done.Wait();
        });
    }

    /// <summary>Two loops and two channels: an answer is a number, and there is no time-out and no refusal.</summary>
    private static Work AskChannel()
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
                        (unasked, unanswered, room) = (-message, -message, AskingActor.Window);
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

    private static Work Spawn(ActorSystem system)
    {
        int batch = 0;
        Work work = new(times =>
        {
            for (int left = times; left > 0; left -= ChildrenAtOnce)
            {
                using ManualResetEventSlim done = new();
                string name = "spawning-" + (batch++).ToString(CultureInfo.InvariantCulture);
                system.Spawn(Props.Create(() => new SpawningActor(done)), name).Tell(Math.Min(left, ChildrenAtOnce));
                done.Wait();
            }
        });
        return work;
    }

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
