using System.Threading;
using NodeRuntime.Actors;
using NodeRuntime.Primitives;

namespace NodeRuntime.Benchmarks.Groups;

/// <summary>Counts messages down from the number that the first one of a batch carries; tells when all have come.</summary>
internal sealed class CountingActor(ManualResetEventSlim done) : Actor<int>
{
    private int _left;

    /// <summary>A positive number begins a batch of so many messages, itself the first; zero is one more.</summary>
    protected override void Receive(int message)
    {
        if (message > 0) _left = message;
        if (--_left == 0) done.Set();
    }
}

/// <summary>A question with the place for its answer.</summary>
internal readonly record struct Question(int Number, ActorRef<int> ReplyTo);

internal sealed class AnsweringActor : Actor<Question>
{
    protected override void Receive(Question message) => message.ReplyTo.Tell(message.Number);
}

/// <summary>Asks so many times, always with up to a window of questions under way.</summary>
internal sealed class AskingActor(ActorRef<Question> target, int window, ManualResetEventSlim done) : Actor<AskingMessage>
{
    private static readonly Duration Timeout = Duration.FromSeconds(2);

    private int _unasked;
    private int _unanswered;

    protected override void Receive(AskingMessage message)
    {
        if (message.Answer is { } answer)
        {
            Invariant.Holds(answer.Verdict == AskVerdict.Replied);
            if (--_unanswered == 0) done.Set();
            if (_unasked > 0) Ask();
            return;
        }

        _unasked = message.Begin;
        _unanswered = message.Begin;
        for (int i = 0; i < window && _unasked > 0; i++) Ask();
    }

    private void Ask()
    {
        _unasked--;
        Context.Ask<Question, int>(
            target, static reply => new Question(1, reply), static outcome => new AskingMessage(0, outcome), Timeout);
    }
}

internal readonly record struct AskingMessage(int Begin, AskOutcome<int>? Answer);

/// <summary>Spawns so many children; stops with all of them where nobody counts the started.</summary>
internal sealed class SpawningActor(CountdownEvent? started, ManualResetEventSlim stopped) : Actor<int>
{
    protected override void Receive(int message)
    {
        Props<int> child = Props.Create(() => new IdleActor(started));
        for (int i = 0; i < message; i++) Context.Spawn(child);
        if (started is null) Context.Stop();
    }

    /// <summary>After the last child has stopped.</summary>
    protected override void PostStop() => stopped.Set();
}

internal sealed class IdleActor(CountdownEvent? started) : Actor<int>
{
    protected override void PreStart() => started?.Signal();

    protected override void Receive(int message) => Invariant.Break("nobody tells to it");
}

/// <summary>Passes a token on around a ring until it has made its hops.</summary>
internal sealed class RingActor : Actor<RingMessage>
{
    private ActorRef<RingMessage>? _next;

    protected override void Receive(RingMessage message)
    {
        if (message.Next is { } next) _next = next;
        else if (message.Hops > 1) _next!.Tell(new RingMessage(null, message.Hops - 1));
    }
}

internal readonly record struct RingMessage(ActorRef<RingMessage>? Next, int Hops);
