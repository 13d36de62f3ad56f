namespace NodeRuntime.Actors;

/// <summary>What a full mailbox does with one more message.</summary>
public enum OverflowPolicy
{
    /// <summary>Refuses it: the teller is told <see cref="TellVerdict.Shed"/>.</summary>
    DropNewest,

    /// <summary>Accepts it and drops the oldest waiting in its lane: for states where only the latest counts.</summary>
    DropOldest,

    /// <summary>Refuses it and fails the actor with a <see cref="MailboxOverflowException"/>: its supervisor decides.</summary>
    Fail,
}
