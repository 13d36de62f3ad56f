namespace NodeRuntime.Actors;

/// <summary>What became of a message at the door of its recipient. Overload is a value, never an exception.</summary>
public enum TellVerdict
{
    /// <summary>It waits in the mailbox.</summary>
    Accepted,

    /// <summary>The mailbox is full and its policy refused the message.</summary>
    Shed,

    /// <summary>The recipient is stopping or stopped.</summary>
    Closed,
}
