using System;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors;

/// <summary>
/// A place in the owner's mailbox reserved for one message: the first teller gets it, whatever the mailbox holds by then;
/// the others are told <see cref="TellVerdict.Closed"/>. <see cref="Answered"/> is guarded by the owner's slot.
/// </summary>
internal sealed class ReplyRef<TMessage, TReply>(ActorCell<TMessage> cell, Func<TReply, TMessage> map) : ActorRef<TReply>, IReply
{
    public bool Answered { get; set; }

    public override ActorPath Path => cell.Path;

    internal override ActorCell Cell => cell;

    public override TellVerdict Tell(TReply message)
    {
        Invariant.Holds(message is not null);
        return cell.PostReply(this, new MappedDelivery<TMessage, TReply>(map, message, isReserved: true));
    }
}

/// <summary>
/// The same for a question with a deadline: reply, refusal or time-out, whichever comes first, is the one outcome.
/// </summary>
internal sealed class AskRef<TMessage, TReply>(ActorCell<TMessage> cell, Func<AskOutcome<TReply>, TMessage> map)
    : ActorRef<TReply>, IReply, IDelayed
{
    public bool Answered { get; set; }

    public bool IsCancelled => Answered;

    public override ActorPath Path => cell.Path;

    internal override ActorCell Cell => cell;

    public override TellVerdict Tell(TReply message)
    {
        Invariant.Holds(message is not null);
        return Settle(AskOutcome.Replied(message));
    }

    public TellVerdict Settle(AskOutcome<TReply> outcome) =>
        cell.PostReply(this, new MappedDelivery<TMessage, AskOutcome<TReply>>(map, outcome, isReserved: true));

    public void Fire() => Settle(AskOutcome.Without<TReply>(AskVerdict.TimedOut));
}

internal interface IReply
{
    bool Answered { get; set; }
}
