using System;
using NodeRuntime.Actors;

namespace NodeRuntime.Actors.Tests;

/// <summary>The actor most tests speak to: it counts, and does what it is told with its context.</summary>
internal abstract record CounterMessage
{
    internal sealed record Add(int Amount) : CounterMessage;

    internal sealed record Get(ActorRef<int> ReplyTo) : CounterMessage;

    internal sealed record Throw(Exception Cause) : CounterMessage;

    internal sealed record Do(Action<ActorContext<CounterMessage>> Action) : CounterMessage;
}

internal sealed class Counter(ActorRef<string>? diary = null) : Actor<CounterMessage>
{
    private int _count;

    protected override void PreStart() => diary?.Tell(Context.Self.Path.Name + " started");

    protected override void PostStop() => diary?.Tell(Context.Self.Path.Name + " stopped");

    protected override void PreRestart(Exception cause) => diary?.Tell(Context.Self.Path.Name + " fails: " + cause.Message);

    protected override void Receive(CounterMessage message)
    {
        switch (message)
        {
            case CounterMessage.Add add:
                _count += add.Amount;
                break;
            case CounterMessage.Get get:
                get.ReplyTo.Tell(_count);
                break;
            case CounterMessage.Throw boom:
                throw boom.Cause;
            case CounterMessage.Do act:
                act.Action(Context);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(message));
        }
    }
}
